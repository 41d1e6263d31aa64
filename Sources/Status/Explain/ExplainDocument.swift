public import Addresses

/// Why an address, or each address of a service, is announced or not, node by node.
public struct ExplainDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The node whose speaker explains.
  public let node: String
  /// What was asked about: an address, or `namespace/name`.
  public let subject: String
  /// The services concerned, by name.
  public let services: [ServiceExplanation]
  /// The addresses concerned, by address; empty for a service that has none.
  public let addresses: [AddressExplanation]

  /// A document of the current version; the lists are sorted here.
  public init(
    node: String, subject: String, services: [ServiceExplanation],
    addresses: [AddressExplanation] = []
  ) {
    version = Self.currentVersion
    self.node = node
    self.subject = subject
    self.services = services.sorted { $0.service < $1.service }
    self.addresses = addresses.sorted { $0.address < $1.address }
  }
}

/// A service as far as it decides announcements.
public struct ServiceExplanation: Codable, Hashable, Sendable {
  /// `namespace/name`.
  public let service: String
  /// Its `externalTrafficPolicy`: which nodes may announce.
  public let externalTrafficPolicy: TrafficPolicy
  /// Its `internalTrafficPolicy`: nothing but callers inside depend on it.
  public let internalTrafficPolicy: TrafficPolicy
  /// What `internalTrafficPolicy` means for callers inside the cluster, in a sentence.
  public let insideCallers: String
  /// Why the service has no address to announce; nil when it has one.
  public let reason: String?
  /// The reason in a sentence for people; nil when the service has an address.
  public let sentence: String?

  /// A service with these policies. Give `reason` and `sentence` when it has no address.
  public init(
    service: String, externalTrafficPolicy: TrafficPolicy, internalTrafficPolicy: TrafficPolicy,
    reason: String? = nil, sentence: String? = nil
  ) {
    self.service = service
    self.externalTrafficPolicy = externalTrafficPolicy
    self.internalTrafficPolicy = internalTrafficPolicy
    insideCallers = Self.insideCallers(internalTrafficPolicy)
    self.reason = reason
    self.sentence = sentence
  }

  private static func insideCallers(_ policy: TrafficPolicy) -> String {
    let reach =
      policy == .local
      ? "reach only endpoints on their own node, and none where there are none"
      : "reach any endpoint"
    return "internalTrafficPolicy \(policy.rawValue): callers inside the cluster that use the "
      + "ClusterIP \(reach). It changes no announcement."
  }
}

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
  /// The node that answers for it at layer 2; nil when none does.
  public let owner: String?
  /// The decision of each node: by rank, then by name.
  public let nodes: [NodeExplanation]
  /// The endpoints that name no node: they count under `Cluster` only. By service.
  public let endpointsWithoutNode: [EndpointCount]

  /// An explanation with these values; the lists are sorted here.
  public init(
    address: IPAddress, services: [String], externalTrafficPolicy: TrafficPolicy, pool: String?,
    owner: String?, nodes: [NodeExplanation], endpointsWithoutNode: [EndpointCount] = []
  ) {
    self.address = address
    family = address.family
    self.services = services.sorted()
    self.externalTrafficPolicy = externalTrafficPolicy
    self.pool = pool
    self.owner = owner
    self.nodes = nodes.sorted { ($0.rank ?? .max, $0.node) < ($1.rank ?? .max, $1.node) }
    self.endpointsWithoutNode = endpointsWithoutNode.sorted { $0.service < $1.service }
  }
}

/// The decision of one node about one address.
public struct NodeExplanation: Codable, Hashable, Sendable {
  /// The node.
  public let node: String
  /// Its place in the ranking of the layer-2 candidates, from 1; nil when it is none of them.
  public let rank: Int?
  /// What it is to the address at layer 2.
  public let layer2: Decision<Layer2Verdict>
  /// Whether it announces the address by BGP.
  public let bgp: Decision<BGPVerdict>
  /// The endpoints on the node, by service; services that have none there may be left out.
  public let endpoints: [EndpointCount]

  /// A decision with these values; `endpoints` is sorted here.
  public init(
    node: String, rank: Int?, layer2: Decision<Layer2Verdict>, bgp: Decision<BGPVerdict>,
    endpoints: [EndpointCount] = []
  ) {
    self.node = node
    self.rank = rank
    self.layer2 = layer2
    self.bgp = bgp
    self.endpoints = endpoints.sorted { $0.service < $1.service }
  }
}

/// A verdict and its reason.
public struct Decision<Verdict: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
  /// The verdict.
  public let verdict: Verdict
  /// The name of the reason.
  public let reason: String
  /// The reason in a sentence for people.
  public let sentence: String

  /// A decision with these values.
  public init(verdict: Verdict, reason: String, sentence: String) {
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
  }
}

/// The endpoints of one service, of one family, in one place.
public struct EndpointCount: Codable, Hashable, Sendable {
  /// `namespace/name`.
  public let service: String
  /// Endpoints that are ready.
  public let ready: Int
  /// Endpoints that are terminating and still serve.
  public let terminating: Int

  /// A count with these values.
  public init(service: String, ready: Int, terminating: Int = 0) {
    self.service = service
    self.ready = ready
    self.terminating = terminating
  }
}
