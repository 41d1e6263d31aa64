/// The owner's name of a session.
public struct SessionID: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }
}

extension SessionID: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What the owner of ``Sessions`` must do, in this order.
public enum Action: Hashable, Sendable {
  /// Turn the packet into bytes with ``Sessions/write(_:of:into:)`` and send them to the peer.
  case send(SessionID, ControlPacket)
  /// Tell those who rely on the session.
  case changed(SessionID, Session.StateChange)
  /// The session is gone: nothing refers to it any more.
  case removed(SessionID)
}
