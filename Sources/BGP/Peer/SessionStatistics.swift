public import NIOCore

/// Counters of a ``Peer`` since it was made; they never go back.
public struct SessionStatistics: Hashable, Sendable {
  /// Messages of one direction by type.
  public struct MessageCounts: Hashable, Sendable {
    /// OPENs.
    public var open: UInt64 = 0
    /// UPDATEs.
    public var update: UInt64 = 0
    /// NOTIFICATIONs.
    public var notification: UInt64 = 0
    /// KEEPALIVEs.
    public var keepalive: UInt64 = 0
    /// ROUTE-REFRESHes.
    public var routeRefresh: UInt64 = 0

    /// All messages of this direction.
    public var total: UInt64 { open + update + notification + keepalive + routeRefresh }

    mutating func count(_ type: MessageType, _ number: UInt64 = 1) {
      switch type {
      case .open: open += number
      case .update: update += number
      case .notification: notification += number
      case .keepalive: keepalive += number
      case .routeRefresh: routeRefresh += number
      }
    }
  }

  /// Messages received whose header was good, whatever came of their content.
  public internal(set) var received = MessageCounts()
  /// Messages handed out to be sent.
  public internal(set) var sent = MessageCounts()
  /// Prefixes announced, every repetition counted.
  public internal(set) var prefixesAnnounced: UInt64 = 0
  /// Prefixes withdrawn.
  public internal(set) var prefixesWithdrawn: UInt64 = 0
  /// Prefixes that the neighbour announced to us. They are validated and dropped.
  public internal(set) var routesReceived: UInt64 = 0
  /// Prefixes that the neighbour withdrew.
  public internal(set) var withdrawalsReceived: UInt64 = 0
  /// UPDATEs whose routes had to be treated as withdrawn (RFC 7606 §2).
  public internal(set) var treatedAsWithdraw: UInt64 = 0
  /// Attribute faults for which only the attribute was discarded (RFC 7606 §2).
  public internal(set) var attributesDiscarded: UInt64 = 0
  /// UPDATEs that were malformed as a whole and ignored (``PeerConfiguration/UpdateErrorPolicy``).
  public internal(set) var updatesIgnored: UInt64 = 0
  /// Connection attempts made.
  public internal(set) var connectAttempts: UInt64 = 0
  /// Connections of the neighbour that were answered with an OPEN.
  public internal(set) var connectionsAccepted: UInt64 = 0
  /// Connections of the neighbour that were closed at once: from a wrong address, in a back-off, or
  /// beside a session or another such connection.
  public internal(set) var connectionsRefused: UInt64 = 0
  /// Connections that were given up for another one with the same neighbour (RFC 4271 §6.8).
  public internal(set) var collisions: UInt64 = 0
  /// How often the session was established.
  public internal(set) var establishments: UInt64 = 0
  /// How often an established session was lost other than by ``PeerEvent/stop(_:)``.
  public internal(set) var flaps: UInt64 = 0
  /// Since when the session is established; nil while it is not.
  public internal(set) var establishedSince: NIODeadline?
  /// Why the last attempt or session ended; stays when a new one is established.
  public internal(set) var lastError: SessionError?
}
