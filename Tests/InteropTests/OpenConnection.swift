import Addresses
import Lab
import LinuxIO
import NIOCore
import NIOPosix
import Synchronization

/// One connection to the port 80 of an address on which a client asks again every 5 ms.
final class OpenConnection: Sendable {
  /// What became of it.
  struct Outcome: Sendable {
    var asked = 0
    var answered = 0
    /// Why it ended before its time; nil when it did not.
    var failure: String?
  }

  private let group: MultiThreadedEventLoopGroup
  private let state = Mutex(Outcome())
  private let isStopped = Mutex(false)

  private static let interval = TimeAmount.milliseconds(5)
  private static let request = "GET / HTTP/1.1\r\nHost: lab\r\n\r\n"

  private init(group: MultiThreadedEventLoopGroup) { self.group = group }

  /// Connects from `machine` and begins to ask.
  static func start(to address: IPAddress, from machine: Machine) async throws -> OpenConnection {
    // Threads and sockets stay in the namespace in which they were made.
    let group = try NetworkNamespace.run(machine.namespace) {
      MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }
    let connection = OpenConnection(group: group)
    let channel = try await ClientBootstrap(group: group)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Answers(connection: connection))
        }
      }
      .connect(host: "\(address)", port: 80).get()
    channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: interval) { task in
      guard channel.isActive, !connection.isStopped.withLock({ $0 }) else { return task.cancel() }
      connection.state.withLock { $0.asked += 1 }
      channel.writeAndFlush(ByteBuffer(string: request), promise: nil)
    }
    return connection
  }

  /// What has become of it until now.
  var outcome: Outcome { state.withLock { $0 } }

  /// Asks no more, waits for the answers that are still to come, and closes.
  func stop() async throws -> Outcome {
    isStopped.withLock { $0 = true }
    try await eventually("all answers are there") {
      let outcome = self.outcome
      return outcome.failure != nil || outcome.answered >= outcome.asked
    }
    let outcome = outcome
    try await group.shutdownGracefully()
    return outcome
  }

  /// Counts the answers.
  private final class Answers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: OpenConnection
    /// How much of the next beginning of an answer has come.
    private var matched = 0

    private static let beginning = Array("HTTP/1.1 200".utf8)

    init(connection: OpenConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var count = 0
      for octet in unwrapInboundIn(data).readableBytesView {
        if octet != Self.beginning[matched] { matched = 0 }
        if octet == Self.beginning[matched] { matched += 1 }
        if matched == Self.beginning.count {
          count += 1
          matched = 0
        }
      }
      connection.state.withLock { [count] in $0.answered += count }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      note("\(error)")
      context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { note("it was closed") }

    private func note(_ failure: String) {
      connection.state.withLock { if $0.failure == nil { $0.failure = failure } }
    }
  }
}
