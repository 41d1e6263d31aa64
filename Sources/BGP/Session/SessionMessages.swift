import Addresses
import NIOCore

/// What messages do, by the phase of the connection on which they come.
extension Session {
  /// The next whole message that came in on a connection, while there is that connection.
  mutating func nextFrame(of id: ConnectionID) throws(MessageError) -> MessageFramer.Frame? {
    guard let index = index(of: id) else { return nil }
    return try connections[index].framer.next()
  }

  mutating func handle(
    _ frame: MessageFramer.Frame, on id: ConnectionID, now: NIODeadline
  ) throws(MessageError) {
    guard let index = index(of: id) else { return }
    switch (connections[index].phase, frame.type) {
    case (_, .notification):
      received(NotificationMessage(body: frame.body), on: id, now: now)
    case (.openSent, .open):
      try received(OpenMessage(body: frame.body), on: id, now: now)
    case (.openSent, _):
      throw .unexpected(frame.type, .unexpectedInOpenSent)
    case (.openConfirm(let state), .keepalive):
      establish(id, state, now: now)
    case (.openConfirm, _):
      throw .unexpected(frame.type, .unexpectedInOpenConfirm)
    case (.established, .keepalive):
      connections[index].received(now: now)
    case (.established(let state), .update):
      do throws(MessageError) {
        connections[index].phase = .established(
          try received(update: frame.body, in: state, now: now))
      } catch {
        guard configuration.updateErrorPolicy == .tolerant else { throw error }
        statistics.updatesIgnored += 1
        connections[index].received(now: now)
      }
    case (.established(let state), .routeRefresh):
      let message = try RouteRefreshMessage(body: frame.body)
      if message.subtype == 0, let family = message.family.unicast,
        state.negotiated.families.contains(family)
      {
        actions.append(.refresh(family))
      }
    case (.established, .open):
      throw .unexpected(frame.type, .unexpectedInEstablished)
    }
  }

  private mutating func received(
    _ open: OpenMessage, on id: ConnectionID, now: NIODeadline
  ) throws(MessageError) {
    let negotiated = try open.negotiate(with: configuration)
    guard survivesCollision(id, negotiated) else { return }
    if let attempt = search.attempt { actions.append(.close(attempt)) }
    search = .ended
    guard let index = index(of: id) else { return }
    let timers = SessionTimers(
      holdTime: negotiated.holdTime, keepaliveTime: configuration.keepaliveTime, now: now,
      using: &random)
    connections[index].framer.allowsExtendedMessages = negotiated.extendedMessages
    connections[index].phase = .openConfirm(.init(negotiated: negotiated, timers: timers))
    reportState()
    sendKeepalive(on: id, now: now)
  }

  private mutating func received(
    update body: ByteBuffer, in state: Connection.Established, now: NIODeadline
  ) throws(MessageError) -> Connection.Established {
    let update = try UpdateMessage(
      body: body,
      context: UpdateContext(
        isInternal: state.negotiated.isInternal, fourOctetAS: state.negotiated.fourOctetAS))
    var state = state
    state.timers.received(now: now)
    statistics.routesReceived += UInt64(update.announcedCount)
    statistics.withdrawalsReceived += UInt64(update.withdrawnCount)
    statistics.attributesDiscarded += UInt64(update.discardedAttributeCount)
    if update.isTreatedAsWithdraw { statistics.treatedAsWithdraw += 1 }
    if let fault = update.fault, !state.hasReportedFault {
      state.hasReportedFault = true
      actions.append(.updateFault(fault))
    }
    return state
  }

  /// Never answered, in no state (RFC 4271 §6.4).
  private mutating func received(
    _ notification: NotificationMessage, on id: ConnectionID, now: NIODeadline
  ) {
    let cause: Backoff.Cause =
      switch (notification.hardReset ?? notification).reason {
      case .administrativeShutdown, .peerDeconfigured: .refusedByOperator
      case .connectionCollision: .unreachable
      default: .protocolError
      }
    actions.append(.close(id))
    lose(id, with: .notificationReceived(notification), because: cause, now: now)
  }

  // MARK: Sending

  mutating func sendKeepalive(on id: ConnectionID, now: NIODeadline) {
    guard let index = index(of: id) else { return }
    connections[index].sent(now: now, using: &random)
    send(.keepalive, on: id) { KeepaliveMessage.write(into: &$0) }
  }

  mutating func send(_ message: NotificationMessage, on id: ConnectionID) {
    send(.notification, on: id) { message.write(into: &$0) }
  }

  mutating func send(
    _ type: MessageType, on id: ConnectionID, _ write: (inout ByteBuffer) -> Void
  ) {
    var buffer = ByteBuffer()
    write(&buffer)
    statistics.sent.count(type)
    send(buffer, on: id)
  }

  mutating func send(_ bytes: ByteBuffer, on id: ConnectionID) {
    if let index = index(of: id) { connections[index].bytesUnderWay += bytes.readableBytes }
    actions.append(.send(id, bytes))
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
