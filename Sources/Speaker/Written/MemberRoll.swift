import NIOCore

/// The members of the election, as a speaker's object tells of them.
struct MemberSummary: Hashable, Sendable {
  /// How many there are.
  var count = 0
  /// Those that are missing, sorted.
  var missing: [String] = []
}

/// Says which members are missing, and changes its mind seldom: a member that comes and goes, or whose
/// speaker is replaced, must not make every other speaker of the cluster write each time.
///
/// A value without clock or I/O of its own.
struct MemberRoll {
  /// For how long a member must not be heard before it is missing.
  static let absence: TimeAmount = .seconds(30)
  /// For how long it must then be heard before it is missing no more.
  static let presence: TimeAmount = .minutes(2)

  private struct Entry {
    var isAlive: Bool
    var since: NIODeadline
    var isMissing = false
  }

  private var entries: [String: Entry] = [:]

  /// The first by name of those that are not missing. It does what one speaker is to do for all.
  var first: String? { entries.filter { !$0.value.isMissing }.keys.min() }

  /// Takes in whether each member is alive now, all of them.
  mutating func take(_ members: [String: Bool], now: NIODeadline) -> MemberSummary {
    entries = entries.filter { members[$0.key] != nil }
    for (name, isAlive) in members {
      var entry = entries[name] ?? Entry(isAlive: isAlive, since: now)
      if entry.isAlive != isAlive {
        entry.isAlive = isAlive
        entry.since = now
      }
      if entry.isMissing == isAlive,
        now >= entry.since + (isAlive ? Self.presence : Self.absence)
      {
        entry.isMissing = !isAlive
      }
      entries[name] = entry
    }
    return MemberSummary(
      count: entries.count, missing: entries.filter(\.value.isMissing).keys.sorted())
  }
}
