public import BFD

/// What a ``BFDSpeaker`` does at one moment.
public struct BFDStatus: Sendable {
  /// A session and its socket.
  public struct Entry: Sendable {
    /// The name that ``BFDSpeaker/add(_:on:onChange:)`` gave.
    public var id: SessionID
    /// The state and the counters of the session.
    public var session: Session.Status
    /// Packets that the kernel did not take.
    public var sendFailures: UInt64
    /// The error of the last of them; stays when sending works again.
    public var lastSendError: LinuxError?
  }

  /// The sessions, in the order in which they were added; also those that say farewell.
  public var sessions: [Entry]
  /// Packets that belonged to no session.
  public var dropped: DropCounters
  /// Echo packets that were sent back.
  public var echoesReflected: UInt64
  /// What the thread of the sessions could get.
  public var priority: ThreadPriority
}
