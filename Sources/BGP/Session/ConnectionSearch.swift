import NIOCore

/// What a session does to get a connection.
enum ConnectionSearch: Sendable {
  /// The operator wants no session.
  case stopped
  /// Waits out a back-off. After a protocol error the neighbour's own attempts are refused in the
  /// meantime too.
  case backingOff(until: NIODeadline, Backoff.Cause)
  /// An attempt is under way.
  case dialling(ConnectionID, giveUpAt: NIODeadline)
  /// Waits for the next attempt, or without a time for the neighbour's.
  case waiting(retryAt: NIODeadline?)
  /// There is a connection, and none is sought beside it.
  case ended

  /// The state of a session that has no connection.
  var state: SessionState {
    switch self {
    case .stopped, .backingOff, .ended: .idle
    case .dialling: .connect
    case .waiting: .active
    }
  }

  /// When something is to be done.
  var nextDeadline: NIODeadline? {
    switch self {
    case .stopped, .ended: nil
    case .backingOff(let until, _): until
    case .dialling(_, let giveUpAt): giveUpAt
    case .waiting(let retryAt): retryAt
    }
  }

  /// The attempt that is under way.
  var attempt: ConnectionID? {
    if case .dialling(let id, _) = self { id } else { nil }
  }
}
