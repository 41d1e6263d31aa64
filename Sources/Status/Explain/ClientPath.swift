/// What `externalTrafficPolicy` makes of packets for an external address.
extension NodeExplanation {
  /// What a client would meet whose packets come to this node.
  func clients(under policy: TrafficPolicy) -> String {
    guard layer2.verdict == .owner || bgp.verdict == .announced else { return "not here" }
    let pods = readyEndpoints > 0 ? readyEndpoints : terminatingEndpoints
    let kind = readyEndpoints > 0 ? "ready" : "terminating"
    switch policy {
    case .cluster:
      return "in here, on to any endpoint of the cluster, which sees the node as the client"
    case .local where pods == 0: return "in here, and dropped: no endpoint"
    case .local:
      return
        "in here, to \(pods) \(kind) \(pods == 1 ? "endpoint" : "endpoints") of the node, which "
        + "\(pods == 1 ? "sees" : "see") the client"
    case .mixed: return "in here, and on by the policy of the service"
    }
  }
}

extension TrafficPolicy {
  /// What it means as `externalTrafficPolicy` for callers inside the cluster that use an external
  /// address, in a sentence without its full stop.
  var externalCallersInside: String {
    switch self {
    case .local:
      "spec.externalTrafficPolicy is Local: a pod that calls an external address is served by "
        + "kube-proxy on its own node, from any endpoint if kube-proxy can tell pods from strangers "
        + "(clusterCIDR or detectLocalMode), else from those of its node, and dropped where that "
        + "has none"
    case .cluster, .mixed:
      "spec.externalTrafficPolicy is Cluster: a pod that calls an external address is served by "
        + "kube-proxy on its own node, from any endpoint"
    }
  }
}
