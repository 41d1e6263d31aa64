public import NIOCore

extension Session {
  /// Counters of a session since it was made; they never go back.
  public struct Statistics: Hashable, Sendable {
    /// Packets that were accepted.
    public internal(set) var received: UInt64 = 0
    /// Packets that were handed out to be sent.
    public internal(set) var sent: UInt64 = 0
    /// Packets that named this session or its path and were ignored.
    public internal(set) var dropped = DropCounters()
    /// How often the session came up.
    public internal(set) var ups: UInt64 = 0
    /// How often it failed, see ``StateChange/isFailure``.
    public internal(set) var failures: UInt64 = 0
    /// The last change of the state; nil before the first.
    public internal(set) var lastChange: StateChange?
    /// The last failure; stays when the session comes up again.
    public internal(set) var lastFailure: StateChange?
  }

  /// A session as an operator wants to see it.
  public struct Status: Hashable, Sendable {
    /// Between whom the session runs.
    public var path: Path
    /// The state of our side.
    public var state: State
    /// Why our side is in that state.
    public var diagnostic: Diagnostic
    /// The state that the peer said last.
    public var remoteState: State
    /// The peer's diagnostic.
    public var remoteDiagnostic: Diagnostic
    /// Our name of the session.
    public var localDiscriminator: UInt32
    /// The peer's name of the session; 0 while it is not known.
    public var remoteDiscriminator: UInt32
    /// The time between two packets of ours, without jitter.
    public var transmitInterval: TimeAmount
    /// How long the peer may be silent; zero while it was not heard.
    public var detectionTime: TimeAmount
    /// How many of our packets in a row the peer may miss.
    public var detectMultiplier: UInt8
    /// How many of the peer's packets in a row we may miss; 0 while it was not heard.
    public var remoteDetectMultiplier: UInt8
    /// What was counted.
    public var statistics: Statistics
  }
}
