/// Which numbers of one sender were received: the latest and the 64 before it.
struct ReplayWindow: Hashable, Sendable {
  private var latest: UInt64 = 0
  /// Bit n is set when `latest - n` was received.
  private var received: UInt64 = 0

  /// Whether a number is new; it is not from then on. Numbers begin with 1; what is older than the
  /// window counts as received.
  mutating func accept(_ number: UInt64) -> Bool {
    guard number > 0 else { return false }
    if number > latest {
      let shift = number - latest
      received = shift < 64 ? received << shift | 1 : 1
      latest = number
      return true
    }
    let age = latest - number
    guard age < 64, received & (1 << age) == 0 else { return false }
    received |= 1 << age
    return true
  }
}
