public import Addresses

/// One LoadBalancer address and what this node does for it.
public struct AddressStatus: Codable, Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// Its family.
  public let family: AddressFamily
  /// The services that have it, as `namespace/name`, sorted.
  public let services: [String]
  /// The `externalTrafficPolicy` of those services.
  public let externalTrafficPolicy: TrafficPolicy
  /// The IPAddressPool that holds it; nil when none does.
  public let pool: String?
  /// What this node does by ARP and NDP.
  public let layer2: Layer2Status
  /// What this node does by BGP.
  public let bgp: BGPStatus
  /// Since when both are as they are.
  public let since: Timestamp
  /// The last change of either; nil when there was none since the start.
  public let lastChange: AddressChange?

  /// An address with these values; `services` is sorted here.
  public init(
    address: IPAddress, services: [String], externalTrafficPolicy: TrafficPolicy, pool: String?,
    layer2: Layer2Status, bgp: BGPStatus, since: Timestamp, lastChange: AddressChange? = nil
  ) {
    self.address = address
    family = address.family
    self.services = services.sorted()
    self.externalTrafficPolicy = externalTrafficPolicy
    self.pool = pool
    self.layer2 = layer2
    self.bgp = bgp
    self.since = since
    self.lastChange = lastChange
  }
}

/// What a node is to an address on its layer-2 segment.
public enum Layer2Verdict: String, Codable, Hashable, Sendable, CaseIterable {
  /// The node that answers for it.
  case owner
  /// Fit and alive, but another one owns it.
  case candidate
  /// Not fit.
  case no
}

/// Whether a node announces an address by BGP.
public enum BGPVerdict: String, Codable, Hashable, Sendable, CaseIterable {
  /// Fit, and announced to every selected peer that has a session.
  case announced
  /// Fit, but no selected peer has a session that carries it.
  case fit
  /// Not fit.
  case no
}

/// What this node does for an address by ARP and NDP.
public struct Layer2Status: Codable, Hashable, Sendable {
  /// What this node is to the address.
  public let verdict: Layer2Verdict
  /// The name of the reason.
  public let reason: String
  /// The reason in a sentence for people.
  public let sentence: String
  /// The node that owns the address; nil when no node is fit.
  public let owner: String?
  /// The interfaces on which this node answers, sorted; empty unless it is the owner.
  public let interfaces: [String]
  /// Since when the verdict stands; nil where it is not known.
  public let since: Timestamp?
  /// What the election says; nil where there is none, or it knows nothing of the address.
  public let claim: ClaimStatus?
  /// Who else was seen to use the address, or to want it: by interface, then by MAC address.
  public let conflicts: [ConflictStatus]
  /// How many requests for the address this node heard since it owns it; nil unless it does.
  public let requestsReceived: UInt64?
  /// How many of them it answered; nil unless it owns the address.
  public let repliesSent: UInt64?
  /// How often this node announced the address unasked since it owns it; nil unless it does.
  public let gratuitousSent: UInt64?

  /// A state with these values; the lists are sorted here.
  public init(
    verdict: Layer2Verdict, reason: String, sentence: String, owner: String? = nil,
    interfaces: [String] = [], since: Timestamp? = nil, claim: ClaimStatus? = nil,
    conflicts: [ConflictStatus] = [], requestsReceived: UInt64? = nil, repliesSent: UInt64? = nil,
    gratuitousSent: UInt64? = nil
  ) {
    self.claim = claim
    self.requestsReceived = requestsReceived
    self.repliesSent = repliesSent
    self.gratuitousSent = gratuitousSent
    self.conflicts = conflicts.sorted()
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
    self.owner = owner
    self.interfaces = interfaces.sorted()
    self.since = since
  }
}

/// What this node does for an address by BGP.
public struct BGPStatus: Codable, Hashable, Sendable {
  /// Whether this node announces the address.
  public let verdict: BGPVerdict
  /// The name of the reason.
  public let reason: String
  /// The reason in a sentence for people.
  public let sentence: String
  /// The names of the peers that the announcement was sent to, sorted.
  public let peers: [String]
  /// The prefixes that stand for the address: itself, or what aggregation makes of it. Sorted.
  public let prefixes: [IPPrefix]
  /// Since when the verdict stands; nil where it is not known.
  public let since: Timestamp?

  /// A state with these values; the lists are sorted here.
  public init(
    verdict: BGPVerdict, reason: String, sentence: String, peers: [String] = [],
    prefixes: [IPPrefix] = [], since: Timestamp? = nil
  ) {
    self.verdict = verdict
    self.reason = reason
    self.sentence = sentence
    self.peers = peers.sorted()
    self.prefixes = prefixes.sorted()
    self.since = since
  }
}

/// A change of what a node does for an address.
public struct AddressChange: Codable, Hashable, Sendable {
  /// When.
  public let at: Timestamp
  /// What changed, such as `layer 2: candidate to owner`.
  public let what: String
  /// What caused it, in words.
  public let why: String

  /// A change with these values.
  public init(at: Timestamp, what: String, why: String) {
    self.at = at
    self.what = what
    self.why = why
  }
}
