import UnixSignals

/// Ctrl-C as the ordinary end of what goes on for ever.
enum Interruption {
  /// Runs `body` until it ends by itself, or SIGINT or SIGTERM asks for it, which cancels it.
  static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in signals { return }
      }
      group.addTask { try await body() }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
