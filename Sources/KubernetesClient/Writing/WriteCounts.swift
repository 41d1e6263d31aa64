/// What became of writes to the API server.
public struct WriteCounts: Hashable, Sendable {
  /// The writes that the server took.
  public private(set) var succeeded: UInt64 = 0
  /// Those that failed.
  public private(set) var failed: UInt64 = 0
  /// Those that were tried after one for the same object had failed, whatever became of them.
  public private(set) var retries: UInt64 = 0

  /// Nothing was written.
  public init() {}

  /// Counts a write.
  mutating func note(isSuccess: Bool, isRetry: Bool) {
    if isSuccess { succeeded += 1 } else { failed += 1 }
    if isRetry { retries += 1 }
  }
}
