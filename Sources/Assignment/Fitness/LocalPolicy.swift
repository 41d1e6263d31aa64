import Resources

/// `externalTrafficPolicy: Local`: a node forwards only to its own endpoints (rows L1 to L7).
enum LocalPolicy {
  /// Usable where the node has a ready endpoint of the family. A node with only terminating ones
  /// is usable while the whole cluster has no ready one, so that it loses the address before its
  /// last pod is gone.
  static func verdict(for claimant: Claimant, on node: String) -> EndpointVerdict {
    let local = claimant.endpoints.onNode(node)
    if local.settled > 0 { return .usable(.ready) }
    if local.ready > 0 { return .usable(.readyWhileTerminating) }
    if local.terminating > 0, claimant.endpoints.ready == 0 { return .usable(.terminating) }
    if local.uncounted > 0 {
      return .unusable(
        .endpointsOnDeadNode(
          claimant.service.metadata.name, claimant.family, node: node))
    }
    return .unusable(
      .noLocalEndpoint(
        claimant.service.metadata.name, claimant.family, node: node,
        onlyTerminating: local.terminating > 0))
  }
}
