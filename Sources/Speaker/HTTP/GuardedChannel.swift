import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// What the connections of one listening address share.
final class ListenGuard: Sendable {
  private let gate: Mutex<ConnectionGate>
  private let onRefusal: @Sendable (ConnectionGate.Refusal) -> Void

  init(
    limits: ConnectionGate.Limits, onRefusal: @escaping @Sendable (ConnectionGate.Refusal) -> Void
  ) {
    gate = Mutex(ConnectionGate(limits: limits))
    self.onRefusal = onRefusal
  }

  /// Whether the connection is taken; it is counted until it is closed.
  func takes(_ channel: any Channel) -> Bool {
    let source = Self.source(of: channel)
    if let refusal = gate.withLock({ $0.connect(source) }) {
      onRefusal(refusal)
      return false
    }
    channel.closeFuture.whenComplete { [self] _ in gate.withLock { $0.close(source) } }
    return true
  }

  /// Whether a request on the connection is answered.
  func admits(_ channel: any Channel) -> Bool {
    let source = Self.source(of: channel)
    return gate.withLock { $0.admits(source, now: .now()) }
  }

  private static func source(of channel: any Channel) -> String {
    channel.remoteAddress?.ipAddress ?? ""
  }
}

/// HTTP/1.1 on a connection that was let in, with TLS where there is a certificate.
struct GuardedChannel: ServerChildChannel {
  let base: HTTP1Channel
  let gate: ListenGuard
  let certificate: ServerCertificate?
  /// How long a reader may take for what was written.
  let answerTime: TimeAmount

  /// Octets that the kernel holds for one connection; it doubles what it is told.
  private static let sendBuffer: SocketOptionValue = 128 * 1024

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    if !gate.takes(channel) {
      // A setup that failed would end the server: it goes on, and finds nobody.
      channel.eventLoop.execute { channel.close(promise: nil) }
    }
    return channel.eventLoop.makeCompletedFuture {
      // What a reader does not take stays with us, and does not fill the kernel's memory.
      try channel.syncOptions?.setOption(
        ChannelOptions.socketOption(.so_sndbuf), value: Self.sendBuffer)
      // The first is the one next to the socket.
      try channel.pipeline.syncOperations.addHandler(AnswerDeadline(answerTime))
      guard let certificate else { return }
      try channel.pipeline.syncOperations.addHandler(
        NIOSSLServerHandler(context: certificate.context))
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await base.handle(value: value, logger: logger)
  }
}
