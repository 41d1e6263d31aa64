import Addresses
import BGP
import NIOCore

/// Hands what happens on one connection to the loop of the program.
final class ConnectionHandler: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer
  private let id: ConnectionID
  private let queue: AsyncStream<PeerEvent>.Continuation

  init(_ id: ConnectionID, _ queue: AsyncStream<PeerEvent>.Continuation) {
    self.id = id
    self.queue = queue
  }

  func channelActive(context: ChannelHandlerContext) {
    guard let local = context.localAddress?.ipAddress.flatMap({ IPAddress($0) }) else { return }
    queue.yield(.connected(id, local: local))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    queue.yield(.received(id, unwrapInboundIn(data)))
  }

  func channelInactive(context: ChannelHandlerContext) { queue.yield(.closed(id, reason: nil)) }
}
