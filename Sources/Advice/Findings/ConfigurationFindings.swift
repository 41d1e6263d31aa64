import Addresses
import Resources
import Status

/// What the `metallb.io` objects do not do, or should not.
extension Examination {
  /// Objects that speakers refuse.
  var configurationErrors: [Finding] {
    plan.problems.filter { $0.severity == .error }.map { problem in
      let place = problem.file.map { file in problem.line.map { "\(file):\($0)" } ?? file }
      let told = [place, problem.fieldPath, problem.message].compactMap(\.self)
      return Finding(
        .error, .configurationError, object: problem.object,
        reason: told.joined(separator: ": "),
        remedy: "mend the object; until then speakers go on without it, or with what it was")
    }
  }

  /// Advertisements that no service, pool or node comes under.
  var advertisementsWithoutEffect: [Finding] {
    let configuration = snapshot.configuration
    var findings = configuration.l2Advertisements.compactMap { advertisement in
      finding(
        "L2Advertisement \(advertisement.metadata.name)", pools: advertisement.pools,
        nodes: advertisement.nodeSelectors, services: advertisement.serviceSelectors, peers: nil)
    }
    findings += configuration.bgpAdvertisements.compactMap { advertisement in
      finding(
        "BGPAdvertisement \(advertisement.metadata.name)", pools: advertisement.pools,
        nodes: advertisement.nodeSelectors, services: advertisement.serviceSelectors,
        peers: advertisement.peers)
    }
    return findings
  }

  private func finding(
    _ object: String, pools: PoolSelection, nodes: [LabelSelector], services: [LabelSelector],
    peers: [String]?
  ) -> Finding? {
    let selectedPools = snapshot.configuration.pools.filter { pools.matches($0) }
    let known = snapshot.configuration.peers.map(\.name)
    let obstacle: String?
    let remedy: String
    if selectedPools.isEmpty {
      obstacle = "spec.ipAddressPools and spec.ipAddressPoolSelectors select no IPAddressPool"
      remedy =
        "name one of the pools: "
        + Self.some(snapshot.configuration.pools.map(\.metadata.name.name))
    } else if !snapshot.nodes.contains(where: { nodes.matchesAny($0.metadata.labels) }) {
      obstacle = "spec.nodeSelectors select none of \(snapshot.nodes.count) nodes"
      remedy = "correct the selectors, or label the nodes"
    } else if let peers, known.isEmpty || !peers.isEmpty && !peers.contains(where: known.contains) {
      obstacle = known.isEmpty ? "there is no BGPPeer" : "spec.peers names no BGPPeer that exists"
      remedy = known.isEmpty ? "create a BGPPeer" : "name one of the peers: \(Self.some(known))"
    } else if !snapshot.services.contains(where: { service in
      services.matchesAny(service.metadata.labels)
        && service.ingress.contains { address in
          selectedPools.contains { $0.contains(address) }
        }
    }) {
      obstacle = "no Service with an address of its pools is selected"
      remedy = "correct spec.serviceSelectors, or remove the object"
    } else {
      obstacle = nil
      remedy = ""
    }
    return obstacle.map {
      Finding(
        .warning, .advertisementSelectsNothing, object: object,
        reason: "\($0), so that it advertises nothing.", remedy: remedy)
    }
  }

  /// Pools that hold the address of a node.
  var poolsOverNodes: [Finding] {
    snapshot.configuration.pools.compactMap { pool in
      let nodes = snapshot.nodes.flatMap { node in
        Set(node.internalAddresses + node.externalAddresses).sorted().filter { pool.contains($0) }
          .map { "\(node.name) (\($0))" }
      }
      guard !nodes.isEmpty else { return nil }
      return Finding(
        .error, .poolOverlapsNode, object: "IPAddressPool \(pool.metadata.name)",
        reason: "spec.addresses hold addresses of nodes: \(Self.some(nodes)). A Service that gets "
          + "one of them takes the node off the network.",
        remedy: "take them out of spec.addresses")
    }
  }
}
