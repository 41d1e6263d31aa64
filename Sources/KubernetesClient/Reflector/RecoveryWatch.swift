public import NIOCore

/// Finds out, from all requests to one server together, when it is well again after an outage, so that
/// nobody goes on waiting for it.
///
/// A value without clock or I/O of its own.
public struct RecoveryWatch: Hashable, Sendable {
  /// The failures in a row that make an outage. Where one kind alone fails, the others succeed
  /// between its failures.
  static let threshold = 2
  /// The least time between the ends of two outages, lest a server that fails now and then be asked
  /// more often for that.
  static let interval: TimeAmount = .seconds(5)

  private var failures = 0
  private var recoveredAt: NIODeadline?

  /// Of a server that has not failed.
  public init() {}

  /// Takes in that a request failed.
  public mutating func note(_ failure: RequestFailure) {
    // What the server refuses it refuses again, and that is no outage.
    if failure.isTransient { failures = min(failures + 1, Self.threshold) }
  }

  /// Takes in that the server answered a request; returns whether that is the end of an outage.
  public mutating func noteSuccess(now: NIODeadline) -> Bool {
    guard failures >= Self.threshold else {
      failures = 0
      return false
    }
    if let recoveredAt, now < recoveredAt + Self.interval { return false }
    failures = 0
    recoveredAt = now
    return true
  }
}
