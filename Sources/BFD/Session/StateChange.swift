public import NIOCore

extension Session {
  /// A session went from one state to another.
  public struct StateChange: Hashable, Sendable {
    /// The state before.
    public var from: State
    /// The state from now on.
    public var to: State
    /// Why, as our packets say it from now on.
    public var diagnostic: Diagnostic
    /// The state that the peer said last; ``Session/State/down`` when it said none.
    public var remoteState: State
    /// Why the peer is in that state.
    public var remoteDiagnostic: Diagnostic
    /// When this was.
    public var time: NIODeadline

    /// A change with these fields.
    public init(
      from: State, to: State, diagnostic: Diagnostic, remoteState: State,
      remoteDiagnostic: Diagnostic, time: NIODeadline
    ) {
      self.from = from
      self.to = to
      self.diagnostic = diagnostic
      self.remoteState = remoteState
      self.remoteDiagnostic = remoteDiagnostic
      self.time = time
    }

    /// Whether the path has failed, and who relies on it must act. It has not where an operator
    /// disabled the session on either side (RFC 5882 §3.2, §4.2).
    public var isFailure: Bool { from == .up && to == .down && remoteState != .adminDown }
  }
}

extension Session.StateChange: CustomStringConvertible {
  public var description: String {
    let remote = remoteDiagnostic == .none ? "" : ", \(remoteDiagnostic)"
    return "\(from) -> \(to): \(diagnostic) (peer: \(remoteState)\(remote))"
  }
}
