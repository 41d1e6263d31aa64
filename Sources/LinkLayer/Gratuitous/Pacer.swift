import NIOCore

/// Lets `rate` things happen per second, and up to `burst` of them at once after a pause: the
/// generic cell rate algorithm, which is a token bucket that needs no refilling.
struct Pacer: Sendable {
  private let interval: TimeAmount
  private let tolerance: TimeAmount
  /// When the bucket is full again.
  private var fullAt: NIODeadline = .distantPast

  /// Both are taken as 1 if they are below it; the rate ends at 10^9.
  init(rate: Int, burst: Int) {
    interval = .nanoseconds(max(1, 1_000_000_000 / Int64(max(1, rate))))
    let room = min(Int64(max(1, burst)) - 1, .max / interval.nanoseconds)
    tolerance = .nanoseconds(room * interval.nanoseconds)
  }

  /// Whether one may happen now; if so, it is counted.
  mutating func admit(now: NIODeadline) -> Bool {
    let start = max(fullAt, now)
    guard start - now <= tolerance else { return false }
    fullAt = start + interval
    return true
  }

  /// The first moment at which `count` may happen at once; `count` is at least 1.
  func deadline(for count: Int) -> NIODeadline {
    fullAt + interval * (count - 1) - tolerance
  }
}
