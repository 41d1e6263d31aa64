public import NIOCore

/// Waits until `condition` holds.
///
/// - Parameters:
///   - what: What is waited for, for the error.
///   - limit: How long at most.
///   - interval: The pause between two looks.
///   - condition: Looked at once at least.
/// - Throws: ``LabError`` when the time is over; what `condition` throws, at once.
public func eventually(
  _ what: String, within limit: TimeAmount = .seconds(10),
  every interval: TimeAmount = .milliseconds(50),
  _ condition: @Sendable () async throws -> Bool
) async throws {
  let deadline = NIODeadline.now() + limit
  while try await !condition() {
    guard NIODeadline.now() < deadline else {
      throw LabError("not so within \(limit.nanoseconds / 1_000_000) ms: \(what)")
    }
    try await Task.sleep(for: .nanoseconds(interval.nanoseconds))
  }
}
