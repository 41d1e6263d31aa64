import NIOCore

/// Lets `rate` packets go per second, and up to `burst` of them at once after a pause: the generic
/// cell rate algorithm, which is a token bucket that needs no refilling.
struct Pacer: Sendable {
  private let interval: TimeAmount
  private let capacity: TimeAmount
  /// When the bucket is full again.
  private var fullAt: NIODeadline = .distantPast

  /// - Parameters:
  ///   - rate: packets per second; 1 if it is below that, and at most 10^9.
  ///   - burst: packets that the bucket holds.
  ///   - largest: the most packets that ever go together; the bucket holds as many at least.
  init(rate: Int, burst: Int, largest: Int) {
    interval = .nanoseconds(max(1, 1_000_000_000 / Int64(max(1, rate))))
    let room = min(Int64(max(burst, largest)), .max / 4 / interval.nanoseconds)
    capacity = .nanoseconds(room * interval.nanoseconds)
  }

  /// Whether `count` packets may go now, all together; if so, they are counted.
  mutating func admit(_ count: Int, now: NIODeadline) -> Bool {
    let end = max(fullAt, now) + interval * count
    guard end - now <= capacity else { return false }
    fullAt = end
    return true
  }

  /// The first moment at which `count` packets may go together.
  func deadline(for count: Int) -> NIODeadline { fullAt + interval * count - capacity }
}
