public import Addresses
public import NIOCore

/// What the owner of a ``Peer`` must do, in this order.
public enum PeerAction: Sendable {
  /// Open a TCP connection to the neighbour; report ``PeerEvent/connected(_:local:)`` or
  /// ``PeerEvent/connectFailed(_:reason:)``, the latter also after `timeout`.
  case connect(ConnectionID, timeout: TimeAmount)
  /// Write these bytes, whole messages, in the order given; report
  /// ``PeerEvent/written(_:byteCount:)`` as the kernel accepts them.
  case send(ConnectionID, ByteBuffer)
  /// Give the connection up: cancel the attempt, or flush what was sent for at most
  /// ``Peer/closeGracePeriod``, shut down the write side, and close. No further event is expected.
  case close(ConnectionID)
  /// Something that belongs in a log or a status page; needs no deed.
  case report(PeerReport)
}

/// What is worth telling people about a ``Peer``.
public enum PeerReport: Sendable {
  /// The session moved to another state.
  case stateChanged(from: SessionState, to: SessionState)
  /// The session is established, with what both sides agreed on.
  case established(NegotiatedSession)
  /// An attempt or a session ended; the next attempt comes after `retryAfter`, or never when nil.
  case down(SessionError, retryAfter: TimeAmount?)
  /// Routes of `family` exist or may come, but cannot be sent in this session.
  case heldBack(AddressFamily, HeldBackReason)
  /// The attribute set of these prefixes does not fit in a message; they are not announced.
  case attributesTooLarge([IPPrefix])
  /// The neighbour's UPDATE had a fault that RFC 7606 lets us survive. Reported once in a session;
  /// ``SessionStatistics`` counts the rest.
  case updateFault(AttributeFault)
  /// All routes of `family` were sent, and End-of-RIB after them.
  case endOfRIBSent(AddressFamily)
  /// The neighbour asked for all routes of `family` again (RFC 2918).
  case routeRefreshRequested(AddressFamily)
}

/// Why routes of a family are not sent.
public enum HeldBackReason: Hashable, Sendable {
  /// The neighbour's OPEN did not offer the family (RFC 4760 §8).
  case notNegotiated
  /// The session's local address is of the other family, or link-local, and the configuration names
  /// no next hop.
  case noNextHop
}

extension HeldBackReason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notNegotiated: "the peer did not offer this address family"
    case .noNextHop:
      "the session's local address is no next hop for this family and none is configured"
    }
  }
}
