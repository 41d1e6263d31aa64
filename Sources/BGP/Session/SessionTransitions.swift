import Addresses
import NIOCore

/// How connections and sessions begin and end.
extension Session {
  // MARK: Beginning

  /// Looks for a connection: dials, or waits for the neighbour to do so.
  mutating func seek(now: NIODeadline) {
    if configuration.isPassive {
      search = .waiting(retryAt: nil)
      reportState()
      return
    }
    let id = makeConnectionID()
    statistics.connectAttempts += 1
    search = .dialling(id, giveUpAt: now + configuration.connectTimeout)
    reportState()
    actions.append(.connect(id, timeout: configuration.connectTimeout))
  }

  /// A connection is there: say who we are.
  mutating func open(
    _ id: ConnectionID, _ origin: Connection.Origin, local: IPAddress, now: NIODeadline
  ) {
    connections.append(
      Connection(
        id: id, origin: origin, local: local,
        phase: .openSent(holdDeadline: now + SessionTimers.openHoldTime)))
    reportState()
    let open = OpenMessage(configuration, isRestarting: isRestarting)
    send(.open, on: id) { open.write(into: &$0) }
  }

  mutating func establish(
    _ id: ConnectionID, _ state: Connection.OpenConfirm, now: NIODeadline
  ) {
    for other in connections where other.id != id { rejectForCollision(other.id) }
    guard let index = index(of: id) else { return }
    var timers = state.timers
    timers.received(now: now)
    timers.wrote(now: now)
    connections[index].phase = .established(
      .init(negotiated: state.negotiated, timers: timers, since: now))
    earlierCause = nil
    reportState()
    statistics.establishments += 1
    statistics.establishedSince = now
    actions.append(.established(state.negotiated, local: connections[index].local))
  }

  // MARK: Ending

  /// An attempt of ours failed.
  mutating func retry(after error: SessionError, now: NIODeadline) {
    let wait = backoff.wait(after: .unreachable, using: &random)
    search = .waiting(retryAt: now + wait)
    guard connections.isEmpty else {
      statistics.lastError = error
      return
    }
    end(with: error, retryAfter: wait, to: search)
  }

  /// We found the neighbour in error: say so and close.
  mutating func fail(_ id: ConnectionID, with error: MessageError, now: NIODeadline) {
    send(error.notification, on: id)
    actions.append(.close(id))
    lose(
      id, with: .notificationSent(error.notification, detail: error.detail),
      because: .protocolError, now: now)
  }

  /// A connection is gone. What that means depends on how far it was and on what there is beside it.
  mutating func lose(
    _ id: ConnectionID, with error: SessionError, because cause: Backoff.Cause, now: NIODeadline
  ) {
    guard let index = index(of: id) else { return }
    let lost = connections[index]
    if lost.established == nil {
      let isAlone = connections.count == 1
      // Another connection may still make it, or an attempt of ours that waiting may help.
      if !isAlone || (search.nextDeadline != nil && cause == .unreachable) {
        connections.remove(at: index)
        statistics.lastError = error
        if established == nil { earlierCause = max(earlierCause ?? cause, cause) }
        reportState()
        return
      }
      if lost.state == .openSent, max(earlierCause ?? cause, cause) == .unreachable {
        connections.remove(at: index)
        waitForConnection(after: error, now: now)
        return
      }
    }
    connections.remove(at: index)
    if let established = lost.established {
      if now - established.since > Backoff.cleanTime { backoff.reset() }
      statistics.flaps += 1
      if cause == .unreachable, !connections.isEmpty {
        goOnWithoutSession(after: error)
        return
      }
    }
    backOff(after: error, because: max(earlierCause ?? cause, cause), now: now)
  }

  /// The session is over, but the neighbour opened another connection before.
  mutating func goOnWithoutSession(after error: SessionError) {
    statistics.establishedSince = nil
    statistics.lastError = error
    reportState()
    actions.append(.down(error, retryAfter: .zero))
  }

  /// The neighbour could not be reached, or did not stay.
  private mutating func waitForConnection(after error: SessionError, now: NIODeadline) {
    if configuration.isPassive {
      end(with: error, retryAfter: nil, to: .waiting(retryAt: nil))
    } else {
      retry(after: error, now: now)
    }
  }

  private mutating func backOff(
    after error: SessionError, because cause: Backoff.Cause, now: NIODeadline
  ) {
    earlierCause = nil
    if configuration.isPassive, cause == .unreachable {
      end(with: error, retryAfter: nil, to: .waiting(retryAt: nil))
      return
    }
    let wait = backoff.wait(after: cause, using: &random)
    end(with: error, retryAfter: wait, to: .backingOff(until: now + wait, cause))
  }

  /// Nothing is left of the session; goes on with `next`.
  mutating func end(
    with error: SessionError, retryAfter: TimeAmount?, to next: ConnectionSearch
  ) {
    if let attempt = search.attempt { actions.append(.close(attempt)) }
    for connection in connections { actions.append(.close(connection.id)) }
    connections.removeAll()
    search = next
    statistics.establishedSince = nil
    statistics.lastError = error
    reportState()
    actions.append(.down(error, retryAfter: retryAfter))
  }

  /// Tells the owner when the state is another one than it knows.
  mutating func reportState() {
    guard state != reportedState else { return }
    actions.append(.moved(from: reportedState, to: state))
    reportedState = state
  }
}
