import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A BGP neighbour of AS 64513 that only takes IPv6 routes, and notes when.
final class Sink: Sendable {
  static let port = 11_790

  private struct State {
    var announced: Set<UInt32> = []
    var lastChange = NIODeadline.now()
    var expected: [UInt32: (isAnnounced: Bool, since: NIODeadline)] = [:]
    var latencies: [Double] = []
  }

  private let state = NIOLockedValueBox(State())

  /// How many prefixes are announced now.
  var announced: Int { state.withLockedValue { $0.announced.count } }
  /// When the last change came.
  var lastChange: NIODeadline { state.withLockedValue { $0.lastChange } }
  /// The seconds from each change that was expected to its coming.
  var latencies: [Double] { state.withLockedValue { $0.latencies } }

  /// From now on the change of a prefix is waited for.
  func expect(_ index: Int, isAnnounced: Bool) {
    state.withLockedValue { $0.expected[UInt32(index + 1)] = (isAnnounced, .now()) }
  }

  func listen() async throws -> any Channel {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Neighbour(self))
        }
      }
      .bind(host: "::1", port: Self.port).get()
  }

  fileprivate func note(_ prefix: UInt32, isAnnounced: Bool) {
    let now = NIODeadline.now()
    state.withLockedValue { state in
      if isAnnounced { state.announced.insert(prefix) } else { state.announced.remove(prefix) }
      state.lastChange = now
      if let expected = state.expected[prefix], expected.isAnnounced == isAnnounced {
        state.expected[prefix] = nil
        state.latencies.append(Double((now - expected.since).nanoseconds) / 1e9)
      }
    }
  }
}

/// One connection.
private final class Neighbour: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let sink: Sink
  private var buffer = ByteBuffer()

  init(_ sink: Sink) { self.sink = sink }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var read = unwrapInboundIn(data)
    buffer.writeBuffer(&read)
    while let length = buffer.getInteger(at: buffer.readerIndex + 16, as: UInt16.self),
      length >= 19, var message = buffer.readSlice(length: Int(length))
    {
      message.moveReaderIndex(forwardBy: 18)
      switch message.readInteger(as: UInt8.self) {
      case 1: send(Self.open + Self.keepalive, context)
      case 2: take(&message)
      case 4: send(Self.keepalive, context)
      default: break
      }
    }
    buffer.discardReadBytes()
  }

  private func send(_ octets: [UInt8], _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: octets)), promise: nil)
  }

  /// Reads MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760) of an UPDATE.
  private func take(_ message: inout ByteBuffer) {
    guard let withdrawn = message.readInteger(as: UInt16.self),
      message.readSlice(length: Int(withdrawn)) != nil,
      let length = message.readInteger(as: UInt16.self),
      var attributes = message.readSlice(length: Int(length))
    else { return }
    while let flags = attributes.readInteger(as: UInt8.self),
      let type = attributes.readInteger(as: UInt8.self),
      let size = flags & 0x10 == 0
        ? attributes.readInteger(as: UInt8.self).map(Int.init)
        : attributes.readInteger(as: UInt16.self).map(Int.init),
      var value = attributes.readSlice(length: size)
    {
      guard type == 14 || type == 15 else { continue }
      value.moveReaderIndex(forwardBy: min(3, value.readableBytes))
      if type == 14, let nextHop = value.readInteger(as: UInt8.self) {
        value.moveReaderIndex(forwardBy: min(Int(nextHop) + 1, value.readableBytes))
      }
      while let bits = value.readInteger(as: UInt8.self),
        let prefix = value.readBytes(length: (Int(bits) + 7) / 8), prefix.count == 16
      {
        let index = prefix[12...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        sink.note(index, isAnnounced: type == 14)
      }
    }
  }

  private static let marker = [UInt8](repeating: 0xFF, count: 16)
  private static let keepalive = marker + [0, 19, 4]
  /// AS 64513, 90 s, with IPv6 unicast and AS numbers of four octets.
  private static let open: [UInt8] =
    marker + [0, 43, 1, 4, 0xFC, 0x01, 0, 90, 192, 0, 2, 1, 14, 2, 12]
    + [1, 4, 0, 2, 0, 1, 65, 4, 0, 0, 0xFC, 0x01]
}
