import Addresses
import BGP
import LinuxIO
import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// Carries the bytes of one ``BGP/Peer`` over TCP, and tells it the time.
///
/// An instance belongs to one event loop: it is made, used and released there.
final class PeerTransport {
  /// The event loop that everything here runs on.
  private let eventLoop: any EventLoop
  private let endpoint: PeerEndpoint
  private var peer: Peer
  private var timer: Scheduled<Void>?
  private var attempt: ConnectionID?
  private var channel: (any Channel)?
  private let report: (PeerReport) -> Void
  private var whenClosed: [EventLoopPromise<Void>] = []
  /// Events that came while another was handled: a write that the kernel accepts at once is reported
  /// in the midst of the actions that it belongs to, and must not get ahead of the rest of them.
  private var waiting: CircularBuffer<PeerEvent> = []
  private var isHandling = false

  /// The state of the session.
  var state: SessionState { peer.state }
  /// What was counted since the transport was made.
  var statistics: SessionStatistics { peer.statistics }
  /// What both sides agreed on, while the session is established.
  var negotiated: NegotiatedSession? { peer.negotiated }
  /// When the next connection attempt is made, while one is waited for.
  var retryAt: NIODeadline? {
    peer.state == .idle || peer.state == .active ? peer.nextDeadline : nil
  }
  /// The families whose routes the session cannot carry, and why.
  var heldBackFamilies: [AddressFamily: HeldBackReason] { peer.heldBackFamilies }
  /// The configuration that it was made with.
  var configuration: PeerConfiguration { peer.configuration }

  /// A transport for a neighbour at `endpoint`; `report` gets what is worth a log line. With
  /// `isRestarting` the neighbour may hold routes of a process before this one (RFC 4724).
  init(
    configuration: PeerConfiguration, endpoint: PeerEndpoint, seed: UInt64,
    isRestarting: Bool = false, eventLoop: any EventLoop, report: @escaping (PeerReport) -> Void
  ) {
    self.eventLoop = eventLoop
    self.endpoint = endpoint
    peer = Peer(configuration: configuration, seed: seed, isRestarting: isRestarting)
    self.report = report
  }

  /// How many prefixes of `family` the neighbour was told in this session.
  func advertisedCount(_ family: AddressFamily) -> Int { peer.advertisedCount(family) }

  /// Hands an event to the peer and does what it answers.
  func handle(_ event: PeerEvent) {
    eventLoop.preconditionInEventLoop()
    waiting.append(event)
    guard !isHandling else { return }
    isHandling = true
    while let next = waiting.popFirst() {
      for action in peer.handle(next, now: .now()) { perform(action) }
    }
    isHandling = false
    schedule()
  }

  private func perform(_ action: PeerAction) {
    switch action {
    case .connect(let id, let timeout): connect(id, timeout: timeout)
    case .send(let id, let bytes): send(bytes, over: id)
    case .close(let id): close(id)
    case .report(let news): report(news)
    }
  }

  /// Ends the session for `reason`; the future completes when the connection is closed.
  func stop(_ reason: StopReason) -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    let hadConnection = channel != nil
    if hadConnection { whenClosed.append(promise) }
    handle(.stop(reason))
    if !hadConnection { promise.succeed() }
    return promise.futureResult
  }

  private func schedule() {
    timer?.cancel()
    timer = nil
    guard let deadline = peer.nextDeadline else { return }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    timer = eventLoop.scheduleTask(deadline: deadline) {
      bound.value.handle(.deadlineReached)
    }
  }

  private func connect(_ id: ConnectionID, timeout: TimeAmount) {
    attempt = id
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let endpoint = endpoint
    do {
      var bootstrap = ClientBootstrap(group: eventLoop)
        .connectTimeout(timeout)
        .channelOption(.writeBufferWaterMark, value: .init(low: 32 * 1024, high: 64 * 1024))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try TCPOptions.apply(Self.options(of: endpoint), to: channel)
            try channel.pipeline.syncOperations.addHandler(
              PeerChannelHandler(id: id, transport: bound.value))
          }
        }
      if let source = try endpoint.sourceAddress() {
        bootstrap = bootstrap.bind(to: source)
      }
      bootstrap.connect(to: try endpoint.remoteAddress()).assumeIsolated().whenComplete { result in
        self.finishAttempt(id, result)
      }
    } catch {
      handle(.connectFailed(id, reason: Self.text(of: error)))
    }
  }

  private func finishAttempt(_ id: ConnectionID, _ result: Result<any Channel, any Error>) {
    switch result {
    case .success(let channel):
      guard attempt == id, let local = channel.localAddress?.address else {
        channel.close(promise: nil)
        return
      }
      self.channel = channel
      handle(.connected(id, local: local))
    case .failure(let error):
      guard attempt == id else { return }
      handle(.connectFailed(id, reason: Self.text(of: error)))
    }
  }

  private func send(_ bytes: ByteBuffer, over id: ConnectionID) {
    guard id == attempt, let channel else { return }
    let count = bytes.readableBytes
    channel.writeAndFlush(bytes).assumeIsolated().whenSuccess {
      self.handle(.written(id, byteCount: count))
    }
  }

  private func close(_ id: ConnectionID) {
    guard id == attempt else { return }
    attempt = nil
    guard let channel else { return }
    self.channel = nil
    // Shutting down the write side first lets the neighbour's kernel deliver our NOTIFICATION; a
    // plain close could answer unread input with a reset that overtakes it.
    let closing = channel.close(mode: .output)
    let waiting = whenClosed
    whenClosed = []
    channel.closeFuture.assumeIsolated().whenComplete { _ in
      for promise in waiting { promise.succeed() }
    }
    closing.assumeIsolated().whenFailure { _ in channel.close(promise: nil) }
    eventLoop.scheduleTask(in: Peer.closeGracePeriod) { channel.close(promise: nil) }
  }

  fileprivate func received(_ bytes: ByteBuffer, over id: ConnectionID) {
    if id == attempt { handle(.received(id, bytes)) }
  }

  fileprivate func closed(_ id: ConnectionID, reason: String?) {
    guard id == attempt, channel != nil else { return }
    attempt = nil
    channel = nil
    handle(.closed(id, reason: reason))
    for promise in whenClosed { promise.succeed() }
    whenClosed = []
  }

  private static func options(of endpoint: PeerEndpoint) -> TCPOptions {
    var options = TCPOptions()
    options.noDelay = true
    options.trafficClass = .networkControl
    options.timeToLive = endpoint.timeToLive
    if let password = endpoint.password {
      options.md5 = .init(peer: endpoint.address, password: password)
    }
    return options
  }

  fileprivate static func text(of error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { text(of: $0.error) } ?? "no address could be reached"
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case ChannelError.connectTimeout(let after):
      "no answer within \(after.nanoseconds / 1_000_000_000) s"
    default: "\(error)"
    }
  }
}

/// Hands what a channel reads to its transport.
private final class PeerChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let id: ConnectionID
  private let transport: PeerTransport
  private var failure: String?

  init(id: ConnectionID, transport: PeerTransport) {
    self.id = id
    self.transport = transport
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    transport.received(unwrapInboundIn(data), over: id)
  }

  func channelInactive(context: ChannelHandlerContext) {
    transport.closed(id, reason: failure)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failure = PeerTransport.text(of: error)
    context.close(promise: nil)
  }
}
