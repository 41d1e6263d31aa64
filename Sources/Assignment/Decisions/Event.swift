public import Addresses
public import Resources

extension Assignment {
  /// What the machine is told.
  public enum Event: Sendable {
    /// A Service is new or has changed.
    case service(Service)
    /// A Service is gone.
    case serviceRemoved(ObjectName)
    /// An EndpointSlice is new or has changed.
    case endpointSlice(EndpointSlice)
    /// An EndpointSlice is gone.
    case endpointSliceRemoved(ObjectName)
    /// A Node is new or has changed.
    case node(Node)
    /// The Node of this name is gone.
    case nodeRemoved(String)
    /// The `metallb.io` objects have changed; this replaces the former configuration.
    case configuration(Configuration)
    /// The interfaces that a node can announce on; nil for unknown, which is presumed to match.
    case interfaces(node: String, names: Set<String>?)
    /// `bellman drain` of a node has begun (`true`) or has been undone.
    case draining(node: String, isDraining: Bool)
    /// The session of this speaker with a BGPPeer is up or down. A peer never named here is down.
    case session(peer: String, isUp: Bool)
    /// The election says who has an address by layer 2 (``Assignment/Options/hasElection``).
    case ownership(IPAddress, Ownership)
    /// The other speakers hold a node dead (row L7); nil when it is heard again.
    case peerDeath(node: String, PeerDeath?)
    /// What the health check node port of a service says about this node; nil where it has not answered
    /// yet, or is not asked (row S4).
    case health(service: ObjectName, LocalHealth?)
    /// Fitness is held at its last good state, since the API calls too much bad at once; or no longer.
    /// Nodes and endpoints that turned bad in the minute before count as good. What is removed,
    /// terminates, or is set by the operator is obeyed.
    case fitnessHeld(Bool)
    /// The time in seconds, of any clock; it ends what counts for a time only (row L8).
    case time(seconds: Int64)
    /// All sources have been read to the end once; from here on the machine announces.
    case sourcesComplete
    /// Events that belong together: all are taken in, then it is decided once.
    indirect case batch([Event])
  }
}
