import Addresses
import Resources
import Status

/// Services with `externalTrafficPolicy: Local`.
extension Examination {
  /// A ratio from which the share of a pod is called uneven.
  private static let unevenRatio = 1.5

  /// One pod, or one node with all of them, is all there is.
  func replicas(of service: Service) -> [Finding] {
    let families = families(of: service).filter {
      let total = endpoints.total(of: service.metadata.name, $0)
      return total == 1 || total > 1 && hasOneNode(service, $0, total)
    }
    guard let family = families.first else { return [] }
    let node = endpoints.nodes(of: service.metadata.name, family).first ?? "an unknown node"
    let names = families.map(\.rawValue).joined(separator: " and ")
    let count = endpoints.total(of: service.metadata.name, family)
    return [
      Finding(
        .warning, .localSingleReplica, object: Self.title(service),
        reason: count == 1
          ? "externalTrafficPolicy is Local and there is one ready \(names) endpoint, on "
            + "\(node). When that pod restarts, or the node fails, no node may announce the address."
          : "externalTrafficPolicy is Local and all \(count) ready \(names) endpoints are on "
            + "\(node). When that node fails or restarts, no node may announce the address.",
        remedy: "run at least two replicas on different nodes (a topologySpreadConstraint over "
          + "kubernetes.io/hostname), or use externalTrafficPolicy: Cluster")
    ]
  }

  private func hasOneNode(_ service: Service, _ family: AddressFamily, _ total: Int) -> Bool {
    let nodes = endpoints.nodes(of: service.metadata.name, family)
    guard nodes.count == 1, let node = nodes.first else { return false }
    return endpoints.count(of: service.metadata.name, family, on: node) == total
  }

  /// Pods that get much more traffic than others.
  func spread(of service: Service) -> [Finding] {
    var findings: [Finding] = []
    var seen: Set<String> = []
    for address in addresses(of: service) {
      for finding in [overRoutes(service, address), overSegment(service, address)] {
        if let finding, seen.insert(finding.reason).inserted { findings.append(finding) }
      }
    }
    return findings
  }

  /// Equal-cost routing gives each node the same, however many pods it has.
  private func overRoutes(_ service: Service, _ address: PlannedAddress) -> Finding? {
    let family = address.address.family
    let isWeighted = !address.routes.isEmpty && address.routes.allSatisfy { $0.weight != nil }
    let loads = loads(of: service, family, on: address.bgpNodes)
    guard !isWeighted, loads.count > 1, let fewest = loads.map(\.pods).min(),
      let most = loads.map(\.pods).max(),
      Double(most) / Double(fewest) >= Self.unevenRatio
    else { return nil }
    let total = loads.reduce(0) { $0 + $1.pods }
    let shares = loads.map { load -> String in
      let share = 1 / Double(loads.count * load.pods)
      let noun = load.pods == 1 ? "pod" : "pods"
      return "\(load.node) \(load.pods) \(noun) at \(Self.percent(share))"
    }
    return Finding(
      .warning, .localUnevenSpread, object: Self.title(service),
      reason: "externalTrafficPolicy is Local, and routers give each of \(loads.count) nodes the "
        + "same share of \(family.rawValue) traffic, so that a pod gets, worst to best: "
        + "\(Self.some(shares, limit: 8)). With weights each of the \(total) pods would get "
        + "\(Self.percent(1 / Double(total))).",
      remedy: "annotate the BGPAdvertisement with bellman.dev/weight: endpoints where the routers "
        + "share by link bandwidth, or spread the pods evenly with a topologySpreadConstraint")
  }

  /// The nodes that have pods, those with the fewest first: their pods get the most.
  private func loads(
    of service: Service, _ family: AddressFamily, on nodes: [String]
  ) -> [(node: String, pods: Int)] {
    var loads: [(node: String, pods: Int)] = []
    for node in nodes {
      let pods = endpoints.count(of: service.metadata.name, family, on: node)
      if pods > 0 { loads.append((node, pods)) }
    }
    return loads.sorted { left, right in
      left.pods == right.pods ? left.node < right.node : left.pods < right.pods
    }
  }

  /// At layer 2 the owner's pods get everything.
  private func overSegment(_ service: Service, _ address: PlannedAddress) -> Finding? {
    let family = address.address.family
    guard let owner = address.candidates.first?.node else { return nil }
    let total = endpoints.total(of: service.metadata.name, family)
    let busy = endpoints.count(of: service.metadata.name, family, on: owner)
    guard busy > 0, total > busy else { return nil }
    return Finding(
      .note, .localUnevenSpread, object: Self.title(service),
      reason: "externalTrafficPolicy is Local at layer 2: only the pods of the node that owns "
        + "\(address.address) get traffic. If that is \(owner), \(busy) of \(total) pods get "
        + "\(Self.percent(1 / Double(busy))) each, and \(total - busy) none.",
      remedy: "count the others as spares, or announce the address by BGP, or use "
        + "externalTrafficPolicy: Cluster")
  }
}
