import NIOCore

/// How long to wait before the next connection attempt, by what ended the one before.
struct Backoff: Sendable {
  /// What ended an attempt or a session; the graver one is the greater one.
  enum Cause: Int, Comparable, Sendable {
    /// The neighbour could not be reached, or the connection broke without a NOTIFICATION.
    case unreachable
    /// The neighbour's operator wants no session: it said 6/2 or 6/3.
    case refusedByOperator
    /// One side found the other in error.
    case protocolError

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// A session that lasted longer shows that all is well: the counts begin anew.
  static let cleanTime: TimeAmount = .seconds(60)
  private static let firstProtocolError: TimeAmount = .seconds(5)
  private static let longestProtocolError: TimeAmount = .seconds(120)
  private static let refusal: TimeAmount = .seconds(60)

  private let longestUnreachable: TimeAmount
  private var unreachableCount = 0
  private var protocolErrorCount = 0

  /// - Parameter longestUnreachable: The bound of the waits for a neighbour that cannot be reached,
  ///   at least one second.
  init(longestUnreachable: TimeAmount) {
    self.longestUnreachable = max(longestUnreachable, .seconds(1))
  }

  mutating func reset() {
    unreachableCount = 0
    protocolErrorCount = 0
  }

  /// The wait after one more failure. Jitter takes the upper half of the nominal wait, not all of
  /// it: there is no short wait however the dice fall, so attempts per hour have a bound.
  mutating func wait(
    after cause: Cause, using random: inout RandomGenerator
  ) -> TimeAmount {
    let nominal: TimeAmount
    switch cause {
    case .unreachable:
      nominal = Self.doubled(.seconds(1), times: unreachableCount, limit: longestUnreachable)
      unreachableCount += 1
    case .protocolError:
      nominal = Self.doubled(
        Self.firstProtocolError, times: protocolErrorCount, limit: Self.longestProtocolError)
      protocolErrorCount += 1
    case .refusedByOperator:
      nominal = Self.refusal
    }
    return .nanoseconds(.random(in: nominal.nanoseconds / 2...nominal.nanoseconds, using: &random))
  }

  private static func doubled(_ first: TimeAmount, times: Int, limit: TimeAmount) -> TimeAmount {
    min(.nanoseconds(first.nanoseconds << Int64(min(times, 20))), limit)
  }
}
