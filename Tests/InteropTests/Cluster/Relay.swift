import Addresses
import Glibc
import LinuxIO
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Carries TCP connections from an address in a network namespace to a port of this process's own.
final class Relay: Sendable {
  private let listener: any Channel
  private let channels: NIOLockedValueBox<[ObjectIdentifier: any Channel]>

  /// Listens on `address` in `namespace`; each connection goes on to 127.0.0.1:`target`.
  init(namespace: String, address: IPv4Address, port: UInt16, target: Int) async throws {
    let rawAddress = address.rawValue
    let descriptor = try NetworkNamespace.run(namespace) {
      try Self.listen(rawAddress, port)
    }
    let channels = NIOLockedValueBox<[ObjectIdentifier: any Channel]>([:])
    self.channels = channels
    listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { inbound in
        Self.note(inbound, channels)
        return ClientBootstrap(group: inbound.eventLoop)
          .channelOption(.autoRead, value: false)
          .connect(host: "127.0.0.1", port: target)
          .flatMap { outbound in
            Self.note(outbound, channels)
            return inbound.eventLoop.makeCompletedFuture {
              try inbound.pipeline.syncOperations.addHandler(Half(to: outbound))
              try outbound.pipeline.syncOperations.addHandler(Half(to: inbound))
              _ = inbound.setOption(ChannelOptions.autoRead, value: true)
              _ = outbound.setOption(ChannelOptions.autoRead, value: true)
            }
          }
      }
      .withBoundSocket(descriptor).get()
  }

  /// Ends everything.
  func close() async {
    try? await listener.close()
    for channel in channels.withLockedValue({ Array($0.values) }) { try? await channel.close() }
  }

  private static func note(
    _ channel: any Channel, _ channels: NIOLockedValueBox<[ObjectIdentifier: any Channel]>
  ) {
    let id = ObjectIdentifier(channel)
    channels.withLockedValue { $0[id] = channel }
    channel.closeFuture.whenComplete { _ in
      channels.withLockedValue { $0[id] = nil }
    }
  }

  private static func listen(_ address: UInt32, _ port: UInt16) throws -> CInt {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    var yes: CInt = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.bigEndian
    place.sin_addr.s_addr = address.bigEndian
    let bound = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, Glibc.listen(descriptor, 128) == 0 else {
      let code = errno
      Glibc.close(descriptor)
      throw IOError(errnoCode: code, reason: "listening on port \(port)")
    }
    return descriptor
  }

  /// One direction of a connection.
  private final class Half: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      other.write(unwrapInboundIn(data), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) { other.flush() }

    func channelInactive(context: ChannelHandlerContext) {
      other.close(promise: nil)
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
