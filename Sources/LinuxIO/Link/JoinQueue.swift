import Addresses

/// Addresses whose multicast groups wait to be joined, the most urgent ones first. A host that speaks MLD
/// of version 1 sends two packets for each group, and a start is the moment in which all nodes join.
struct JoinQueue {
  /// How many groups are joined at once, and then in each interval.
  static let burst = 64
  /// The time between two bursts, in milliseconds.
  static let interval: Int64 = 100

  private var waiting: ArraySlice<IPv6Address> = []

  /// Whether nothing waits.
  var isEmpty: Bool { waiting.isEmpty }

  /// These wait from now on, and no others.
  mutating func replace(with addresses: [IPv6Address]) { waiting = addresses[...] }

  /// Those whose turn it is.
  mutating func next() -> ArraySlice<IPv6Address> {
    let turn = waiting.prefix(Self.burst)
    waiting = waiting.dropFirst(Self.burst)
    return turn
  }
}
