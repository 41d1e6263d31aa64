/// Why a node announces an address, or why it does not: the machine-readable part of a decision.
///
/// The raw values are the names that users see in the command line, the metrics and the manual.
public enum Reason: String, Hashable, Sendable, CaseIterable, Codable {
  /// No Service has the address, or it has left the last one that had it.
  case noService
  /// `spec.type` is not `LoadBalancer`.
  case notLoadBalancer
  /// `spec.loadBalancerClass` is not the class that this speaker serves.
  case otherLoadBalancerClass
  /// The Service has no IP in `status.loadBalancer.ingress`.
  case noAddress
  /// No IPAddressPool contains the address.
  case addressInNoPool
  /// There is no Node object of this name (row N1).
  case nodeUnknown
  /// No advertisement selects the pool, the service and the node.
  case noMatchingAdvertisement
  /// The node is labelled `node.kubernetes.io/exclude-from-external-load-balancers` (row N2).
  case nodeExcluded
  /// The node's condition `NetworkUnavailable` is `True` (row N5).
  case nodeNetworkUnavailable
  /// The node is being deleted (row N7).
  case nodeLeaving
  /// The node is tainted `node.kubernetes.io/out-of-service` (row N8).
  case nodeOutOfService
  /// The node is being drained by `bellman drain`.
  case nodeDraining
  /// The node has no interface that the L2Advertisements select (row N6).
  case noMatchingInterface
  /// Policy Local, and the node has no usable endpoint of the address's family.
  case noLocalEndpoint
  /// Policy Cluster, and no node has a usable endpoint of the address's family.
  case noEndpoint
  /// Policy Local, and the health check node port of the service on this node does not answer that it
  /// has endpoints (row S4).
  case healthCheckFailing
  /// Several services share the address and no node can serve all of them (row S1).
  case sharedAddressUnserviceable
  /// BGPAdvertisements disagree about the local preference of one prefix for one peer.
  case conflictingAdvertisements
  /// The node may announce by BGP, but no session of a selected peer is up.
  case noSessionToPeer
  /// The sources have not been read to the end, so nothing is decided.
  case sourcesIncomplete
  /// Layer 2: the node is the first of the ranking and answers for the address.
  case owner
  /// Layer 2: the node may announce the address, and another one ranks before it.
  case candidate
  /// BGP: the node announces the address to its peers.
  case announced
}
