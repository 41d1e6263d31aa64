import Addresses
import NIOCore

/// The session machine of RFC 4271 §8 for a side that dials. It knows nothing of routes.
struct Session: Sendable {
  /// What the machine asks of its owner.
  enum Action: Sendable {
    case connect(ConnectionID, timeout: TimeAmount)
    case send(ConnectionID, ByteBuffer)
    case close(ConnectionID)
    case moved(from: SessionState, to: SessionState)
    case established(NegotiatedSession, local: IPAddress)
    case down(SessionError, retryAfter: TimeAmount?)
    case refresh(AddressFamily)
    case updateFault(AttributeFault)
  }

  /// The states, each with what is valid in it.
  enum State: Sendable {
    /// Without a deadline the session is stopped.
    case idle(restartAt: NIODeadline?)
    case connect(ConnectionID, giveUpAt: NIODeadline)
    case active(retryAt: NIODeadline)
    case openSent(OpenSent)
    case openConfirm(OpenConfirm)
    case established(Established)
  }

  struct OpenSent: Sendable {
    var connection: Connection
    let holdDeadline: NIODeadline
  }

  struct OpenConfirm: Sendable {
    var connection: Connection
    let negotiated: NegotiatedSession
    var timers: SessionTimers
  }

  struct Established: Sendable {
    var connection: Connection
    let negotiated: NegotiatedSession
    var timers: SessionTimers
    let since: NIODeadline
    var hasReportedFault = false
  }

  /// A TCP connection and what came in on it but is no whole message yet.
  struct Connection: Sendable {
    let id: ConnectionID
    let local: IPAddress
    var framer = MessageFramer()
  }

  let configuration: PeerConfiguration
  private(set) var state: State = .idle(restartAt: nil)
  var statistics = SessionStatistics()
  var actions: [Action] = []
  private var random: RandomGenerator
  private var backoff: Backoff
  private var lastConnection: UInt64 = 0

  init(configuration: PeerConfiguration, seed: UInt64) {
    self.configuration = configuration
    random = RandomGenerator(seed: seed)
    backoff = Backoff(longestUnreachable: configuration.connectRetryTime)
  }

  // MARK: The owner's events

  mutating func start(now: NIODeadline) {
    guard case .idle(restartAt: nil) = state else { return }
    backoff.reset()
    dial(now: now)
  }

  mutating func stop(_ reason: StopReason, now: NIODeadline) {
    if case .idle(restartAt: nil) = state { return }
    let error: SessionError = .stopped(reason)
    if let connection = state.connection {
      send(reason.notification, on: connection.id)
    }
    end(with: error, retryAfter: nil, to: .idle(restartAt: nil))
  }

  mutating func connected(_ id: ConnectionID, local: IPAddress, now: NIODeadline) {
    guard case .connect(id, _) = state else {
      // An attempt that was given up succeeded after all.
      if state.connectionID != id { actions.append(.close(id)) }
      return
    }
    move(
      to: .openSent(
        OpenSent(
          connection: Connection(id: id, local: local),
          holdDeadline: now + SessionTimers.openHoldTime)))
    let open = OpenMessage(configuration)
    send(.open, on: id) { open.write(into: &$0) }
  }

  mutating func connectFailed(_ id: ConnectionID, reason: String, now: NIODeadline) {
    guard case .connect(id, _) = state else { return }
    retry(after: .connectFailed(reason: reason), now: now)
  }

  mutating func closed(_ id: ConnectionID, reason: String?, now: NIODeadline) {
    guard state.connectionID == id else { return }
    let error: SessionError = .connectionClosed(reason: reason)
    switch state {
    case .idle, .active: break
    case .connect, .openSent: retry(after: error, now: now)
    case .openConfirm, .established: fail(with: error, because: .unreachable, now: now)
    }
  }

  mutating func received(_ id: ConnectionID, _ bytes: ByteBuffer, now: NIODeadline) {
    guard var framer = state.connection?.framer, state.connectionID == id else { return }
    framer.append(bytes)
    do throws(MessageError) {
      while let frame = try framer.next() {
        statistics.received.count(frame.type)
        try handle(frame, now: now)
        guard state.connection?.id == id else { return }
      }
      state.setFramer(framer)
    } catch {
      fail(with: error, now: now)
    }
  }

  /// The kernel accepted bytes of ours.
  mutating func written(_ id: ConnectionID, now: NIODeadline) {
    guard case .established(var established) = state, established.connection.id == id else {
      return
    }
    established.timers.wrote(now: now)
    state = .established(established)
  }

  /// UPDATEs go out.
  mutating func sentUpdates(_ count: Int, now: NIODeadline) {
    guard case .established(var established) = state else { return }
    statistics.sent.count(.update, UInt64(count))
    established.timers.sent(now: now, using: &random)
    state = .established(established)
  }

  // MARK: Time

  /// When ``deadlineReached(now:)`` is due; nil when nothing is.
  var nextDeadline: NIODeadline? {
    switch state {
    case .idle(let restartAt): restartAt
    case .connect(_, let giveUpAt): giveUpAt
    case .active(let retryAt): retryAt
    case .openSent(let openSent): openSent.holdDeadline
    case .openConfirm(let openConfirm): openConfirm.timers.next
    case .established(let established): established.timers.next
    }
  }

  mutating func deadlineReached(now: NIODeadline) {
    guard let next = nextDeadline, next <= now else { return }
    switch state {
    case .idle, .active:
      dial(now: now)
    case .connect(let id, _):
      actions.append(.close(id))
      retry(after: .connectFailed(reason: "no answer in time"), now: now)
    case .openSent:
      fail(with: holdTimerExpired, now: now)
    case .openConfirm(var openConfirm):
      if let hold = openConfirm.timers.hold, hold <= now {
        fail(with: holdTimerExpired, now: now)
      } else {
        openConfirm.timers.sent(now: now, using: &random)
        state = .openConfirm(openConfirm)
        send(.keepalive, on: openConfirm.connection.id) { KeepaliveMessage.write(into: &$0) }
      }
    case .established(var established):
      if let hold = established.timers.hold, hold <= now {
        fail(with: holdTimerExpired, now: now)
      } else if let sendHold = established.timers.sendHold, sendHold <= now {
        fail(
          with: MessageError(
            .sendHoldTimerExpired, detail: "the peer takes no data"), now: now)
      } else {
        established.timers.sent(now: now, using: &random)
        state = .established(established)
        send(.keepalive, on: established.connection.id) { KeepaliveMessage.write(into: &$0) }
      }
    }
  }

  private var holdTimerExpired: MessageError {
    MessageError(.holdTimerExpired, detail: "nothing heard from the peer for the hold time")
  }

  // MARK: Messages

  private mutating func handle(
    _ frame: MessageFramer.Frame, now: NIODeadline
  ) throws(MessageError) {
    if frame.type == .notification {
      received(NotificationMessage(body: frame.body), now: now)
      return
    }
    switch (state, frame.type) {
    case (.openSent(let openSent), .open):
      try received(OpenMessage(body: frame.body), in: openSent, now: now)
    case (.openSent, _):
      throw .unexpected(frame.type, .unexpectedInOpenSent)
    case (.openConfirm(let openConfirm), .keepalive):
      establish(openConfirm, now: now)
    case (.openConfirm, _):
      throw .unexpected(frame.type, .unexpectedInOpenConfirm)
    case (.established(var established), .keepalive):
      established.timers.received(now: now)
      state = .established(established)
    case (.established(let established), .update):
      try receivedUpdate(frame.body, in: established, now: now)
    case (.established(let established), .routeRefresh):
      let message = try RouteRefreshMessage(body: frame.body)
      if message.subtype == 0, let family = message.family.unicast,
        established.negotiated.families.contains(family)
      {
        actions.append(.refresh(family))
      }
    case (.established, _):
      throw .unexpected(frame.type, .unexpectedInEstablished)
    case (.idle, _), (.connect, _), (.active, _):
      break
    }
  }

  private mutating func received(
    _ open: OpenMessage, in openSent: OpenSent, now: NIODeadline
  ) throws(MessageError) {
    let negotiated = try open.negotiate(with: configuration)
    let timers = SessionTimers(
      holdTime: negotiated.holdTime, keepaliveTime: configuration.keepaliveTime, now: now,
      using: &random)
    move(
      to: .openConfirm(
        OpenConfirm(
          connection: openSent.connection, negotiated: negotiated, timers: timers)))
    send(.keepalive, on: openSent.connection.id) { KeepaliveMessage.write(into: &$0) }
  }

  private mutating func establish(_ openConfirm: OpenConfirm, now: NIODeadline) {
    var timers = openConfirm.timers
    timers.received(now: now)
    timers.wrote(now: now)
    move(
      to: .established(
        Established(
          connection: openConfirm.connection, negotiated: openConfirm.negotiated, timers: timers,
          since: now)))
    statistics.establishments += 1
    statistics.establishedSince = now
    actions.append(
      .established(openConfirm.negotiated, local: openConfirm.connection.local))
  }

  private mutating func receivedUpdate(
    _ body: ByteBuffer, in established: Established, now: NIODeadline
  ) throws(MessageError) {
    let update = try UpdateMessage(
      body: body,
      context: UpdateContext(
        isInternal: established.negotiated.isInternal,
        fourOctetAS: established.negotiated.fourOctetAS))
    var established = established
    established.timers.received(now: now)
    statistics.routesReceived += UInt64(update.announcedCount)
    statistics.withdrawalsReceived += UInt64(update.withdrawnCount)
    statistics.attributesDiscarded += UInt64(update.discardedAttributeCount)
    if update.isTreatedAsWithdraw { statistics.treatedAsWithdraw += 1 }
    if let fault = update.fault, !established.hasReportedFault {
      established.hasReportedFault = true
      actions.append(.updateFault(fault))
    }
    state = .established(established)
  }

  /// Never answered, in no state (RFC 4271 §6.4).
  private mutating func received(_ notification: NotificationMessage, now: NIODeadline) {
    let cause: Backoff.Cause =
      switch notification.reason {
      case .administrativeShutdown, .peerDeconfigured: .refusedByOperator
      case .connectionCollision: .unreachable
      default: .protocolError
      }
    if let id = state.connectionID { actions.append(.close(id)) }
    fail(with: .notificationReceived(notification), because: cause, now: now)
  }

  // MARK: Transitions

  private mutating func dial(now: NIODeadline) {
    lastConnection += 1
    let id = ConnectionID(rawValue: lastConnection)
    statistics.connectAttempts += 1
    move(to: .connect(id, giveUpAt: now + configuration.connectTimeout))
    actions.append(.connect(id, timeout: configuration.connectTimeout))
  }

  /// The neighbour could not be reached.
  private mutating func retry(after error: SessionError, now: NIODeadline) {
    let wait = backoff.wait(after: .unreachable, using: &random)
    end(with: error, retryAfter: wait, to: .active(retryAt: now + wait), closing: false)
  }

  /// We found the neighbour in error: say so and close.
  private mutating func fail(with error: MessageError, now: NIODeadline) {
    if let connection = state.connection {
      send(error.notification, on: connection.id)
      actions.append(.close(connection.id))
    }
    fail(
      with: .notificationSent(error.notification, detail: error.detail),
      because: .protocolError, now: now)
  }

  private mutating func fail(
    with error: SessionError, because cause: Backoff.Cause, now: NIODeadline
  ) {
    if case .established(let established) = state, now - established.since > Backoff.cleanTime {
      backoff.reset()
    }
    let wait = backoff.wait(after: cause, using: &random)
    end(with: error, retryAfter: wait, to: .idle(restartAt: now + wait), closing: false)
  }

  private mutating func end(
    with error: SessionError, retryAfter: TimeAmount?, to next: State, closing: Bool = true
  ) {
    if closing, let id = state.connectionID { actions.append(.close(id)) }
    if case .established = state, retryAfter != nil { statistics.flaps += 1 }
    statistics.establishedSince = nil
    statistics.lastError = error
    move(to: next)
    actions.append(.down(error, retryAfter: retryAfter))
  }

  private mutating func move(to next: State) {
    let old = state.name
    state = next
    if old != next.name { actions.append(.moved(from: old, to: next.name)) }
  }

  private mutating func send(_ message: NotificationMessage, on id: ConnectionID) {
    send(.notification, on: id) { message.write(into: &$0) }
  }

  private mutating func send(
    _ type: MessageType, on id: ConnectionID, _ write: (inout ByteBuffer) -> Void
  ) {
    var buffer = ByteBuffer()
    write(&buffer)
    statistics.sent.count(type)
    actions.append(.send(id, buffer))
  }
}

extension MessageError {
  /// Type octets are the data of these (RFC 6608 §4).
  fileprivate static func unexpected(
    _ type: MessageType, _ reason: NotificationReason
  ) -> MessageError {
    MessageError(reason, data: [type.rawValue], detail: "unexpected \(type)")
  }
}
