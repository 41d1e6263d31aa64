import Addresses

/// Puts the summaries of speakers together, one after the other, in any order.
///
/// A pure value: equal summaries make equal documents. What it keeps grows with the number of
/// addresses times the number of nodes that announce them, by two octets each.
public struct ClusterMerge: Sendable {
  private var rows: [Row] = []
  private var places: [IPAddress: Int] = [:]
  /// The rows of each catalogue that was read: most speakers have the same.
  private var catalogues: [String: [Int]] = [:]
  private var nodes: [String] = []
  private var problems: [Problem: [String]] = [:]
  private var services: [String: ServiceStatus] = [:]
  private var conditions: [String: SpeakerSummary.Condition] = [:]

  /// Nothing yet.
  public init() {}

  /// Takes in what one speaker says.
  ///
  /// - Throws: where the parts of the summary contradict each other; then nothing of it is taken
  public mutating func take(_ summary: SpeakerSummary) throws(StatusRenderer.ParseError) {
    let rowsOfPlaces = try rows(of: summary.catalogue)
    let count = rowsOfPlaces.count
    var ranges: [[ClosedRange<Int>]] = []
    for state in summary.states {
      guard let found = PlaceRanges.parse(state.at, below: count) else {
        throw .malformed("the places '\(state.at.prefix(80))' are none of \(count)")
      }
      ranges.append(found)
    }
    let changes = summary.changes.compactMap { PlaceRanges.parse($0.at, below: count) }
    guard let since = RunLengths.parse(summary.bgpSince, count: count),
      nodes.count < Int(UInt16.max), changes.count == summary.changes.count
    else { throw .malformed("its parts do not belong together") }
    let node = UInt16(nodes.count)
    nodes.append(summary.node)
    for (state, ranges) in zip(summary.states, ranges) {
      for place in ranges.joined() {
        rows[rowsOfPlaces[place]].take(state, of: node, name: summary.node, since: since[place])
      }
    }
    for (change, ranges) in zip(summary.changes, changes) {
      for place in ranges.joined() {
        rows[rowsOfPlaces[place]].take(change.change, of: summary.node)
      }
    }
    conditions[summary.node] = summary.condition
    for problem in summary.problems { problems[problem, default: []].append(summary.node) }
    for service in summary.servicesWithoutAddress {
      services[service.service] = services[service.service] ?? service
    }
  }

  private mutating func rows(of catalogue: String) throws(StatusRenderer.ParseError) -> [Int] {
    if let known = catalogues[catalogue] { return known }
    guard let entries = Catalogue.entries(catalogue) else {
      throw .malformed("its catalogue of addresses cannot be read")
    }
    let found = entries.map { entry in
      if let place = places[entry.address] {
        rows[place].take(entry)
        return place
      }
      places[entry.address] = rows.count
      rows.append(Row(entry))
      return rows.count - 1
    }
    catalogues[catalogue] = found
    return found
  }

  /// The document of all that was taken in.
  public func document(
    server: String, askedAt: Timestamp, speakers: [SpeakerAnswer]
  ) -> ClusterStatusDocument {
    let silent = Set(speakers.filter(\.outcome.isSilence).map(\.node))
    return ClusterStatusDocument(
      server: server, askedAt: askedAt, speakers: speakers,
      addresses: rows.map { $0.address(nodes: nodes, silent: silent) },
      servicesWithoutAddress: Array(services.values),
      conditions: ClusterCondition.list(of: conditions),
      problems: problems.map { ClusterProblem($0.key, nodes: $0.value) })
  }
}

/// What is known of one address.
private struct Row: Sendable {
  private var entry: CatalogueEntry
  private var owners: [UInt16] = []
  private var hearsay: [String] = []
  private var candidates = 0
  private var layer2Refusals: [(reason: String, count: Int)] = []
  private var announcing: [UInt16] = []
  private var sessionless: [UInt16] = []
  private var bgpRefusals: [(reason: String, count: Int)] = []
  private var peers: [(reason: String, count: Int)] = []
  private var ownerState: SpeakerSummary.Layer2?
  /// The owners that may not answer, and why.
  private var silentOwners: [(node: UInt16, reason: String)] = []
  private var conflicts: [String] = []
  private var announcedSince: Int64?
  private var lastMove: ClusterMove?

  init(_ entry: CatalogueEntry) { self.entry = entry }

  /// Another speaker knows other services of the address: one of them is behind.
  mutating func take(_ other: CatalogueEntry) {
    guard other != entry else { return }
    let policies = entry.policy == other.policy ? entry.policy : .mixed
    entry = CatalogueEntry(
      address: entry.address, policy: policies, pool: entry.pool ?? other.pool,
      services: Set(entry.services).union(other.services).sorted())
  }

  mutating func take(
    _ state: SpeakerSummary.State, of node: UInt16, name: String, since: Int64
  ) {
    let layer2 = state.layer2
    switch layer2.verdict {
    case .owner:
      owners.append(node)
      if let obstacle = layer2.obstacle { silentOwners.append((node, obstacle.reason)) }
      if (layer2.since ?? Timestamp(secondsSince1970: 0))
        >= (ownerState?.since ?? Timestamp(secondsSince1970: 0))
      {
        ownerState = layer2
      }
      if let move = layer2.lastMove { take(move, toldBy: name) }
    case .candidate: candidates += 1
    case .no: Self.count(layer2.reason, in: &layer2Refusals)
    }
    if let owner = layer2.owner, owner != name, !hearsay.contains(owner) { hearsay.append(owner) }
    for mac in layer2.conflicts where !conflicts.contains(mac) { conflicts.append(mac) }
    switch state.bgp {
    case .announced:
      announcing.append(node)
      if since > 0 { announcedSince = min(announcedSince ?? since, since) }
      for peer in state.peers { Self.count(peer, in: &peers) }
    case .fit: sessionless.append(node)
    case .no: Self.count(state.bgpReason, in: &bgpRefusals)
    }
  }

  private mutating func take(_ move: MoveStatus, toldBy node: String) {
    take(
      ClusterMove(
        at: move.at, what: "\(move.from ?? "nobody") to \(move.to ?? "nobody")",
        why: move.sentence, toldBy: node))
  }

  mutating func take(_ change: AddressChange, of node: String) {
    let change = change.naming(entry.address)
    take(
      ClusterMove(at: change.at, what: "\(node): \(change.what)", why: change.why, toldBy: node))
  }

  /// The newest counts; of equally new ones that of the owner, which says from where to where.
  private mutating func take(_ move: ClusterMove) {
    guard let last = lastMove else {
      lastMove = move
      return
    }
    func key(_ move: ClusterMove) -> (Int64, Int, String) {
      (
        move.at.secondsSince1970, move.what.contains(" to ") && !move.what.contains(":") ? 1 : 0,
        move.toldBy
      )
    }
    if key(last) < key(move) { lastMove = move }
  }

  private static func count(_ name: String, in list: inout [(reason: String, count: Int)]) {
    if let place = list.firstIndex(where: { $0.reason == name }) {
      list[place].count += 1
    } else {
      list.append((name, 1))
    }
  }

  func address(nodes: [String], silent: Set<String>) -> ClusterAddress {
    func names(_ numbers: [UInt16]) -> [String] { numbers.map { nodes[Int($0)] }.sorted() }
    func counts(_ list: [(reason: String, count: Int)]) -> [String: Int] {
      Dictionary(list.map { ($0.reason, $0.count) }) { $0 + $1 }
    }
    let owners = names(owners)
    let layer2 = ClusterLayer2(
      owners: owners, ownersByHearsay: owners.isEmpty ? hearsay.sorted() : [],
      candidates: candidates, epoch: ownerState?.epoch, refusals: counts(layer2Refusals))
    let bgp = ClusterBGP(
      nodes: names(announcing), withoutSession: names(sessionless), peers: counts(peers),
      refusals: counts(bgpRefusals))
    return ClusterAddress(
      address: entry.address, services: entry.services, externalTrafficPolicy: entry.policy,
      pool: entry.pool, layer2: layer2, bgp: bgp,
      since: ownerState?.since ?? announcedSince.map { Timestamp(secondsSince1970: $0) },
      lastMove: lastMove,
      problems: problems(
        layer2, bgp, silent,
        Dictionary(silentOwners.map { (nodes[Int($0.node)], $0.reason) }) { $1 }))
  }

  private func problems(
    _ layer2: ClusterLayer2, _ bgp: ClusterBGP, _ silent: Set<String>,
    _ silentOwners: [String: String]
  ) -> [String] {
    var problems: [String] = []
    if layer2.owners.count > 1 {
      let owners = layer2.owners.map { owner in
        silentOwners[owner].map { "\(owner) (silent: \($0))" } ?? owner
      }
      problems.append("several nodes own it: \(owners.joined(separator: ", "))")
    } else if let reason = layer2.owners.first.flatMap({ silentOwners[$0] }) {
      problems.append("its owner is silent: \(reason)")
    }
    for owner in layer2.ownersByHearsay {
      problems.append(
        silent.contains(owner)
          ? "\(owner) owns it, as others say: it did not answer us"
          : "\(owner) owns it, as others say, but does not say so itself")
    }
    let others = hearsay.filter { !layer2.owners.contains($0) }.sorted()
    if layer2.owners.count == 1, !others.isEmpty {
      problems.append("others take \(others.joined(separator: ", ")) for its owner")
    }
    if !conflicts.isEmpty {
      problems.append("somebody else uses it: \(conflicts.sorted().joined(separator: ", "))")
    }
    if layer2.owners.isEmpty, layer2.ownersByHearsay.isEmpty, bgp.nodes.isEmpty {
      let reason = reason(layer2, bgp)
      problems.append(
        silent.isEmpty
          ? "nobody announces it: \(reason)" : "no node that answered announces it: \(reason)")
    }
    if !bgp.withoutSession.isEmpty {
      let count = bgp.withoutSession.count
      problems.append(
        "no session carries it on \(count == 1 ? bgp.withoutSession[0] : "\(count) nodes")")
    }
    return problems
  }

  /// What keeps most nodes from it; that a protocol has no advertisement says least.
  private func reason(_ layer2: ClusterLayer2, _ bgp: ClusterBGP) -> String {
    if layer2.candidates > 0 { return "no owner yet" }
    if !bgp.withoutSession.isEmpty { return "noSessionToPeer" }
    let all = layer2.refusals.merging(bgp.refusals) { max($0, $1) }
    let telling = all.filter { $0.key != "noMatchingAdvertisement" }
    let best = (telling.isEmpty ? all : telling)
      .max { ($0.value, $1.key) < ($1.value, $0.key) }
    return best?.key ?? "no speaker told why"
  }
}
