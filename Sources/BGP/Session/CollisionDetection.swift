import Addresses
import NIOCore

/// Two connections with one neighbour, of which one must go (RFC 4271 §6.8, RFC 6286 §2.3).
extension Session {
  /// Whether a connection that the neighbour opened is worth an OPEN.
  func takes(connectionFrom remote: IPAddress, now: NIODeadline) -> Bool {
    if let expected = configuration.remoteAddress, expected != remote { return false }
    switch search {
    case .stopped, .backingOff(_, .protocolError): return false
    case .backingOff, .dialling, .waiting, .ended: break
    }
    if let session = established?.established {
      // A neighbour that is in a session dials for one reason only: it lost it and restarts. Without
      // graceful restart the hold timer decides, and attempts of the first moments are collisions.
      return connections.count == 1 && session.negotiated.gracefulRestart
        && now - session.since >= Self.collisionTime
    }
    return !connections.contains { $0.origin == .accepted }
  }

  /// How long after a session began an attempt that was under way before may still arrive.
  private static let collisionTime: TimeAmount = .seconds(10)

  /// Settles which connection stays when a good OPEN came on `id`, and rejects the other one.
  mutating func survivesCollision(_ id: ConnectionID, _ negotiated: NegotiatedSession) -> Bool {
    guard let other = connections.first(where: { $0.id != id }) else { return true }
    switch other.phase {
    case .openSent:
      // The rule applies when its OPEN comes, if it comes.
      return true
    case .established:
      // It was taken beside the session, so the neighbour has restarted (RFC 4724 §4.2, §5).
      replaceSession(on: other)
      return true
    case .openConfirm:
      let kept: Connection.Origin = configuration.outranks(negotiated) ? .dialled : .accepted
      let loser = other.origin == kept ? id : other.id
      rejectForCollision(loser)
      return loser != id
    }
  }

  private mutating func replaceSession(on connection: Connection) {
    actions.append(.close(connection.id))
    connections.removeAll { $0.id == connection.id }
    statistics.flaps += 1
    goOnWithoutSession(
      after: .connectionClosed(reason: "the peer restarted and opened another connection"))
  }

  /// Closes one of two connections; not an error, so nothing is remembered of it.
  mutating func rejectForCollision(_ id: ConnectionID) {
    statistics.collisions += 1
    send(NotificationMessage(.connectionCollision), on: id)
    actions.append(.close(id))
    connections.removeAll { $0.id == id }
  }
}

extension PeerConfiguration {
  /// Whether our connections prevail over the neighbour's: the higher identifier decides, and among
  /// equal ones the higher AS number.
  fileprivate func outranks(_ neighbour: NegotiatedSession) -> Bool {
    (routerID, localAS) > (neighbour.remoteRouterID, neighbour.remoteAS)
  }
}
