import Addresses
import Resources

/// The nodes that may take an address under policy Cluster, as far as this does not depend on the
/// address: a compact list that one pass over it ranks.
struct CandidateList: Sendable {
  /// A node; trivial, so that a ranking copies no references.
  struct Entry: Sendable {
    let fitness: FitnessClass
    let weight: Int
    let hash: UInt64
    let name: Int
  }

  private(set) var entries: ContiguousArray<Entry> = []
  private(set) var names: [String] = []
  /// The same nodes for the election, sorted by name.
  private(set) var candidates: [FitNode] = []

  mutating func append(_ key: RankKey, hash: UInt64) {
    entries.append(
      Entry(fitness: key.fitness, weight: key.weight, hash: hash, name: names.count))
    names.append(key.node)
  }

  /// No more nodes come.
  mutating func close(_ keys: [RankKey]) {
    candidates = keys.map { FitNode($0) }.sorted { $0.node < $1.node }
  }

  /// The first node of the ranking for an address.
  func first(addressHash: UInt64) -> RankKey? {
    var best: (entry: Entry, score: UInt64)?
    for entry in entries {
      let score = RendezvousHash.score(node: entry.hash, address: addressHash)
      if let current = best, !precedes(entry, score, current.entry, current.score) { continue }
      best = (entry, score)
    }
    return best.map {
      RankKey(
        node: names[$0.entry.name], fitness: $0.entry.fitness, weight: $0.entry.weight,
        score: $0.score)
    }
  }

  /// The order of `RankKey`, without its name where that is not needed.
  private func precedes(
    _ left: Entry, _ leftScore: UInt64, _ right: Entry, _ rightScore: UInt64
  ) -> Bool {
    if left.fitness != right.fitness { return left.fitness < right.fitness }
    if left.weight != right.weight { return left.weight > right.weight }
    if leftScore != rightScore { return leftScore > rightScore }
    return names[left.name] < names[right.name]
  }
}

/// The ranking: fitness class, then preferred weight, then rendezvous hash (rows P1 to P5). Without an
/// election every node with a Node object counts as alive, and the first of the ranking owns the
/// address.
extension ClusterState {
  /// The place of `node` in the ranking; nil when it is not fit.
  func rankKey(of subject: Subject, on node: String, required: [Int]) -> RankKey? {
    do throws(Refusal) {
      return try layer2Fit(of: subject, on: node, required: required).key
    } catch {
      return nil
    }
  }

  /// The first node of the ranking; nil when no node is fit.
  mutating func owner(of subject: Subject, required: [Int]) -> RankKey? {
    guard subject.refusal == nil, let claimant = subject.claimants.first else { return nil }
    if subject.claimants.count > 1 {
      return first(of: subject, among: profiles.keys, required: required)
    }
    switch claimant.service.externalTrafficPolicy {
    case .local:
      return first(of: subject, among: claimant.endpoints.nodes.map(\.node), required: required)
    case .cluster:
      guard ClusterPolicy.verdict(for: claimant).isUsable else { return nil }
      return candidates(for: subject).first(addressHash: subject.hash)
    }
  }

  /// All nodes that are fit, sorted by name.
  mutating func fitNodes(for subject: Subject, required: [Int]) -> [FitNode] {
    guard subject.refusal == nil, let claimant = subject.claimants.first else { return [] }
    if subject.claimants.count == 1, claimant.service.externalTrafficPolicy == .cluster {
      guard ClusterPolicy.verdict(for: claimant).isUsable else { return [] }
      return candidates(for: subject).candidates
    }
    let nodes =
      subject.claimants.count > 1
      ? Array(profiles.keys) : claimant.endpoints.nodes.map(\.node)
    return nodes.compactMap { rankKey(of: subject, on: $0, required: required) }
      .map { FitNode($0) }.sorted { $0.node < $1.node }
  }

  private func first(
    of subject: Subject, among nodes: some Sequence<String>, required: [Int]
  ) -> RankKey? {
    nodes.lazy.compactMap { rankKey(of: subject, on: $0, required: required) }.min()
  }

  private mutating func candidates(for subject: Subject) -> CandidateList {
    let advertisements = subject.layer2
    if let known = candidateLists[advertisements] { return known }
    var list = CandidateList()
    var keys: [RankKey] = []
    for profile in profiles.values {
      guard let key = rankKey(of: subject, on: profile.name, required: [0]) else { continue }
      list.append(key, hash: profile.hash)
      keys.append(key)
    }
    list.close(keys)
    candidateLists[advertisements] = list
    return list
  }
}
