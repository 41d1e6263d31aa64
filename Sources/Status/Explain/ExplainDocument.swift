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
  /// What else may be behind it, the most telling first.
  public let circumstances: [Circumstance]

  /// A document of the current version; the lists are sorted here.
  public init(
    node: String, subject: String, services: [ServiceExplanation],
    addresses: [AddressExplanation] = [], circumstances: [Circumstance] = []
  ) {
    version = Self.currentVersion
    self.node = node
    self.subject = subject
    self.services = services.sorted { $0.service < $1.service }
    self.circumstances = circumstances.sorted()
    self.addresses = addresses.sorted { $0.address < $1.address }.map {
      var address = $0
      address.conclusion = Self.conclusion(of: address, node, circumstances.sorted()).sentence
      return address
    }
  }

  /// What is said of an address, by a node that knows of the others what objects and peers tell.
  func conclusion(of address: AddressExplanation) -> Conclusion {
    Self.conclusion(of: address, node, circumstances)
  }

  private static func conclusion(
    of address: AddressExplanation, _ node: String, _ circumstances: [Circumstance]
  ) -> Conclusion {
    Conclusion(
      parts: address.nodes.map { decision in
        let isOwn = decision.node == node
        return Conclusion.Part(
          decision: decision, obstacle: isOwn ? address.claim?.obstacle : nil,
          routes: isOwn ? address.routes : [], isFirstHand: isOwn)
      },
      owners: [address.owner].compactMap(\.self), services: address.services, pool: address.pool,
      claim: address.claim, conflicts: address.conflicts, circumstances: circumstances)
  }
}

/// A service as far as it decides announcements.
public struct ServiceExplanation: Codable, Hashable, Sendable {
  /// `namespace/name`.
  public let service: String
  /// Its `externalTrafficPolicy`: which nodes may announce.
  public let externalTrafficPolicy: TrafficPolicy
  /// Its `internalTrafficPolicy`: only callers inside the cluster depend on it.
  public let internalTrafficPolicy: TrafficPolicy
  /// What `internalTrafficPolicy` means for callers inside the cluster, in a sentence without its
  /// full stop.
  public let insideCallers: String
  /// What `externalTrafficPolicy` means for callers inside the cluster that use an external address, in
  /// a sentence without its full stop.
  public let insideCallersOfAddresses: String
  /// Its endpoints in the whole cluster, by family.
  public let endpoints: [EndpointCount]
  /// Why none of its addresses can be announced by any node; nil when the service is fine.
  public let reason: String?
  /// The reason in a sentence for people; nil when the service is fine.
  public let sentence: String?

  /// A service with these values; `endpoints` is sorted here. Give `reason` and `sentence` when
  /// no node can announce it.
  public init(
    service: String, externalTrafficPolicy: TrafficPolicy, internalTrafficPolicy: TrafficPolicy,
    insideCallers: String, endpoints: [EndpointCount] = [], reason: String? = nil,
    sentence: String? = nil
  ) {
    self.service = service
    self.externalTrafficPolicy = externalTrafficPolicy
    self.internalTrafficPolicy = internalTrafficPolicy
    self.insideCallers = insideCallers
    insideCallersOfAddresses = externalTrafficPolicy.externalCallersInside
    self.endpoints = endpoints.sorted { $0.family < $1.family }
    self.reason = reason
    self.sentence = sentence
  }
}

/// The usable endpoints of one family.
public struct EndpointCount: Codable, Hashable, Sendable {
  /// The family.
  public let family: AddressFamily
  /// Endpoints that are ready.
  public let ready: Int
  /// Endpoints that still serve while they terminate.
  public let terminating: Int

  /// A count with these values.
  public init(family: AddressFamily, ready: Int, terminating: Int) {
    self.family = family
    self.ready = ready
    self.terminating = terminating
  }
}
