import Addresses
import Resources

/// The objects of the cluster, indexed by what decisions ask for.
///
/// Every change notes in `Changes` which addresses and nodes it touches; a change that no decision
/// can see notes nothing.
struct ClusterState: Sendable {
  /// The speaker's own node.
  let node: String
  let options: Assignment.Options

  private(set) var services: [ObjectName: Service] = [:]
  /// The services that have an address, sorted by name.
  private(set) var holders: [IPAddress: [ObjectName]] = [:]
  private(set) var endpoints: [ObjectName: ServiceEndpoints] = [:]
  private(set) var nodes: [String: Node] = [:]
  private(set) var profiles: [String: NodeProfile] = [:]
  private(set) var index = ConfigurationIndex(Configuration())
  /// The BGPPeers of the own node, sorted by name.
  private(set) var ownPeers: [String] = []
  private(set) var sessionsUp: Set<String> = []
  /// What the health check node ports of this node say, of the services that were answered for.
  private(set) var healths: [ObjectName: LocalHealth] = [:]
  /// The nodes that may take an address under policy Cluster, by the L2Advertisements in question.
  var candidateLists: [[Int]: CandidateList] = [:]

  /// The services that health is asked of, and their ports.
  private var healthPorts: [ObjectName: UInt16] = [:]
  private var changedHealthPorts: Set<ObjectName> = []
  private var slices: [ObjectName: SliceRecord] = [:]
  private var slicesOfService: [ObjectName: Set<ObjectName>] = [:]
  private var tally = EndpointTally()
  private var evidence = NodeEvidence()
  private var draining: Set<String> = []
  private var interfaces: [String: Set<String>] = [:]

  init(node: String, options: Assignment.Options) {
    self.node = node
    self.options = options
  }

  /// What is known of the own node's interfaces.
  var ownInterfaces: Set<String>? { interfaces[node] }

  // MARK: Services

  mutating func upsert(_ service: Service, _ changes: inout Changes) {
    let name = service.metadata.name
    var kept = service
    kept.metadata.annotations = [:]
    let old = services.updateValue(kept, forKey: name)
    refreshHealthPort(of: name)
    if let old, old.decidesLike(kept) { return }
    moveClaims(of: name, from: old?.ingress ?? [], to: kept.ingress)
    changes.addresses.formUnion(old?.ingress ?? [])
    changes.addresses.formUnion(kept.ingress)
  }

  mutating func removeService(_ name: ObjectName, _ changes: inout Changes) {
    guard let old = services.removeValue(forKey: name) else { return }
    refreshHealthPort(of: name)
    moveClaims(of: name, from: old.ingress, to: [])
    changes.addresses.formUnion(old.ingress)
  }

  private mutating func moveClaims(
    of name: ObjectName, from old: [IPAddress], to new: [IPAddress]
  ) {
    let (before, after) = (Set(old), Set(new))
    for address in before.subtracting(after) {
      holders[address]?.removeAll { $0 == name }
      if holders[address]?.isEmpty == true { holders[address] = nil }
    }
    for address in after.subtracting(before) {
      var names = holders[address] ?? []
      names.insert(name, at: names.firstIndex { name < $0 } ?? names.endIndex)
      holders[address] = names
    }
  }

  // MARK: Endpoint slices

  mutating func upsert(_ slice: EndpointSlice, _ changes: inout Changes) {
    let name = slice.metadata.name
    let record = SliceRecord(slice, after: slices[name], now: evidence.now)
    replaceSlice(name, with: record, &changes)
  }

  mutating func removeSlice(_ name: ObjectName, _ changes: inout Changes) {
    replaceSlice(name, with: nil, &changes)
  }

  private mutating func replaceSlice(
    _ name: ObjectName, with new: SliceRecord?, _ changes: inout Changes
  ) {
    let old = slices[name]
    guard old != new else { return }
    slices[name] = new
    tally.replace(name, old, with: new)
    if let old, old.service != new?.service {
      slicesOfService[old.service]?.remove(name)
      if slicesOfService[old.service]?.isEmpty == true { slicesOfService[old.service] = nil }
    }
    if let new { slicesOfService[new.service, default: []].insert(name) }
    if let old { summarize(old.service, old.family, &changes) }
    if let new, new.service != old?.service || new.family != old?.family {
      summarize(new.service, new.family, &changes)
    }
  }

  private mutating func summarize(
    _ service: ObjectName, _ family: AddressFamily, _ changes: inout Changes
  ) {
    let summary = EndpointSummary(
      (slicesOfService[service] ?? []).lazy
        .compactMap { [slices] in slices[$0] }.filter { $0.family == family },
      evidence: evidence)
    var entry = endpoints[service] ?? ServiceEndpoints()
    guard entry[family] != summary else { return }
    entry[family] = summary
    endpoints[service] = entry == ServiceEndpoints() ? nil : entry
    refreshHealthPort(of: service)
    for address in services[service]?.ingress ?? [] where address.family == family {
      changes.addresses.insert(address)
    }
  }

  // MARK: Health

  mutating func setHealth(
    _ health: LocalHealth?, of service: ObjectName, _ changes: inout Changes
  ) {
    guard healths[service] != health else { return }
    healths[service] = health
    changes.addresses.formUnion(services[service]?.ingress ?? [])
  }

  mutating func takeHealthPorts() -> [ObjectName: UInt16?] {
    defer { changedHealthPorts.removeAll() }
    return changedHealthPorts.reduce(into: [:]) { $0.updateValue(healthPorts[$1], forKey: $1) }
  }

  private mutating func refreshHealthPort(of service: ObjectName) {
    guard options.hasHealthGate else { return }
    let port = healthPort(of: service)
    guard healthPorts[service] != port else { return }
    healthPorts[service] = port
    changedHealthPorts.insert(service)
  }

  // MARK: What peers and time say of them

  /// How much of the cluster the API calls bad, without the nodes that the other speakers hold dead.
  var health: Assignment.Health {
    let living = nodes.values.filter { evidence.deaths[$0.name] == nil }
    let endpoints = tally.counts(without: evidence.deaths)
    return Assignment.Health(
      badNodes: living.count { !$0.isGood }, nodes: living.count, badEndpoints: endpoints.bad,
      endpoints: endpoints.total, failingServices: tally.failingServices)
  }

  mutating func setDeath(_ death: PeerDeath?, of node: String, _ changes: inout Changes) {
    guard evidence.deaths[node] != death else { return }
    evidence.deaths[node] = death
    summarizeEndpoints(on: node, &changes)
  }

  mutating func setTime(_ seconds: Int64, _ changes: inout Changes) {
    for node in evidence.advance(to: seconds) { summarizeEndpoints(on: node, &changes) }
  }

  mutating func setHeld(_ isHeld: Bool, _ changes: inout Changes) {
    guard isHeld != (evidence.heldSince != nil) else { return }
    evidence.heldSince = isHeld ? evidence.now : nil
    for name in evidence.goodUntil.keys.sorted() { refreshProfile(of: name, &changes) }
    for service in tally.servicesWithBad {
      for family in AddressFamily.allCases { summarize(service, family, &changes) }
    }
  }

  private mutating func summarizeEndpoints(on node: String, _ changes: inout Changes) {
    var touched: [ObjectName: Set<AddressFamily>] = [:]
    for slice in tally.slices[node] ?? [] {
      if let record = slices[slice] { touched[record.service, default: []].insert(record.family) }
    }
    for (service, families) in touched {
      for family in families { summarize(service, family, &changes) }
    }
  }

  // MARK: Nodes

  mutating func upsert(_ node: Node, _ changes: inout Changes) {
    let old = nodes.updateValue(node, forKey: node.name)
    guard old != node else { return }
    noteReadiness(of: node, before: old, &changes)
    refreshProfile(of: node.name, &changes)
  }

  mutating func removeNode(_ name: String, _ changes: inout Changes) {
    guard nodes.removeValue(forKey: name) != nil else { return }
    evidence.goodUntil[name] = nil
    if evidence.unknownSince.removeValue(forKey: name) != nil {
      summarizeEndpoints(on: name, &changes)
    }
    refreshProfile(of: name, &changes)
  }

  private mutating func noteReadiness(
    of node: Node, before old: Node?, _ changes: inout Changes
  ) {
    if node.isGood {
      evidence.goodUntil[node.name] = nil
    } else if old?.isGood == true {
      evidence.goodUntil[node.name] = evidence.now
    }
    // Whether such a node lives can only be said where peers hear each other.
    guard options.hasElection else { return }
    let isUnknown = node.ready == .unknown
    guard isUnknown != (evidence.unknownSince[node.name] != nil) else { return }
    evidence.unknownSince[node.name] = isUnknown ? evidence.now : nil
    summarizeEndpoints(on: node.name, &changes)
  }

  mutating func setInterfaces(
    _ names: Set<String>?, of node: String, _ changes: inout Changes
  ) {
    interfaces[node] = names
    refreshProfile(of: node, &changes)
  }

  mutating func setDraining(_ isDraining: Bool, _ node: String, _ changes: inout Changes) {
    if isDraining { draining.insert(node) } else { draining.remove(node) }
    refreshProfile(of: node, &changes)
  }

  private mutating func refreshProfile(of name: String, _ changes: inout Changes) {
    let old = profiles[name]
    let new = nodes[name].map { profile(of: $0) }
    var difference = NodeDifference(old, new, index: index)
    if name == node, refreshOwnPeers() { difference.everywhere = true }
    guard !difference.isEmpty else { return }
    profiles[name] = new
    candidateLists.removeAll(keepingCapacity: true)
    if changes.nodes[name] == nil {
      changes.nodes[name] = difference
    } else {
      changes.nodes[name]?.formUnion(difference)
    }
  }

  private func profile(of node: Node) -> NodeProfile {
    var node = node
    if evidence.isHeldGood(node.name) {
      node.ready = .yes
      node.isNetworkUnavailable = false
    }
    return NodeProfile(
      node, interfaces: interfaces[node.name], isDraining: draining.contains(node.name),
      index: index, ignoreExcludeLabel: options.ignoreExcludeLabel)
  }

  /// The names of the BGPPeers that a node has; none of a node that is not known.
  func peers(ofNode name: String) -> [String] {
    nodes[name].map { index.peers(nodeLabels: $0.metadata.labels) } ?? []
  }

  /// Looks up the own node's peers again and says whether they have changed.
  private mutating func refreshOwnPeers() -> Bool {
    let peers = peers(ofNode: node)
    defer { ownPeers = peers }
    return peers != ownPeers
  }

  // MARK: Configuration and sessions

  mutating func replace(_ configuration: Configuration, _ changes: inout Changes) {
    guard configuration != index.configuration else { return }
    index = ConfigurationIndex(configuration)
    profiles = nodes.mapValues { profile(of: $0) }
    candidateLists.removeAll(keepingCapacity: true)
    _ = refreshOwnPeers()
    changes.everything = true
  }

  mutating func setSession(_ isUp: Bool, of peer: String, _ changes: inout Changes) {
    let changed =
      isUp ? sessionsUp.insert(peer).inserted : sessionsUp.remove(peer) != nil
    if changed { changes.sessions.insert(peer) }
  }
}

extension Node {
  /// Whether neither its kubelet nor a controller calls it bad.
  fileprivate var isGood: Bool { ready == .yes && !isNetworkUnavailable }
}

extension Service {
  /// Whether decisions read the same from both: ports and the internal policy, for one, are shown
  /// but decide nothing.
  fileprivate func decidesLike(_ other: Service) -> Bool {
    type == other.type && loadBalancerClass == other.loadBalancerClass
      && externalTrafficPolicy == other.externalTrafficPolicy && ingress == other.ingress
      && metadata.labels == other.metadata.labels
      && healthCheckNodePort == other.healthCheckNodePort
  }
}
