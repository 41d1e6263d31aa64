import NIOCore

/// Closes a connection whose other end does not read what was written to it.
///
/// It stands next to the socket: what the kernel has not taken yet is not read.
final class AnswerDeadline: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  private let time: TimeAmount
  private var unwritten = 0
  private var end: Scheduled<Void>?

  /// - Parameter time: how long the kernel may take until it has taken everything.
  init(_ time: TimeAmount) { self.time = time }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    unwritten += 1
    if end == nil {
      let channel = context.channel
      end = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
    let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    promise.futureResult.whenComplete { _ in bound.value.written() }
    context.write(data, promise: promise)
  }

  func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

  private func written() {
    unwritten -= 1
    guard unwritten == 0 else { return }
    end?.cancel()
    end = nil
  }
}
