public import Addresses

/// A node of the cluster, as the peer plane reaches it.
public struct PeerPlaneMember: Hashable, Sendable {
  /// The name of the Node.
  public var name: String
  /// Where its speaker listens: the Node's internal addresses, the one to use first.
  public var addresses: [IPAddress]

  /// A member with these values.
  public init(name: String, addresses: [IPAddress]) {
    self.name = name
    self.addresses = addresses
  }
}
