import NIOCore

/// When the next periodic packet goes out, with jitter.
struct TransmitSchedule: Sendable {
  /// Nil while none does.
  private(set) var next: NIODeadline?
  private var last: NIODeadline?
  /// The interval that `next` was computed from.
  private var interval: TimeAmount?

  /// Takes over the interval, nil for no periodic packets. A new one counts from the last packet, so
  /// that a shorter one holds at once.
  mutating func update(
    interval new: TimeAmount?, detectMultiplier: UInt8, now: NIODeadline,
    using random: inout RandomGenerator
  ) {
    guard let new else {
      stop()
      return
    }
    guard new != interval || next == nil else { return }
    interval = new
    guard let last else {
      next = now
      return
    }
    next = max(now, last + Self.jittered(new, detectMultiplier: detectMultiplier, using: &random))
  }

  /// A packet goes out; ``update(interval:detectMultiplier:now:using:)`` must follow.
  mutating func sent(now: NIODeadline) {
    last = now
    next = nil
  }

  mutating func stop() {
    next = nil
    interval = nil
  }

  /// RFC 5880 §6.8.7: a random part of up to a quarter is taken off; with a detect multiplier of 1 at
  /// least a tenth, so that one packet always comes within the detection time.
  static func jittered(
    _ interval: TimeAmount, detectMultiplier: UInt8, using random: inout RandomGenerator
  ) -> TimeAmount {
    let nominal = interval.nanoseconds
    let most = detectMultiplier == 1 ? nominal / 10 * 9 : nominal
    let least = nominal / 4 * 3
    return .nanoseconds(.random(in: min(least, most)...most, using: &random))
  }
}
