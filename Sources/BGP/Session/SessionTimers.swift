import NIOCore

/// The timers of a session whose hold time is known. One that is off is nil.
struct SessionTimers: Sendable {
  /// The hold time until an OPEN came: "a large value" (RFC 4271 §8.2.2).
  static let openHoldTime: TimeAmount = .minutes(4)
  /// The least send hold time (RFC 9687 §4).
  private static let leastSendHoldTime: TimeAmount = .minutes(8)

  /// When the neighbour has been silent for too long.
  private(set) var hold: NIODeadline?
  /// When our next KEEPALIVE is due.
  private(set) var keepalive: NIODeadline?
  /// When the neighbour has not taken a byte for too long; off until the session is established.
  private(set) var sendHold: NIODeadline?

  private let holdTime: TimeAmount
  private let keepaliveTime: TimeAmount

  /// - Parameters:
  ///   - holdTime: The negotiated hold time in seconds; with 0 there are no timers.
  ///   - keepaliveTime: The longest time between KEEPALIVEs that the operator wants.
  init(
    holdTime: UInt16, keepaliveTime: TimeAmount?, now: NIODeadline,
    using random: inout RandomGenerator
  ) {
    self.holdTime = .seconds(Int64(holdTime))
    let third = TimeAmount.nanoseconds(self.holdTime.nanoseconds / 3)
    self.keepaliveTime = max(min(keepaliveTime ?? third, third), .seconds(1))
    received(now: now)
    sent(now: now, using: &random)
  }

  private var isOff: Bool { holdTime == .zero }

  /// A KEEPALIVE or an UPDATE came in.
  mutating func received(now: NIODeadline) {
    if !isOff { hold = now + holdTime }
  }

  /// A KEEPALIVE or an UPDATE goes out. Jitter takes a quarter (RFC 4271 §10).
  mutating func sent(now: NIODeadline, using random: inout RandomGenerator) {
    guard !isOff else { return }
    let nominal = keepaliveTime.nanoseconds
    let least = max(nominal / 4 * 3, TimeAmount.seconds(1).nanoseconds)
    keepalive = now + .nanoseconds(.random(in: least...nominal, using: &random))
  }

  /// The session is established, or the kernel accepted bytes in it.
  mutating func wrote(now: NIODeadline) {
    if !isOff { sendHold = now + max(Self.leastSendHoldTime, holdTime * 2) }
  }

  /// The first of the timers.
  var next: NIODeadline? { [hold, keepalive, sendHold].compactMap(\.self).min() }
}
