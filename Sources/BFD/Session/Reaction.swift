extension Session {
  /// What a ``Session`` asks of its owner after an event. One event never leads to more than one
  /// packet.
  public struct Reaction: Hashable, Sendable {
    /// To be sent now: turn it into bytes with ``Session/write(_:into:)``.
    public var packet: ControlPacket?
    /// To be told to those who rely on the session.
    public var change: StateChange?

    /// A reaction of these parts.
    public init(packet: ControlPacket? = nil, change: StateChange? = nil) {
      self.packet = packet
      self.change = change
    }
  }
}
