import NIOCore
import Synchronization

/// When an event loop last turned, for those who must not wait for it.
final class Pulse: Sendable {
  /// How often the loop says that it turns.
  static let interval = TimeAmount.milliseconds(250)
  /// After how long without a beat it counts as stuck.
  static let limit = TimeAmount.seconds(5)

  private let last = Atomic<UInt64>(NIODeadline.now().uptimeNanoseconds)
  private let isStopped = Atomic<Bool>(false)

  /// Beats on `eventLoop` until ``stop()``.
  func start(on eventLoop: any EventLoop) {
    eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { [weak self] task in
      guard let self, !isStopped.load(ordering: .relaxed) else { return task.cancel() }
      beat(at: .now())
    }
  }

  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// The loop turns.
  func beat(at time: NIODeadline) { last.store(time.uptimeNanoseconds, ordering: .relaxed) }

  /// How long ago the last beat was, in seconds.
  func age(at time: NIODeadline) -> Double {
    let beat = NIODeadline.uptimeNanoseconds(last.load(ordering: .relaxed))
    return Double((time - beat).nanoseconds) / 1e9
  }

  /// Whether the loop counts as stuck. One that was stopped is not: the process is ending.
  func isStuck(at time: NIODeadline, limit: TimeAmount = limit) -> Bool {
    !isStopped.load(ordering: .relaxed) && age(at: time) > Double(limit.nanoseconds) / 1e9
  }
}
