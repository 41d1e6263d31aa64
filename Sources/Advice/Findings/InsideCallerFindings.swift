import Addresses
import Resources
import Status

/// What callers inside the cluster meet.
extension Examination {
  func insideCallers(of service: Service) -> [Finding] {
    externalFromInside(service) + internalLocal(service)
  }

  /// A pod that calls the external address is answered by kube-proxy on its own node. That sends it to
  /// any endpoint where it can tell pods from strangers, and else treats it as a stranger.
  private func externalFromInside(_ service: Service) -> [Finding] {
    guard service.externalTrafficPolicy == .local, !service.ingress.isEmpty,
      let proxy = snapshot.serviceProxy, proxy.mode != "ipvs", !proxy.tellsPods
    else { return [] }
    let bare = nodesWithoutEndpoint(of: service)
    guard !bare.isEmpty else { return [] }
    return [
      Finding(
        .warning, .localDropsInsideCallers, object: Self.title(service),
        reason: "externalTrafficPolicy is Local, and kube-proxy has neither clusterCIDR nor a "
          + "detectLocalMode, so that it takes pods for strangers: those on "
          + "\(Self.some(bare)) that call the external address are dropped there, since these "
          + "nodes have no endpoint.",
        remedy: "set clusterCIDR or detectLocalMode of kube-proxy, or have callers inside use the "
          + "name of the Service")
    ]
  }

  /// A caller of the cluster IP on a node without endpoint is dropped.
  private func internalLocal(_ service: Service) -> [Finding] {
    guard service.internalTrafficPolicy == .local else { return [] }
    let bare = nodesWithoutEndpoint(of: service)
    guard !bare.isEmpty else { return [] }
    return [
      Finding(
        .warning, .internalLocalWithoutEndpoint, object: Self.title(service),
        reason: "internalTrafficPolicy is Local, and \(bare.count) of \(callingNodes.count) nodes "
          + "have no ready endpoint: \(Self.some(bare)). Callers of the cluster IP there are "
          + "dropped. Announcements do not depend on it.",
        remedy: "run the pods as a DaemonSet, keep callers to nodes that have one, or use "
          + "internalTrafficPolicy: Cluster (and trafficDistribution: PreferClose)")
    ]
  }

  /// The nodes that lack an endpoint of any family of the service.
  private func nodesWithoutEndpoint(of service: Service) -> [String] {
    let families = families(of: service)
    return callingNodes.filter { node in
      families.contains { endpoints.count(of: service.metadata.name, $0, on: node) == 0 }
    }
  }
}
