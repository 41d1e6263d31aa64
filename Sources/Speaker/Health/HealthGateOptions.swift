public import NIOCore

/// How the health check node ports of services with policy Local are asked before, and while, their
/// addresses are announced.
public struct HealthGateOptions: Hashable, Sendable {
  /// The time from one question about a service to the next.
  public var interval: TimeAmount
  /// How long an answer may take.
  public var timeout: TimeAmount
  /// So many failures in a row end an announcement, 1 or more.
  public var failures: Int
  /// So many answers 200 in a row begin it again, 1 or more. The first answer of all counts at once.
  public var successes: Int

  /// Options with these values.
  public init(
    interval: TimeAmount = .seconds(1), timeout: TimeAmount = .seconds(1), failures: Int = 2,
    successes: Int = 1
  ) {
    self.interval = interval
    self.timeout = timeout
    self.failures = failures
    self.successes = successes
  }
}
