import LinuxIO
import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// A TCP server in a network namespace that sends the same bytes to whoever connects.
struct HostileListener {
  private let channel: any Channel

  /// Listens on `port` of all IPv4 addresses of `namespace`.
  static func start(namespace: String, port: UInt16, bytes: [UInt8]) async throws -> HostileListener
  {
    let descriptor = try NetworkNamespace.run(namespace) { try listeningSocket(port: port) }
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Sender(bytes: bytes))
        }
      }
      .withBoundSocket(descriptor).get()
    return HostileListener(channel: channel)
  }

  /// Stops listening.
  func stop() async throws { try await channel.close() }

  private static func listeningSocket(port: UInt16) throws -> NIOBSDSocket.Handle {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_INET, type, 0)
    guard descriptor >= 0 else { throw LinuxError("socket", code: errno) }
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard bound == 0, listen(descriptor, 16) == 0 else {
      let error = LinuxError("listen on port \(port)", code: errno)
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private final class Sender: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    func channelActive(context: ChannelHandlerContext) {
      context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }
  }
}
