import NIOCore
import NIOHTTP1
import NIOPosix

/// The server that plays a pod: it answers every HTTP request, and every datagram, with a
/// ``PodReply``.
public struct PodServer: Sendable {
  /// The pod's name.
  public var name: String
  /// The name of its node.
  public var node: String

  /// A server for this pod.
  public init(name: String, node: String) {
    self.name = name
    self.node = node
  }

  /// Serves on `port` of TCP and of UDP, on all addresses of both families, until the process is
  /// killed.
  public func run(port: UInt16 = Pod.port) async throws {
    let name = name
    let node = node
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.configureHTTPServerPipeline()
          try pipeline.addHandler(PodHandler(name: name, node: node))
        }
      }
      .bind(host: "::", port: Int(port)).get()
    _ = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(DatagramHandler(name: name, node: node))
        }
      }
      .bind(host: "::", port: Int(port)).get()
    try await channel.closeFuture.get()
  }
}

/// Answers the requests of one connection.
private final class PodHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let name: String
  private let node: String
  private var keepAlive = false

  init(name: String, node: String) {
    self.name = name
    self.node = node
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): keepAlive = head.isKeepAlive
    case .body: break
    case .end: respond(context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func respond(_ context: ChannelHandlerContext) {
    let reply = PodReply(pod: name, node: node, client: plainAddress(context.remoteAddress))
    let body = ByteBuffer(string: reply.text)
    var head = HTTPResponseHead(version: .http1_1, status: .ok)
    head.headers.add(name: "content-type", value: "text/plain; charset=utf-8")
    head.headers.add(name: "content-length", value: "\(body.readableBytes)")
    if !keepAlive { head.headers.add(name: "connection", value: "close") }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    if !keepAlive { context.close(promise: nil) }
  }
}

/// Answers datagrams.
private final class DatagramHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>
  typealias OutboundOut = AddressedEnvelope<ByteBuffer>

  private let name: String
  private let node: String

  init(name: String, node: String) {
    self.name = name
    self.node = node
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let asker = unwrapInboundIn(data).remoteAddress
    let reply = PodReply(pod: name, node: node, client: plainAddress(asker))
    let answer = AddressedEnvelope(
      remoteAddress: asker, data: ByteBuffer(string: reply.text))
    context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
  }
}

/// The text of an address; IPv4 arrives on a socket of both families as `::ffff:192.0.2.10`.
private func plainAddress(_ address: SocketAddress?) -> String {
  let text = address?.ipAddress ?? "unknown"
  let mapped = "::ffff:"
  return text.hasPrefix(mapped) ? String(text.dropFirst(mapped.count)) : text
}
