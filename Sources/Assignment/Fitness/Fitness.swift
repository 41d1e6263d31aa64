import Addresses
import Resources

/// What a fit node brings to the layer-2 ranking, and where it would announce.
struct Layer2Fit: Equatable {
  let key: RankKey
  let interfaces: InterfaceSelection
}

/// The conditions of "Who may announce" in their order: the first that matches decides. Each
/// function throws the first refusal.
///
/// The rows that comments and tests of this module cite, such as N5 or L2, are those of
/// `Documentation/who-may-announce.md`, with their reasons.
extension ClusterState {
  /// What `node` brings to the layer-2 ranking.
  ///
  /// - Parameter required: the claimants that a node has to serve, see `requiredClaimants`.
  func layer2Fit(
    of subject: Subject, on node: String, required: [Int]
  ) throws(Refusal) -> Layer2Fit {
    let profile = try admit(node, to: subject, by: .layer2)
    let interfaces = try selectInterfaces(for: subject, on: profile)
    let endpoints = try endpointClass(of: subject, on: node, required: required)
    try checkHealth(of: subject, on: node, required: required)
    return Layer2Fit(
      key: RankKey(
        node: profile.name,
        fitness: FitnessClass(endpoints: endpoints, node: profile.nodeClass),
        weight: PreferredNodes.weight(of: profile, advertisements: subject.layer2),
        score: RendezvousHash.score(node: profile.hash, address: subject.hash)),
      interfaces: interfaces)
  }

  /// The routes that `node` announces to `peers`; empty where no peer is selected.
  func bgpRoutes(
    of subject: Subject, on node: String, peers: [String], required: [Int]
  ) throws(Refusal) -> RouteSelection {
    let profile = try admit(node, to: subject, by: .bgp)
    _ = try endpointClass(of: subject, on: node, required: required)
    try checkHealth(of: subject, on: node, required: required)
    return selectRoutes(for: subject, on: profile, peers: peers)
  }

  /// The rows before interfaces and endpoints: service, pool, node object, advertisements and
  /// node gates.
  func admit(
    _ node: String, to subject: Subject, by kind: AdvertisementKind
  ) throws(Refusal) -> NodeProfile {
    if let refusal = subject.refusal { throw refusal }
    guard let profile = profiles[node] else { throw .nodeUnknown(node) }
    for claimant in subject.claimants {
      try checkAdvertisements(of: claimant, kind, for: profile, pool: subject.pool)
    }
    if let gate = profile.gate { throw .gate(gate, node: node) }
    return profile
  }
}
