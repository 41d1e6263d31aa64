public import Addresses

/// One address and what all speakers that answered do about it.
public struct ClusterAddress: Codable, Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// The services that have it, as `namespace/name`, sorted.
  public let services: [String]
  /// The `externalTrafficPolicy` of those services.
  public let externalTrafficPolicy: TrafficPolicy
  /// The IPAddressPool that holds it; nil when none does.
  public let pool: String?
  /// By layer 2.
  public let layer2: ClusterLayer2
  /// By BGP.
  public let bgp: ClusterBGP
  /// Since when it is announced as it is: by its owner, or by the first of the nodes that announce it
  /// by BGP; nil where nobody does.
  public let since: Timestamp?
  /// The last change that was told; nil where none was.
  public let lastMove: ClusterMove?
  /// What is wrong with it, in words.
  public let problems: [String]
}

/// Who has an address by layer 2.
public struct ClusterLayer2: Codable, Hashable, Sendable {
  /// The nodes that say that they own it, sorted: one, unless something is wrong.
  public let owners: [String]
  /// Who owns it as others say, where nobody says it of itself; sorted.
  public let ownersByHearsay: [String]
  /// How many other nodes may have it.
  public let candidates: Int
  /// The epoch of the claim, as people read it; nil where it is not known.
  public let epoch: String?
  /// Why nodes may not have it, by reason: how many.
  public let refusals: [String: Int]
}

/// Who announces an address by BGP.
public struct ClusterBGP: Codable, Hashable, Sendable {
  /// The nodes that announce it, sorted.
  public let nodes: [String]
  /// The nodes that may, and have no session that carries it, sorted.
  public let withoutSession: [String]
  /// The peers that have the prefix: from how many nodes.
  public let peers: [String: Int]
  /// Why nodes may not announce it, by reason: how many.
  public let refusals: [String: Int]
}

/// A change about an address.
public struct ClusterMove: Codable, Hashable, Sendable {
  /// When.
  public let at: Timestamp
  /// What changed, such as `node-1 to node-2`.
  public let what: String
  /// What caused it, in words.
  public let why: String
  /// The node that told it.
  public let toldBy: String
}
