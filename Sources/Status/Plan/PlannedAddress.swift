public import Addresses

/// One address and who would announce it.
public struct PlannedAddress: Codable, Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// The services that have it, as `namespace/name`, sorted.
  public let services: [String]
  /// The `externalTrafficPolicy` of those services.
  public let externalTrafficPolicy: TrafficPolicy
  /// The IPAddressPool that holds it; nil when none does.
  public let pool: String?
  /// The nodes that may own it by layer 2, in the order of the ranking: the first takes an address
  /// that nobody has.
  public let candidates: [PlannedCandidate]
  /// What the peers would be told: by peer, then by prefix.
  public let routes: [PlannedRoute]
  /// Why the other nodes would not: by protocol, then by reason.
  public let refusals: [PlannedRefusal]

  /// An address with these values; all lists but the candidates are sorted here.
  public init(
    address: IPAddress, services: [String], externalTrafficPolicy: TrafficPolicy, pool: String?,
    candidates: [PlannedCandidate] = [], routes: [PlannedRoute] = [],
    refusals: [PlannedRefusal] = []
  ) {
    self.address = address
    self.services = services.sorted()
    self.externalTrafficPolicy = externalTrafficPolicy
    self.pool = pool
    self.candidates = candidates
    self.routes = routes.sorted {
      ($0.peer, $0.prefix, $0.nodes.first ?? "") < ($1.peer, $1.prefix, $1.nodes.first ?? "")
    }
    self.refusals = refusals.sorted {
      ($0.protocol.rawValue, $0.reason) < ($1.protocol.rawValue, $1.reason)
    }
  }

  /// The nodes that would announce it by BGP, sorted.
  public var bgpNodes: [String] { Set(routes.flatMap(\.nodes)).sorted() }
  /// The peers that would get a prefix for it, sorted.
  public var peers: [String] { Set(routes.map(\.peer)).sorted() }
  /// Whether any node would announce it.
  public var isAnnounced: Bool { !candidates.isEmpty || !routes.isEmpty }
}

/// A node that may own an address by layer 2.
public struct PlannedCandidate: Codable, Hashable, Sendable {
  /// The node.
  public let node: String
  /// How well it is suited, the first criterion of the ranking, in words.
  public let fitness: String
  /// The sum of the weights of the preferences that select it, the second criterion.
  public let weight: Int
  /// The ready endpoints on it, of the address's family and of all its services.
  public let readyEndpoints: Int
  /// The interfaces that the L2Advertisements name; nil for all that it has.
  public let interfaces: [String]?

  /// A candidate with these values.
  public init(
    node: String, fitness: String, weight: Int = 0, readyEndpoints: Int = 0,
    interfaces: [String]? = nil
  ) {
    self.node = node
    self.fitness = fitness
    self.weight = weight
    self.readyEndpoints = readyEndpoints
    self.interfaces = interfaces
  }
}

/// One prefix for one peer, with the nodes that would tell it the same.
public struct PlannedRoute: Codable, Hashable, Sendable {
  /// The name of the BGPPeer.
  public let peer: String
  /// The prefix that stands for the address.
  public let prefix: IPPrefix
  /// The nodes, sorted.
  public let nodes: [String]
  /// What stands in the announcement besides, such as `local preference 150`, in a fixed order.
  public let attributes: [String]
  /// How many endpoints the route tells of as its weight; nil where it has none.
  public let weight: Int?

  /// A route with these values; the nodes are sorted here.
  public init(
    peer: String, prefix: IPPrefix, nodes: [String], attributes: [String] = [], weight: Int? = nil
  ) {
    self.peer = peer
    self.prefix = prefix
    self.nodes = nodes.sorted()
    self.attributes = attributes
    self.weight = weight
  }
}

/// Nodes that would not announce an address, for one reason.
public struct PlannedRefusal: Codable, Hashable, Sendable {
  /// The protocols that announce.
  public enum AnnouncementProtocol: String, Codable, Hashable, Sendable, CaseIterable {
    case layer2
    case bgp
  }

  /// By which protocol.
  public let `protocol`: AnnouncementProtocol
  /// The name of the first deciding reason.
  public let reason: String
  /// The reason in a sentence for people: that of the first of the nodes.
  public let sentence: String
  /// The nodes, sorted.
  public let nodes: [String]

  /// A refusal with these values; the nodes are sorted here.
  public init(
    _ protocol: AnnouncementProtocol, reason: String, sentence: String, nodes: [String]
  ) {
    self.protocol = `protocol`
    self.reason = reason
    self.sentence = sentence
    self.nodes = nodes.sorted()
  }
}
