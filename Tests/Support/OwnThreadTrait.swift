public import Testing

import Dispatch

/// Runs each test of a suite on a thread that is not of the pool that all tests share, so that a
/// test which waits for programs and kernels, or computes for seconds, does not hold up the others.
public struct OwnThreadTrait: SuiteTrait, TestTrait, TestScoping {
  public var isRecursive: Bool { true }

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    guard testCase != nil else { return try await function() }
    try await withTaskExecutorPreference(QueueExecutor()) { try await function() }
  }
}

extension Trait where Self == OwnThreadTrait {
  /// For tests that block, or take a processor for seconds.
  public static var ownThread: Self { OwnThreadTrait() }
}

private final class QueueExecutor: TaskExecutor {
  private let queue = DispatchQueue(label: "test")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
