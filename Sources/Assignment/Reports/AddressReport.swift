public import Addresses
public import Resources

/// What is known about one address without a look at the other nodes: a row of `bellman status`.
public struct AddressSummary: Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// The services that have it, sorted.
  public let services: [ObjectName]
  /// The external traffic policies of those services, in their order.
  public let policies: [Service.TrafficPolicy]
  /// The name of the pool that contains it.
  public let pool: String?
  /// The node that owns it on the layer-2 segment, as this speaker computes it.
  public let owner: String?
  /// The layer-2 decision of this node.
  public let layer2: Decision
  /// The BGP decision of this node.
  public let bgp: Decision
  /// Where this node answers for the address; nil when it does not.
  public let interfaces: InterfaceSelection?
  /// The routes that this node announces for it, sorted.
  public let routes: [RouteKey]
  /// The nodes that may own it, as the election was told; empty where there is none.
  public let candidates: [FitNode]
}

/// Everything about one address, with the decision of every node: `bellman explain ADDRESS`.
public struct AddressReport: Hashable, Sendable {
  /// The part that needs no look at the other nodes.
  public let summary: AddressSummary
  /// The services that have the address, sorted by name.
  public let services: [ServiceReport]
  /// The services that no node can serve together with the others of a shared address (row S1).
  public let unserved: [ObjectName]
  /// All nodes: the fit ones in the order of the ranking, then the others by name.
  public let nodes: [NodeReport]
  /// What this node tells each peer about the address, or why it does not, sorted.
  public let routes: [RouteReport]
  /// The selected interfaces that this node has, sorted; empty when they are not known.
  public let interfaces: [String]
}

/// One node's part in an address.
public struct NodeReport: Hashable, Sendable {
  /// The node's name.
  public let node: String
  /// May it announce by layer 2, and does it.
  public let layer2: Decision
  /// May it announce by BGP, and does it.
  public let bgp: Decision
  /// The number of ready endpoints on this node, of the address's family and of all its services; those
  /// of a node whose speaker alone is dead too, though they do not make it fit.
  public let readyEndpoints: Int
  /// The number of endpoints on this node that still serve while they terminate.
  public let terminatingEndpoints: Int
  /// The first criterion of the ranking; nil for a node that is unfit for layer 2.
  public let fitness: FitnessClass?
  /// The sum of the preferred-node weights; the second criterion.
  public let weight: Int
  /// The place in the ranking, 1 for the owner; nil for a node that is unfit for layer 2.
  public let rank: Int?
}

/// One prefix for one peer.
public struct RouteReport: Hashable, Sendable {
  /// The peer and the prefix.
  public let key: RouteKey
  /// The announced attributes; nil when nothing is announced.
  public let attributes: RouteAttributes?
  /// Whether it is announced, and why or why not.
  public let decision: Decision
  /// All addresses that need the prefix, sorted: several where it is an aggregate.
  public let addresses: [IPAddress]
}

/// What is known about one service, with or without an address: `bellman explain NAMESPACE/NAME`.
public struct ServiceReport: Hashable, Sendable {
  /// Namespace and name.
  public let name: ObjectName
  /// `spec.externalTrafficPolicy`.
  public let externalTrafficPolicy: Service.TrafficPolicy
  /// `spec.internalTrafficPolicy`.
  public let internalTrafficPolicy: Service.TrafficPolicy
  /// The addresses in `status.loadBalancer.ingress`, sorted and unique.
  public let addresses: [IPAddress]
  /// Why none of its addresses can be announced by any node; nil where the service itself is fine.
  public let refusal: Decision?
  /// The usable endpoints of each family that the service has addresses or endpoints of.
  public let endpoints: [FamilyEndpoints]

  /// What `spec.internalTrafficPolicy` does to callers inside the cluster.
  public var internalTraffic: String {
    switch internalTrafficPolicy {
    case .cluster:
      "spec.internalTrafficPolicy is Cluster: callers inside reach every ready endpoint"
    case .local:
      "spec.internalTrafficPolicy is Local: callers inside that use the cluster IP reach only"
        + " endpoints on their own node; announcements do not depend on it"
    }
  }

  /// The number of endpoints of one family in the whole cluster.
  public struct FamilyEndpoints: Hashable, Sendable {
    /// The family.
    public let family: AddressFamily
    /// Ready endpoints.
    public let ready: Int
    /// Endpoints that still serve while they terminate.
    public let terminating: Int
  }
}
