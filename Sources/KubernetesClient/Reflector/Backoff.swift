public import NIOCore

/// Waiting times that double with each failure, each drawn from its upper half so that many clients
/// do not come back together.
public struct Backoff: Hashable, Sendable {
  /// The longest wait after the first failure.
  public var base: TimeAmount
  /// The longest wait of all.
  public var maximum: TimeAmount
  /// The failures in a row.
  public private(set) var failures = 0

  /// Waiting times from `base` to `maximum`; both must be positive.
  public init(base: TimeAmount, maximum: TimeAmount) {
    self.base = base
    self.maximum = maximum
  }

  /// Counts a failure and gives the time to wait.
  public mutating func next(using generator: inout some RandomNumberGenerator) -> TimeAmount {
    failures += 1
    return current(using: &generator)
  }

  /// A time to wait that counts as no failure.
  func current(using generator: inout some RandomNumberGenerator) -> TimeAmount {
    let doublings = min(max(failures - 1, 0), 32)
    let (scaled, overflow) = base.nanoseconds.multipliedReportingOverflow(by: 1 << doublings)
    let longest = max(overflow ? maximum.nanoseconds : min(scaled, maximum.nanoseconds), 2)
    return .nanoseconds(Int64.random(in: longest / 2...longest, using: &generator))
  }

  /// Forgets the failures.
  public mutating func reset() { failures = 0 }
}
