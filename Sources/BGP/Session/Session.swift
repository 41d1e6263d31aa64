import Addresses
import NIOCore

/// The session machine of RFC 4271 §8, for a side that dials, accepts, or both. It knows nothing of
/// routes.
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

  let configuration: PeerConfiguration
  /// Whether neighbours may hold routes of a process before this one.
  var isRestarting: Bool
  var search: ConnectionSearch = .stopped
  /// At most two, of which at most one is established. Before a session there is at most one of each
  /// origin.
  var connections: [Connection] = []
  var statistics = SessionStatistics()
  var actions: [Action] = []
  var random: RandomGenerator
  var backoff: Backoff
  /// What was wrong with connections that ended while another one lived on.
  var earlierCause: Backoff.Cause?
  /// The state that was reported last.
  var reportedState: SessionState = .idle
  private var lastConnection: UInt64 = 0

  init(configuration: PeerConfiguration, seed: UInt64, isRestarting: Bool = false) {
    self.configuration = configuration
    self.isRestarting = isRestarting
    random = RandomGenerator(seed: seed)
    backoff = Backoff(longestUnreachable: configuration.connectRetryTime)
  }

  // MARK: What there is to see

  /// The connection that is furthest.
  var leading: Connection? {
    connections.first { $0.established != nil }
      ?? connections.first { $0.negotiated != nil } ?? connections.first
  }

  /// The connection on which routes are exchanged.
  var established: Connection? { connections.first { $0.established != nil } }

  var state: SessionState { leading?.state ?? search.state }

  func index(of id: ConnectionID) -> Int? { connections.firstIndex { $0.id == id } }

  // MARK: The owner's events

  mutating func makeConnectionID() -> ConnectionID {
    lastConnection += 1
    return ConnectionID(rawValue: lastConnection)
  }

  mutating func start(now: NIODeadline) {
    guard case .stopped = search else { return }
    backoff.reset()
    earlierCause = nil
    seek(now: now)
  }

  mutating func stop(_ reason: StopReason, now: NIODeadline) {
    if case .stopped = search { return }
    for connection in connections {
      guard let notification = reason.notification(in: connection.negotiated) else { continue }
      send(notification, on: connection.id)
    }
    end(with: .stopped(reason), retryAfter: nil, to: .stopped)
  }

  mutating func connected(_ id: ConnectionID, local: IPAddress, now: NIODeadline) {
    guard search.attempt == id else {
      // An attempt that was given up succeeded after all.
      if index(of: id) == nil { actions.append(.close(id)) }
      return
    }
    search = .ended
    open(id, .dialled, local: local, now: now)
  }

  mutating func accepted(
    _ id: ConnectionID, local: IPAddress, remote: IPAddress, now: NIODeadline
  ) {
    guard index(of: id) == nil, search.attempt != id else { return }
    guard takes(connectionFrom: remote, now: now) else {
      statistics.connectionsRefused += 1
      // The neighbour must hear it, or it would wait for our OPEN (RFC 4271 §6.8).
      if established != nil { send(NotificationMessage(.connectionCollision), on: id) }
      actions.append(.close(id))
      return
    }
    if case .backingOff(let until, _) = search {
      search = .waiting(retryAt: configuration.isPassive ? nil : until)
    }
    statistics.connectionsAccepted += 1
    open(id, .accepted, local: local, now: now)
  }

  mutating func connectFailed(_ id: ConnectionID, reason: String, now: NIODeadline) {
    guard search.attempt == id else { return }
    retry(after: .connectFailed(reason: reason), now: now)
  }

  mutating func closed(_ id: ConnectionID, reason: String?, now: NIODeadline) {
    let error: SessionError = .connectionClosed(reason: reason)
    if search.attempt == id {
      retry(after: error, now: now)
    } else {
      lose(id, with: error, because: .unreachable, now: now)
    }
  }

  mutating func bfdDown(now: NIODeadline) {
    guard let leading, leading.negotiated != nil else { return }
    let notification = NotificationMessage(.bfdDown)
    for connection in connections { send(notification, on: connection.id) }
    // Whatever else is open has the same path.
    for connection in connections where connection.id != leading.id {
      actions.append(.close(connection.id))
    }
    connections = [leading]
    actions.append(.close(leading.id))
    lose(
      leading.id, with: .notificationSent(notification, detail: "BFD is down"),
      because: .unreachable, now: now)
  }

  mutating func bfdUp(now: NIODeadline) {
    switch search {
    case .backingOff(_, .unreachable), .waiting(retryAt: .some): seek(now: now)
    case .stopped, .backingOff, .dialling, .waiting, .ended: break
    }
  }

  mutating func received(_ id: ConnectionID, _ bytes: ByteBuffer, now: NIODeadline) {
    guard let index = index(of: id) else { return }
    connections[index].framer.append(bytes)
    do throws(MessageError) {
      while let frame = try nextFrame(of: id) {
        statistics.received.count(frame.type)
        try handle(frame, on: id, now: now)
      }
    } catch {
      fail(id, with: error, now: now)
    }
  }

  /// The kernel accepted bytes of ours.
  mutating func written(_ id: ConnectionID, byteCount: Int, now: NIODeadline) {
    guard let index = index(of: id), byteCount > 0 else { return }
    connections[index].written(byteCount, now: now)
  }

  /// UPDATEs, and the marks of a refresh, go out on the connection that is established.
  mutating func sendUpdates(_ bytes: ByteBuffer, _ drained: AdjRIBOut.Drained, now: NIODeadline) {
    guard let index = connections.firstIndex(where: { $0.established != nil }) else { return }
    statistics.sent.count(.update, UInt64(drained.messages))
    statistics.sent.count(.routeRefresh, UInt64(drained.refreshMarks))
    // A ROUTE-REFRESH does not restart the neighbour's hold timer.
    if drained.messages > 0 { connections[index].sent(now: now, using: &random) }
    send(bytes, on: connections[index].id)
  }

  // MARK: Time

  /// When ``deadlineReached(now:)`` is due; nil when nothing is.
  var nextDeadline: NIODeadline? {
    connections.reduce(search.nextDeadline) { first, connection in
      guard let deadline = connection.nextDeadline else { return first }
      return min(first ?? deadline, deadline)
    }
  }

  mutating func deadlineReached(now: NIODeadline) {
    if let deadline = search.nextDeadline, deadline <= now {
      if let id = search.attempt {
        actions.append(.close(id))
        retry(after: .noAnswer, now: now)
      } else {
        seek(now: now)
      }
    }
    for connection in connections {
      if let deadline = connection.nextDeadline, deadline <= now {
        deadlineReached(on: connection, now: now)
      }
    }
  }

  private mutating func deadlineReached(on connection: Connection, now: NIODeadline) {
    let timers: SessionTimers
    switch connection.phase {
    case .openSent:
      fail(connection.id, with: .holdTimerExpired, now: now)
      return
    case .openConfirm(let state): timers = state.timers
    case .established(let state): timers = state.timers
    }
    if let hold = timers.hold, hold <= now {
      fail(connection.id, with: .holdTimerExpired, now: now)
    } else if let sendHold = timers.sendHold, sendHold <= now {
      fail(
        connection.id,
        with: MessageError(.sendHoldTimerExpired, detail: "the peer takes no data"), now: now)
    } else {
      sendKeepalive(on: connection.id, now: now)
    }
  }
}

extension MessageError {
  fileprivate static let holdTimerExpired = MessageError(
    .holdTimerExpired, detail: "nothing heard from the peer for the hold time")
}
