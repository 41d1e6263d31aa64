import Addresses
import Glibc
import LinuxIO
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// Carries TCP connections from an address in a network namespace to a port of this process's own, or
/// the other way.
final class Relay: Sendable {
  private let listener: any Channel
  private let channels: NIOLockedValueBox<[ObjectIdentifier: any Channel]>

  /// Listens on `address` in `namespace`; each connection goes on to 127.0.0.1:`target`.
  init(namespace: String, address: IPv4Address, port: UInt16, target: Int) async throws {
    let rawAddress = address.rawValue
    let descriptor = try NetworkNamespace.run(namespace) {
      try Self.listen(rawAddress, port)
    }
    channels = NIOLockedValueBox([:])
    listener = try await Self.bootstrap(channels) { eventLoop in
      Self.client(eventLoop).connect(host: "127.0.0.1", port: target)
    }.withBoundSocket(descriptor).get()
  }

  /// Listens on a port of 127.0.0.1; each connection goes on to `port` of `address`, from `namespace`.
  init(from namespace: String, to address: IPv4Address, port: UInt16) async throws {
    let rawAddress = address.rawValue
    channels = NIOLockedValueBox([:])
    listener = try await Self.bootstrap(channels) { eventLoop in
      NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
        try NetworkNamespace.run(namespace) { try Self.connect(rawAddress, port) }
      }.flatMap { Self.client(eventLoop).withConnectedSocket($0) }
    }.bind(host: "127.0.0.1", port: 0).get()
  }

  /// The port on which it listens.
  var port: Int { listener.localAddress?.port ?? 0 }

  private static func client(_ eventLoop: any EventLoop) -> ClientBootstrap {
    ClientBootstrap(group: eventLoop).channelOption(.autoRead, value: false)
  }

  /// Takes connections, and carries on what comes to where `connect` connects.
  private static func bootstrap(
    _ channels: NIOLockedValueBox<[ObjectIdentifier: any Channel]>,
    _ connect:
      @escaping @Sendable (any EventLoop) -> EventLoopFuture<any Channel>
  ) -> ServerBootstrap {
    ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { inbound in
        Self.note(inbound, channels)
        return connect(inbound.eventLoop)
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
    try withSocket("listening on port \(port)", address, port) { descriptor, place, size in
      var yes: CInt = 1
      setsockopt(
        descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
      return bind(descriptor, place, size) == 0 && Glibc.listen(descriptor, 128) == 0
    }
  }

  private static func connect(_ address: UInt32, _ port: UInt16) throws -> CInt {
    try withSocket("connecting to port \(port)", address, port) { descriptor, place, size in
      Glibc.connect(descriptor, place, size) == 0
    }
  }

  /// A socket that `use` has made use of; it says whether that went well.
  private static func withSocket(
    _ what: String, _ address: UInt32, _ port: UInt16,
    _ use: (CInt, UnsafePointer<sockaddr>, socklen_t) -> Bool
  ) throws -> CInt {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.bigEndian
    place.sin_addr.s_addr = address.bigEndian
    let isDone = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard isDone else {
      let code = errno
      Glibc.close(descriptor)
      throw IOError(errnoCode: code, reason: what)
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
