import Addresses
import Assignment
import Status

/// The IPv6 addresses that this node may take over, and those of them whose multicast groups are joined
/// before it does.
///
/// Each group is one more record in the reports that this node gives at every question of an MLD
/// querier, one more entry that the kernel looks through for each multicast packet, and takes room in
/// the tables of cards and of switches that snoop. So they are bounded, and what this node would take
/// over first comes first.
struct PreparedAddresses {
  /// The most addresses that are prepared. 4,096 groups are 60 packets of each MLD report.
  static let limit = 4096

  private struct Entry {
    let candidates: [FitNode]
    /// How many candidates precede this node in the ranking; nil until it is asked for.
    var place: Int?
  }

  private let node: String
  private let hash: UInt64
  private let limit: Int
  private var entries: [IPv6Address: Entry] = [:]
  /// How many addresses found no room at the last choice.
  private(set) var unprepared = 0

  /// No addresses yet of the speaker on `node`.
  init(node: String, limit: Int = Self.limit) {
    self.node = node
    self.limit = limit
    hash = RendezvousHash.hash(node: node)
  }

  /// How many addresses this node may take over.
  var count: Int { entries.count }

  /// Whether there are more than may be prepared.
  var isOverLimit: Bool { entries.count > limit }

  /// This node and these others may own the address, or, with nil, this node may not; whether that is
  /// news.
  mutating func set(_ address: IPv6Address, candidates: [FitNode]?) -> Bool {
    guard let candidates else { return entries.removeValue(forKey: address) != nil }
    guard let known = entries[address] else {
      entries[address] = Entry(candidates: candidates)
      return true
    }
    guard known.candidates != candidates else { return false }
    entries[address] = Entry(candidates: candidates)
    return isOverLimit
  }

  /// The addresses to prepare, the most urgent ones first.
  ///
  /// - Parameters:
  ///   - isOwned: Whether this node has an address: its group is joined already, and stays.
  ///   - owner: Who has an address; that node is not among those who take it over.
  mutating func choose(
    isOwned: (IPv6Address) -> Bool, owner: (IPv6Address) -> String?
  ) -> [IPv6Address] {
    unprepared = 0
    guard isOverLimit else { return entries.keys.sorted() }
    let owned = entries.keys.filter(isOwned).sorted()
    var others: [(turn: Int, address: IPv6Address)] = []
    for address in entries.keys where !isOwned(address) {
      others.append((turn(for: address, owner: owner(address)), address))
    }
    others.sort { ($0.turn, $0.address) < ($1.turn, $1.address) }
    unprepared = max(0, others.count - limit)
    return owned + others.prefix(limit).map(\.address)
  }

  /// What the bound leaves out; nil where that is nothing.
  var problem: Problem? {
    guard unprepared > 0 else { return nil }
    return Problem(
      severity: .warning,
      message: "of \(count) IPv6 addresses that this node may own, the multicast groups of "
        + "\(unprepared) are joined only when it takes them over: \(limit) are prepared, those first "
        + "that it takes over first; a switch that snoops on MLD may hold the first questions back")
  }

  /// How many nodes take the address over before this one does.
  private mutating func turn(for address: IPv6Address, owner: String?) -> Int {
    guard let entry = entries[address] else { return .max }
    let candidates = entry.candidates
    let addressHash = RendezvousHash.hash(.v6(address))
    guard let own = Self.find(node, in: candidates) else { return candidates.count }
    let score = RendezvousHash.score(node: hash, address: addressHash)
    func precedesOwn(_ other: FitNode) -> Bool {
      if other.fitness != own.fitness { return other.fitness < own.fitness }
      if other.weight != own.weight { return other.weight > own.weight }
      guard other.node != node else { return false }
      return RendezvousHash.score(
        node: RendezvousHash.hash(node: other.node), address: addressHash) > score
    }
    let place = entry.place ?? candidates.count(where: precedesOwn)
    if entry.place == nil { entries[address]?.place = place }
    guard let owner, let other = Self.find(owner, in: candidates), precedesOwn(other) else {
      return place
    }
    return place - 1
  }

  /// Candidates are sorted by name.
  private static func find(_ node: String, in candidates: [FitNode]) -> FitNode? {
    var (low, high) = (0, candidates.count)
    while low < high {
      let middle = (low + high) / 2
      if candidates[middle].node < node { low = middle + 1 } else { high = middle }
    }
    return low < candidates.count && candidates[low].node == node ? candidates[low] : nil
  }
}
