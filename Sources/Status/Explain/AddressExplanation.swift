public import Addresses

/// One address and the decision of every node.
public struct AddressExplanation: Codable, Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// Its family; endpoints of this family alone are counted.
  public let family: AddressFamily
  /// The services that have it, as `namespace/name`, sorted.
  public let services: [String]
  /// The `externalTrafficPolicy` of those services.
  public let externalTrafficPolicy: TrafficPolicy
  /// The IPAddressPool that holds it; nil when none does.
  public let pool: String?
  /// What it comes to, in a sentence: who announces it, and what hinders whom. The document that
  /// the explanation is part of says it.
  public internal(set) var conclusion = ""
  /// The node that answers for it at layer 2; nil when none does.
  public let owner: String?
  /// What the election says, as the explaining node knows it; nil where there is none.
  public let claim: ClaimStatus?
  /// The decision of each node: by rank, then by name.
  public let nodes: [NodeExplanation]
  /// What the explaining node tells each of its peers: by peer, then by prefix.
  public let routes: [RouteExplanation]
  /// Who else was seen to use the address, or to want it: by interface, then by MAC address.
  public let conflicts: [ConflictStatus]

  /// An explanation with these values; the lists are sorted here.
  public init(
    address: IPAddress, services: [String], externalTrafficPolicy: TrafficPolicy, pool: String?,
    owner: String?, claim: ClaimStatus? = nil, nodes: [NodeExplanation],
    routes: [RouteExplanation] = [],
    conflicts: [ConflictStatus] = []
  ) {
    self.conflicts = conflicts.sorted()
    self.address = address
    family = address.family
    self.services = services.sorted()
    self.externalTrafficPolicy = externalTrafficPolicy
    self.pool = pool
    self.owner = owner
    self.claim = claim
    self.nodes = nodes.sorted { ($0.rank ?? .max, $0.node) < ($1.rank ?? .max, $1.node) }.map {
      var node = $0
      node.clients = node.clients(under: externalTrafficPolicy)
      return node
    }
    self.routes = routes.sorted { ($0.peer, $0.prefix) < ($1.peer, $1.prefix) }
  }
}

/// The decision of one node about one address.
public struct NodeExplanation: Codable, Hashable, Sendable {
  /// The node.
  public let node: String
  /// Its place in the ranking for layer 2, from 1, by state, preference and hash; nil when it is not
  /// fit for layer 2. It is the order in which nodes try for an address that is free; an owner keeps
  /// its address.
  public let rank: Int?
  /// How well it is suited, the first criterion of the ranking, in words; nil as ``rank`` is.
  public let fitness: String?
  /// The sum of the weights of the preferences that select it, the second criterion.
  public let weight: Int
  /// What it is to the address at layer 2.
  public let layer2: ExplainedVerdict<Layer2Verdict>
  /// Whether it announces the address by BGP.
  public let bgp: ExplainedVerdict<BGPVerdict>
  /// The ready endpoints on it, of the address's family and of all its services.
  public let readyEndpoints: Int
  /// The endpoints on it that still serve while they terminate.
  public let terminatingEndpoints: Int
  /// How many addresses it owns: of the first two of a ranking, the one with fewer takes an address.
  /// Nil where that is not known, or the node is not alive.
  public let addresses: Int?
  /// What else is to be said of its part by BGP, such as that it is alone; nil for nothing.
  public let note: String?
  /// What clients meet whose packets come to it, by the policy of the services, in words. The
  /// explanation that it is part of says it.
  public internal(set) var clients = ""

  /// A decision with these values.
  public init(
    node: String, rank: Int?, fitness: String? = nil, weight: Int = 0,
    layer2: ExplainedVerdict<Layer2Verdict>, bgp: ExplainedVerdict<BGPVerdict>,
    readyEndpoints: Int, terminatingEndpoints: Int, addresses: Int? = nil,
    note: String? = nil
  ) {
    self.note = note
    self.addresses = addresses
    self.node = node
    self.rank = rank
    self.fitness = fitness
    self.weight = weight
    self.layer2 = layer2
    self.bgp = bgp
    self.readyEndpoints = readyEndpoints
    self.terminatingEndpoints = terminatingEndpoints
  }
}

/// A verdict and its reason.
public struct ExplainedVerdict<Verdict: Codable & Hashable & Sendable>: Codable, Hashable, Sendable
{
  /// The verdict.
  public let verdict: Verdict
  /// The name of the reason.
  public let reason: String
  /// The reason in a sentence for people.
  public let sentence: String

  /// The sentence, and what else is to be said.
  func text(with note: String?) -> String { note.map { "\(sentence); \($0)" } ?? sentence }

  /// A verdict with its reason.
  public init(_ verdict: Verdict, reason: String, sentence: String) {
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
  }
}

/// One prefix for one peer of the explaining node.
public struct RouteExplanation: Codable, Hashable, Sendable {
  /// The name of the BGPPeer.
  public let peer: String
  /// The prefix that stands for the address.
  public let prefix: IPPrefix
  /// Whether the peer is told of it.
  public let decision: ExplainedVerdict<BGPVerdict>
  /// LOCAL_PREF; nil where none is set.
  public let localPreference: UInt32?
  /// MULTI_EXIT_DISC; nil where none is set.
  public let multiExitDiscriminator: UInt32?
  /// How often our AS is prepended besides the once that eBGP asks for; nil where nothing is said.
  public let prependCount: UInt8?
  /// The next hops in place of the session's.
  public let nextHops: [String]
  /// The communities, as BGPAdvertisements write them, sorted, extended ones last.
  public let communities: [String]
  /// How many endpoints the route tells of as its weight; nil where it has none.
  public let weight: Int?
  /// Why the session with the peer carries nothing of it, such as the last error of a session that is
  /// down; nil where it does.
  public let obstacle: String?

  /// A route with these values.
  public init(
    peer: String, prefix: IPPrefix, decision: ExplainedVerdict<BGPVerdict>,
    localPreference: UInt32? = nil, multiExitDiscriminator: UInt32? = nil,
    prependCount: UInt8? = nil, nextHops: [String] = [], communities: [String] = [],
    weight: Int? = nil, obstacle: String? = nil
  ) {
    self.obstacle = obstacle
    self.peer = peer
    self.prefix = prefix
    self.decision = decision
    self.localPreference = localPreference
    self.multiExitDiscriminator = multiExitDiscriminator
    self.prependCount = prependCount
    self.nextHops = nextHops
    self.communities = communities
    self.weight = weight
  }
}
