import Addresses
import Lab
import LinuxIO
import NIOCore
import NIOPosix
import Synchronization

/// A client that sends a request every 5 ms, each on a connection of its own.
final class SteadyRequests: Sendable {
  /// What became of the requests.
  struct Outcome: Sendable {
    var answered = 0
    var failures: [String] = []
  }

  /// When the first was sent.
  let startedAt = NIODeadline.now()
  private let group: MultiThreadedEventLoopGroup
  private let isStopped = Mutex(false)
  private let state = Mutex((outcome: Outcome(), pending: 0))

  private static let interval = TimeAmount.milliseconds(5)
  private static let patience = TimeAmount.seconds(2)

  private init(group: MultiThreadedEventLoopGroup) { self.group = group }

  /// Begins to ask the port 80 of `address` from `machine`.
  static func start(to address: IPAddress, from machine: Machine) throws -> SteadyRequests {
    // Threads and sockets stay in the namespace in which they were made.
    let group = try NetworkNamespace.run(machine.namespace) {
      MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }
    let requests = SteadyRequests(group: group)
    let loop = group.next()
    loop.scheduleRepeatedTask(initialDelay: .zero, delay: interval) { task in
      if requests.isStopped.withLock({ $0 }) { return task.cancel() }
      requests.ask("\(address)", on: loop)
    }
    return requests
  }

  private func ask(_ address: String, on loop: any EventLoop) {
    state.withLock { $0.pending += 1 }
    let start = NIODeadline.now()
    let answer = loop.makePromise(of: String.self)
    ClientBootstrap(group: loop).connectTimeout(Self.patience)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Reader(answer: answer))
        }
      }
      .connect(host: address, port: 80)
      .whenComplete { result in
        switch result {
        case .success(let channel):
          channel.writeAndFlush(
            ByteBuffer(string: "GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n"),
            promise: nil)
          loop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        case .failure(let error): answer.fail(error)
        }
      }
    answer.futureResult.whenComplete { result in
      let elapsed = (NIODeadline.now() - start).nanoseconds / 1_000_000
      let begin = "at \((start - self.startedAt).nanoseconds / 1_000_000) ms"
      self.state.withLock { state in
        state.pending -= 1
        switch result {
        case .success(let text) where text.hasPrefix("HTTP/1.1 200"): state.outcome.answered += 1
        case .success(let text):
          state.outcome.failures.append("\(begin), after \(elapsed) ms: '\(text.prefix(40))'")
        case .failure(let error):
          state.outcome.failures.append("\(begin), after \(elapsed) ms: \(error)")
        }
      }
    }
  }

  /// Ends it, and waits for what is under way.
  func stop() async throws -> Outcome {
    isStopped.withLock { $0 = true }
    try await eventually("all requests have ended") { self.state.withLock { $0.pending } == 0 }
    try await group.shutdownGracefully()
    return state.withLock { $0.outcome }
  }
}

/// Collects what comes until the connection ends.
private final class Reader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let answer: EventLoopPromise<String>
  private var text = ""

  init(answer: EventLoopPromise<String>) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    text += String(buffer: unwrapInboundIn(data))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    text += "\(error)"
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { answer.succeed(text) }
}
