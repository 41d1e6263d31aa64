import Resources

/// `externalTrafficPolicy: Cluster`: any node forwards to any endpoint (rows C1 to C3, and L7).
enum ClusterPolicy {
  /// Usable on every node as long as there is an endpoint of the family anywhere: ready ones, or
  /// terminating ones that still serve, to which kube-proxy falls back (KEP-1669).
  static func verdict(for claimant: Claimant) -> EndpointVerdict {
    let endpoints = claimant.endpoints
    if endpoints.ready > 0 || endpoints.terminating > 0 || endpoints.speakerless > 0 {
      return .usable(.ready)
    }
    let name = claimant.service.metadata.name
    let dead = endpoints.deadNodes
    return .unusable(
      dead.isEmpty
        ? .noEndpoint(name, claimant.family)
        : .endpointsOnDeadNodes(name, claimant.family, nodes: dead))
  }
}
