public import Addresses
public import NIOCore

/// Names one TCP connection, or the attempt at one. A ``Peer`` hands the identifiers out with
/// ``PeerAction/connect(_:timeout:)`` and ``Peer/makeConnectionID()``, and ignores events that bear
/// one that it no longer holds.
public struct ConnectionID: Hashable, Sendable {
  let rawValue: UInt64
}

/// What happens to a ``Peer``.
public enum PeerEvent: Sendable {
  /// The operator wants the session. Ignored when it is started already.
  case start
  /// The operator no longer wants the session. The peer says why, closes, and ends without timers.
  /// Routes stay, and are announced again after the next ``start``.
  case stop(StopReason)
  /// The TCP connection is established; `local` is its local address, from which next hops come.
  case connected(ConnectionID, local: IPAddress)
  /// The neighbour opened a TCP connection; the identifier comes from ``Peer/makeConnectionID()``.
  /// The peer takes it beside its own attempt, and settles a collision (RFC 4271 §6.8), or closes it
  /// at once: when it is stopped, in a back-off after an error, established, or has one already.
  /// Hand in connections from configured neighbours only; they may come to any peer, passive or not.
  case accepted(ConnectionID, local: IPAddress, remote: IPAddress)
  /// The connection attempt failed; `reason` is for people, such as "Connection refused".
  case connectFailed(ConnectionID, reason: String)
  /// Bytes came in, in any portions. Hand in everything that was read before a
  /// ``deadlineReached`` of the same moment: input that waits must not lose to the hold timer.
  case received(ConnectionID, ByteBuffer)
  /// The neighbour closed the connection, or it broke; `reason` is for people.
  case closed(ConnectionID, reason: String?)
  /// The kernel accepted `byteCount` more of the bytes of ``PeerAction/send(_:_:)``. This restarts
  /// the send hold timer (RFC 9687) and makes the peer generate further UPDATEs.
  case written(ConnectionID, byteCount: Int)
  /// Announce these prefixes, or change their attributes.
  case announce([IPPrefix: RouteAttributes])
  /// Stop announcing these prefixes; unknown ones are ignored.
  case withdraw([IPPrefix])
  /// Stop announcing these prefixes in `wait`, and mark them with the community 65535:0 until then, so
  /// that traffic moves away while the routes still work (RFC 8326 §4). Without a session they are
  /// withdrawn at once; unknown ones, and those on their way out already, are ignored. Another
  /// ``announce(_:)`` keeps a prefix.
  case withdrawGracefully([IPPrefix], wait: TimeAmount)
  /// Every route that existed before this process was announced once. Only after it does the peer
  /// send End-of-RIB (RFC 4724 §2), in this session and in all later ones: an early one would make
  /// a neighbour delete live routes after a restart.
  case initialTableComplete
  /// BFD found the path to the neighbour down, which was up before. A session ends at once with
  /// Cease/BFD Down (RFC 9384), also one that is not established yet but whose OPENs are exchanged.
  /// Not meant for a BFD session that an operator took down.
  case bfdDown
  /// BFD found the path up: an attempt that waits for no graver reason is made now.
  case bfdUp
  /// The operator is going to stop the session: announce every route once more, with the community
  /// 65535:0, and to internal neighbours with local preference 0, so that traffic moves away while
  /// the routes still work (RFC 8326). How long that takes is for the owner to know: wait, and then
  /// ``stop(_:)``. It also holds for routes and sessions that come later.
  case beginGracefulShutdown
  /// The operator thought better of it: announce the routes as they are.
  case endGracefulShutdown
  /// ``Peer/nextDeadline`` has come.
  case deadlineReached
}

/// Why the operator ended a session; becomes a Cease NOTIFICATION (RFC 4486).
public enum StopReason: Hashable, Sendable {
  /// Administrative shutdown, 6/2, with a text for the neighbour's operator (RFC 9003). The text
  /// is cut at 255 octets of UTF-8.
  case shutdown(String)
  /// The neighbour was removed from the configuration, 6/3.
  case peerDeconfigured
  /// The configuration changed in a way that needs a new session, 6/6.
  case configurationChanged
  /// The operator wants the session to begin anew, 6/4, with a text as for ``shutdown(_:)``.
  case reset(String)
  /// The process is about to be replaced by another one, whose peer is made with `isRestarting`. A
  /// neighbour with graceful restart keeps our routes: the connection is closed without a
  /// NOTIFICATION, or with 6/4 and this text where that keeps them too (RFC 8538) or nothing does.
  case restart(String)
}

extension StopReason {
  /// The NOTIFICATION that tells the neighbour, apart from what graceful restart makes of it.
  public var notification: NotificationMessage {
    switch self {
    case .shutdown(let text): .cease(.administrativeShutdown, text: text)
    case .peerDeconfigured: NotificationMessage(.peerDeconfigured)
    case .configurationChanged: NotificationMessage(.otherConfigurationChange)
    case .reset(let text), .restart(let text): .cease(.administrativeReset, text: text)
    }
  }

  /// What is sent to a neighbour with which this was agreed on; nil when the connection is just
  /// closed. Who leaves for good makes sure that the routes go (RFC 8538 §3).
  func notification(in session: NegotiatedSession?) -> NotificationMessage? {
    guard let session, session.gracefulRestart else { return notification }
    switch self {
    case .shutdown, .peerDeconfigured:
      return session.gracefulNotification ? .hardReset(notification) : notification
    case .restart:
      return session.gracefulNotification ? notification : nil
    case .configurationChanged, .reset:
      return notification
    }
  }
}
