import Addresses
import Resources

/// A second, slow reading of "Who may announce", written from the tables alone and without any code
/// of the module: one address at a time, from the raw objects.
struct NaiveOracle {
  let cluster: Cluster

  /// R(n) and T(n) of one service and family.
  private func count(
    _ service: ObjectName, _ family: AddressFamily, node: String?
  ) -> (ready: Int, steady: Int, terminating: Int) {
    var (ready, steady, terminating) = (0, 0, 0)
    for slice in cluster.slices where slice.serviceName == service && slice.family == family {
      for endpoint in slice.endpoints where node == nil || endpoint.nodeName == node {
        if endpoint.addresses.isEmpty { continue }
        if endpoint.isReady { ready += 1 }
        if endpoint.isReady && !endpoint.isTerminating { steady += 1 }
        if !endpoint.isReady && endpoint.isServing && endpoint.isTerminating { terminating += 1 }
      }
    }
    return (ready, steady, terminating)
  }

  /// Whether a service's endpoints allow a node to announce (rows C1 to C3 and L1 to L6), and in
  /// which class; smaller is better.
  func endpointClass(_ service: Service, _ family: AddressFamily, on node: String) -> Int? {
    let all = count(service.metadata.name, family, node: nil)
    if service.externalTrafficPolicy == .cluster {
      return all.ready + all.terminating >= 1 ? 0 : nil
    }
    let local = count(service.metadata.name, family, node: node)
    if local.steady >= 1 { return 0 }
    if local.ready >= 1 { return 1 }
    return local.terminating >= 1 && all.ready == 0 ? 2 : nil
  }

  /// The gates N2 to N5, N7, N8 and N14.
  private func isGated(_ node: Node) -> Bool {
    let label = node.metadata.labels["node.kubernetes.io/exclude-from-external-load-balancers"]
    let isExcluded =
      label.map { !["0", "f", "F", "false", "False", "FALSE"].contains($0) } ?? false
    return isExcluded || node.isNetworkUnavailable || node.metadata.isBeingDeleted
      || node.taints.contains("ToBeDeletedByClusterAutoscaler")
      || node.taints.contains("node.kubernetes.io/out-of-service")
      || cluster.draining.contains(node.name)
  }

  private func services(of address: IPAddress) -> [Service] {
    cluster.services.filter {
      $0.type == .loadBalancer && $0.loadBalancerClass == nil && $0.ingress.contains(address)
    }.sorted { $0.metadata.name < $1.metadata.name }
  }

  private func layer2Advertisements(
    _ address: IPAddress, _ service: Service, _ node: Node
  ) -> [L2Advertisement] {
    guard let pool = cluster.configuration.pools.first(where: { $0.contains(address) }) else {
      return []
    }
    return cluster.configuration.l2Advertisements.filter {
      $0.pools.matches(pool) && $0.serviceSelectors.matchesAny(service.metadata.labels)
        && $0.nodeSelectors.matchesAny(node.metadata.labels)
    }
  }

  private func bgpAdvertisements(
    _ address: IPAddress, _ service: Service, _ node: Node
  ) -> [BGPAdvertisement] {
    guard let pool = cluster.configuration.pools.first(where: { $0.contains(address) }) else {
      return []
    }
    return cluster.configuration.bgpAdvertisements.filter {
      $0.pools.matches(pool) && $0.serviceSelectors.matchesAny(service.metadata.labels)
        && $0.nodeSelectors.matchesAny(node.metadata.labels)
    }
  }

  /// The interfaces of one service's advertisements; nil for all.
  private func interfaces(
    _ address: IPAddress, _ service: Service, _ node: Node
  ) -> Set<String>? {
    let advertisements = layer2Advertisements(address, service, node)
    if advertisements.contains(where: \.interfaces.isEmpty) { return nil }
    return Set(advertisements.flatMap(\.interfaces))
  }

  private func hasInterface(_ address: IPAddress, _ services: [Service], _ node: Node) -> Bool {
    var common: Set<String>?
    for service in services {
      guard let names = interfaces(address, service, node) else { continue }
      if let known = cluster.interfaces[node.name], known.isDisjoint(with: names) { return false }
      common = common.map { $0.intersection(names) } ?? names
    }
    guard let common else { return cluster.interfaces[node.name]?.isEmpty != true }
    if common.isEmpty { return false }
    return cluster.interfaces[node.name].map { !$0.isDisjoint(with: common) } ?? true
  }

  /// The nodes that are fit but for the endpoints.
  private func admitted(_ address: IPAddress, layer2: Bool) -> [Node] {
    let services = services(of: address)
    return cluster.nodes.filter { node in
      !services.isEmpty && !isGated(node)
        && services.allSatisfy {
          layer2
            ? !layer2Advertisements(address, $0, node).isEmpty
            : !bgpAdvertisements(address, $0, node).isEmpty
        } && (!layer2 || hasInterface(address, services, node))
    }
  }

  /// The fit nodes, with the worst class over the services that they serve.
  func fit(_ address: IPAddress, layer2: Bool) -> [String: Int] {
    let services = services(of: address)
    let nodes = admitted(address, layer2: layer2)
    let served = nodes.map { node in
      services.indices.filter {
        endpointClass(services[$0], address.family, on: node.name) != nil
      }
    }
    let most = served.map(\.count).max() ?? 0
    guard most > 0,
      let chosen = served.filter({ $0.count == most }).min(by: { $0.lexicographicallyPrecedes($1) })
    else { return [:] }
    var result: [String: Int] = [:]
    for (node, indices) in zip(nodes, served) where indices == chosen {
      result[node.name] = indices.compactMap {
        endpointClass(services[$0], address.family, on: node.name)
      }.max()
    }
    return result
  }

  /// The layer-2 nodes of which the ranking leaves the choice to the hash: those first by class and
  /// preferred weight.
  func firstOfLayer2(_ address: IPAddress) -> Set<String> {
    let fit = fit(address, layer2: true)
    let nodes = cluster.nodes.filter { fit[$0.name] != nil }
    func place(_ node: Node) -> [Int] {
      let state =
        switch node.ready {
        case .yes: node.isUnschedulable ? 1 : 0
        case .unknown: 2
        case .no: 3
        }
      var names: Set<String> = []
      var weight = 0
      for service in services(of: address) {
        for advertisement in layer2Advertisements(address, service, node)
        where names.insert(advertisement.metadata.name.name).inserted {
          for entry in advertisement.preferredNodeSelectors
          where entry.preference.matches(node.metadata.labels) {
            weight += entry.weight
          }
        }
      }
      return [node.ready == .no ? 1 : 0, fit[node.name] ?? 0, state, -weight]
    }
    guard let best = nodes.map(place).min(by: { $0.lexicographicallyPrecedes($1) }) else {
      return []
    }
    return Set(nodes.filter { place($0) == best }.map(\.name))
  }
}
