import Addresses
import BGP
import LinuxIO
import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// Carries the bytes of one ``BGP/Peer`` over TCP, and tells it the time. There may be several
/// connections at once: our own attempt, one that the neighbour opened, and those that are closing.
///
/// An instance belongs to one event loop: it is made, used and released there.
final class PeerTransport {
  /// A connection that the peer holds.
  private enum Link {
    /// An attempt of ours.
    case dialling
    case open(any Channel)
  }

  /// The event loop that everything here runs on.
  private let eventLoop: any EventLoop
  let endpoint: PeerEndpoint
  private var peer: Peer
  private var timer: Scheduled<Void>?
  private var connections: [ConnectionID: Link] = [:]
  /// How many channels are not closed yet, whether the peer holds them or not.
  private var openChannels = 0
  private var acceptedChannels = 0
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
  /// How many connections of the neighbour are open beside the session.
  var pendingConnections: Int {
    max(0, acceptedChannels - (peer.state == .established ? 1 : 0))
  }

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

  /// The routes for the neighbour, by what it was told them with.
  func routeOverview() -> [RouteOverview] { peer.routeOverview() }

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

  /// Ends the session for `reason`; the future completes when all connections are closed.
  func stop(_ reason: StopReason) -> EventLoopFuture<Void> {
    handle(.stop(reason))
    guard openChannels > 0 else { return eventLoop.makeSucceededVoidFuture() }
    let promise = eventLoop.makePromise(of: Void.self)
    whenClosed.append(promise)
    return promise.futureResult
  }

  /// Prepares a connection that the neighbour opened, before it is active; from then on the peer has
  /// it. Throws when the socket does not take the neighbour's options: it must be closed then.
  func adopt(_ channel: any Channel) throws {
    try TCPOptions.apply(endpoint.options, to: channel)
    try channel.pipeline.syncOperations.addHandler(PeerChannelHandler(id: nil, transport: self))
    acceptedChannels += 1
    channel.closeFuture.assumeIsolated().whenComplete { _ in self.acceptedChannels -= 1 }
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
    connections[id] = .dialling
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let endpoint = endpoint
    do {
      var bootstrap = ClientBootstrap(group: eventLoop)
        .connectTimeout(timeout)
        .channelOption(.writeBufferWaterMark, value: .init(low: 32 * 1024, high: 64 * 1024))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try TCPOptions.apply(endpoint.options, to: channel)
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
      connections[id] = nil
      handle(.connectFailed(id, reason: Self.text(of: error)))
    }
  }

  private func finishAttempt(_ id: ConnectionID, _ result: Result<any Channel, any Error>) {
    // Nil where the peer has given up the attempt meanwhile.
    let isWanted = connections[id] != nil
    switch result {
    case .success(let channel):
      guard isWanted, let local = channel.localAddress?.address else {
        channel.close(promise: nil)
        return
      }
      hold(channel, as: id)
      handle(.connected(id, local: local))
    case .failure(let error):
      guard isWanted else { return }
      connections[id] = nil
      handle(.connectFailed(id, reason: Self.text(of: error)))
    }
  }

  /// An adopted connection is active; gives its name, or nil where it is gone again.
  fileprivate func accepted(_ channel: any Channel) -> ConnectionID? {
    guard let local = channel.localAddress?.address, let remote = channel.remoteAddress?.address
    else {
      channel.close(promise: nil)
      return nil
    }
    let id = peer.makeConnectionID()
    hold(channel, as: id)
    handle(.accepted(id, local: local, remote: remote))
    return id
  }

  private func hold(_ channel: any Channel, as id: ConnectionID) {
    connections[id] = .open(channel)
    openChannels += 1
    channel.closeFuture.assumeIsolated().whenComplete { _ in
      self.openChannels -= 1
      guard self.openChannels == 0 else { return }
      let waiting = self.whenClosed
      self.whenClosed = []
      for promise in waiting { promise.succeed() }
    }
  }

  private func send(_ bytes: ByteBuffer, over id: ConnectionID) {
    guard case .open(let channel) = connections[id] else { return }
    let count = bytes.readableBytes
    channel.writeAndFlush(bytes).assumeIsolated().whenSuccess {
      self.handle(.written(id, byteCount: count))
    }
  }

  private func close(_ id: ConnectionID) {
    guard case .open(let channel) = connections.removeValue(forKey: id) else { return }
    // Shutting down the write side first lets the neighbour's kernel deliver our NOTIFICATION; a
    // plain close could answer unread input with a reset that overtakes it.
    let closing = channel.close(mode: .output)
    closing.assumeIsolated().whenFailure { _ in channel.close(promise: nil) }
    eventLoop.scheduleTask(in: Peer.closeGracePeriod) { channel.close(promise: nil) }
  }

  fileprivate func received(_ bytes: ByteBuffer, over id: ConnectionID) {
    if connections[id] != nil { handle(.received(id, bytes)) }
  }

  fileprivate func closed(_ id: ConnectionID, reason: String?) {
    guard case .open = connections[id] else { return }
    connections[id] = nil
    handle(.closed(id, reason: reason))
  }

  /// What went wrong, for people.
  static func text(of error: any Error) -> String {
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

  /// The name of the connection; one that the neighbour opened gets it when it is active.
  private var id: ConnectionID?
  private let transport: PeerTransport
  private var failure: String?

  init(id: ConnectionID?, transport: PeerTransport) {
    self.id = id
    self.transport = transport
  }

  func channelActive(context: ChannelHandlerContext) {
    if id == nil { id = transport.accepted(context.channel) }
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if let id { transport.received(unwrapInboundIn(data), over: id) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let id { transport.closed(id, reason: failure) }
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failure = PeerTransport.text(of: error)
    context.close(promise: nil)
  }
}
