import NIOCore

/// How much may be written to the API server: so many writes at once after a time of silence, one in
/// each interval beyond that, and none for a while where the server could take none.
///
/// A value without clock of its own.
struct WriteBudget: Sendable {
  /// The writes that may begin now.
  private(set) var tokens: Int
  /// How often in a row the server could take no write.
  private(set) var pauses = 0
  /// Until when nothing is written.
  private(set) var pausedUntil = NIODeadline.uptimeNanoseconds(0)

  private let burst: Int
  private let interval: TimeAmount
  private let retry: ClosedRange<TimeAmount>
  private var refilledAt: NIODeadline?

  /// The longest that a server may ask to wait.
  private static let longestAsked = TimeAmount.minutes(5)

  /// A full budget.
  ///
  /// - Parameters:
  ///   - burst: the writes at once
  ///   - interval: the time between writes when there are more
  ///   - retry: the waiting time after a failure, doubled with each that follows
  init(burst: Int, interval: TimeAmount, retry: ClosedRange<TimeAmount>) {
    self.burst = burst
    self.interval = interval
    self.retry = retry
    tokens = burst
  }

  /// Lets time pass.
  mutating func refill(_ now: NIODeadline) {
    guard let last = refilledAt, tokens < burst else {
      refilledAt = now
      return
    }
    let length = max(interval.nanoseconds, 1)
    let due = max((now - last).nanoseconds, 0) / length
    guard due > 0 else { return }
    tokens = min(tokens + Int(clamping: min(due, Int64(burst))), burst)
    refilledAt = tokens == burst ? now : last + .nanoseconds(due * length)
  }

  /// A write begins.
  mutating func take() { tokens -= 1 }

  /// The server took a write, or refused that one alone.
  mutating func succeed() { pauses = 0 }

  /// The server could take no write, and perhaps asked for some time.
  mutating func pause(asked: TimeAmount?, now: NIODeadline) {
    pauses += 1
    pausedUntil = now + retryTime(after: pauses, asked: asked)
  }

  /// When a write that is due at some time may begin, if nothing happens before.
  func start(of due: NIODeadline) -> NIODeadline {
    let due = max(due, pausedUntil)
    guard tokens == 0, let refilledAt else { return due }
    return max(due, refilledAt + interval)
  }

  /// How long to wait after so many failures in a row.
  func retryTime(after failures: Int, asked: TimeAmount?) -> TimeAmount {
    let doubled = retry.lowerBound.nanoseconds << Int64(min(failures - 1, 16))
    let time = min(TimeAmount.nanoseconds(doubled), retry.upperBound)
    return max(time, min(asked ?? .zero, Self.longestAsked))
  }
}
