import Addresses

/// Two connections with one neighbour, of which one must go (RFC 4271 §6.8, RFC 6286 §2.3).
extension Session {
  /// Whether a connection that the neighbour opened is worth an OPEN.
  func takes(connectionFrom remote: IPAddress) -> Bool {
    if let expected = configuration.remoteAddress, expected != remote { return false }
    switch search {
    case .stopped, .backingOff(_, refusesAccepted: true): return false
    case .backingOff, .dialling, .waiting, .ended: break
    }
    return !connections.contains { $0.origin == .accepted || $0.established != nil }
  }

  /// Settles which connection stays when a good OPEN came on `id`, and rejects the other one.
  mutating func survivesCollision(_ id: ConnectionID, _ negotiated: NegotiatedSession) -> Bool {
    guard let other = connections.first(where: { $0.id != id }) else { return true }
    switch other.phase {
    case .openSent:
      // The rule applies when its OPEN comes, if it comes.
      return true
    case .established:
      rejectForCollision(id)
      return false
    case .openConfirm:
      let kept: Connection.Origin = configuration.outranks(negotiated) ? .dialled : .accepted
      let loser = other.origin == kept ? id : other.id
      rejectForCollision(loser)
      return loser != id
    }
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
