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
  _ what: String, within limit: TimeAmount = .seconds(20),
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

/// Waits until `value` is `expected`.
///
/// - Throws: ``LabError`` with the value found last when the time is over; what `value` throws, at
///   once.
public func eventually<Value: Equatable & Sendable>(
  equals expected: Value, within limit: TimeAmount = .seconds(20),
  every interval: TimeAmount = .milliseconds(50), _ value: @Sendable () async throws -> Value
) async throws {
  let deadline = NIODeadline.now() + limit
  var found = try await value()
  while found != expected {
    guard NIODeadline.now() < deadline else {
      throw LabError(
        "\(found) instead of \(expected) after \(limit.nanoseconds / 1_000_000) ms")
    }
    try await Task.sleep(for: .nanoseconds(interval.nanoseconds))
    found = try await value()
  }
}
