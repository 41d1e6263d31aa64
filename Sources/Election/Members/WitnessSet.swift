/// Who witnesses for a member: its neighbours at distance one to three on the ring of all members,
/// which are everybody in a cluster of up to seven. The relation is symmetric, and a member that
/// comes or goes changes one witness of its neighbours only.
public struct WitnessSet: Hashable, Sendable {
  /// The most witnesses of a member.
  public static let limit = 6

  /// The life of the member that chose the sets; 0 where they were computed, not heard.
  public var incarnation: UInt64 = 0
  /// Counts the choices in this life.
  public var version: UInt32 = 0
  /// The witnesses.
  public var current: [MemberID] = []
  /// The witnesses before, while these must agree too.
  public var former: [MemberID] = []

  /// The witnesses of `member` among the members of a sorted ring, which may lack it.
  static func neighbours(of member: MemberID, on ring: [MemberID]) -> [MemberID] {
    let others = ring.filter { $0 != member }
    guard others.count > limit else { return others }
    let place = others.firstIndex { $0 > member } ?? 0
    let count = others.count
    return [-3, -2, -1, 0, 1, 2].map { others[(place + $0 + count) % count] }.sorted()
  }

  /// How many of `count` witnesses must promise before an heir may claim.
  public static func promisesNeeded(of count: Int) -> Int { count / 2 + 1 }

  /// How many of `count` witnesses must acknowledge for a lease: enough to share one with every
  /// quorum of promises.
  public static func acknowledgementsNeeded(of count: Int) -> Int {
    count - promisesNeeded(of: count) + 1
  }

  /// Whether these sets were chosen after others of the same member.
  func isNewer(than other: WitnessSet) -> Bool {
    (incarnation, version) > (other.incarnation, other.version)
  }
}

/// The witnesses that an heir asks, and what a quorum of them is.
struct Electorate: Sendable {
  /// The witnesses of one former owner.
  struct Part: Sendable {
    /// The former owner, the life in which it chose these witnesses, and the version of the sets;
    /// `MemberID.none` for the witnesses of an address that nobody ever had.
    var base: MemberID = .none
    var incarnation: UInt64 = 0
    var version: UInt32 = 0
    /// All that are asked, as places in the list of peers; at most `2 * WitnessSet.limit`.
    var peers: [Int] = []
    /// For each set the members as bits by place in `peers`, and how many of them are needed.
    var quorums: [(members: UInt32, needed: Int)] = []
    /// Who has promised, and who has recorded the claim, as bits by place in `peers`.
    var granted: UInt32 = 0
    var confirmed: UInt32 = 0

    func isQuorum(_ mask: UInt32) -> Bool {
      quorums.allSatisfy { ($0.members & mask).nonzeroBitCount >= $0.needed }
    }
  }

  /// One part, or two where the last claim was not recorded by a quorum: then the witnesses of the
  /// owner before must agree as well.
  var parts: [Part] = []

  var isGranted: Bool { parts.allSatisfy { $0.isQuorum($0.granted) } }
  var isConfirmed: Bool { parts.allSatisfy { $0.isQuorum($0.confirmed) } }

  /// All that are asked, each once.
  var peers: [Int] {
    parts.reduce(into: []) { peers, part in
      for peer in part.peers where !peers.contains(peer) { peers.append(peer) }
    }
  }

  mutating func confirm(by peer: Int) {
    for part in parts.indices {
      if let place = parts[part].peers.firstIndex(of: peer) {
        parts[part].confirmed |= 1 << place
      }
    }
  }
}
