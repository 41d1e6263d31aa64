public import Addresses

/// Why an address, or each address of a service, is announced or not, in the words of every node:
/// `bellman explain` of a cluster.
public struct ClusterExplainDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// The URL of the API server.
  public let server: String
  /// What was asked about: an address, or `namespace/name`.
  public let subject: String
  /// The speakers and whether they answered, by node, then by pod.
  public let speakers: [SpeakerAnswer]
  /// The services concerned, by name.
  public let services: [ServiceExplanation]
  /// The addresses concerned, by address.
  public let addresses: [ClusterAddressExplanation]
  /// What else may be behind it, as any speaker told it, the most telling first.
  public let circumstances: [Circumstance]

  /// Whether every speaker answered.
  public var isComplete: Bool { speakers.allSatisfy { !$0.outcome.isSilence } }

  /// What the speakers told, put together; the order of `told` does not matter.
  public init(
    server: String, subject: String, speakers: [SpeakerAnswer], told: [ExplainDocument]
  ) {
    let told = told.sorted { $0.node < $1.node }
    version = Self.currentVersion
    self.server = server
    self.subject = subject
    self.speakers = speakers.sorted { ($0.node, $0.pod) < ($1.node, $1.pod) }
    var services: [String: ServiceExplanation] = [:]
    for service in told.flatMap(\.services) {
      services[service.service] = services[service.service] ?? service
    }
    self.services = services.values.sorted { $0.service < $1.service }
    let circumstances = Self.merged(told.flatMap(\.circumstances))
    self.circumstances = circumstances
    let addresses = Set(told.flatMap(\.addresses).map(\.address)).sorted()
    let silent = Set(speakers.filter(\.outcome.isSilence).map(\.node))
    self.addresses = addresses.compactMap {
      ClusterAddressExplanation(of: $0, told: told, circumstances, silent: silent)
    }
  }
}

extension ClusterExplainDocument {
  /// Each once, although several speakers tell it, in words that may differ by seconds.
  private static func merged(_ told: [Circumstance]) -> [Circumstance] {
    var found: [Circumstance] = []
    for circumstance in told.sorted() {
      let isKnown = found.contains {
        $0.reason == circumstance.reason && $0.node == circumstance.node
          && $0.object == circumstance.object
          && (circumstance.node != nil || circumstance.isAboutKind
            || $0.sentence == circumstance.sentence)
      }
      if !isKnown { found.append(circumstance) }
    }
    return found
  }
}

/// One address in the words of every node.
public struct ClusterAddressExplanation: Codable, Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// The services that have it, as `namespace/name`, sorted.
  public let services: [String]
  /// The `externalTrafficPolicy` of those services.
  public let externalTrafficPolicy: TrafficPolicy
  /// The IPAddressPool that holds it; nil when none does.
  public let pool: String?
  /// What it comes to, in a sentence: who announces it, or why nobody does.
  public private(set) var conclusion: String
  /// The nodes that say that they own it, sorted.
  public let owners: [String]
  /// What the election says, as the owner knows it, or else the first node that answered.
  public let claim: ClaimStatus?
  /// The node that told the claim; nil where there is none.
  public let claimToldBy: String?
  /// Every node: by rank, then by name.
  public let nodes: [ClusterNodeExplanation]
  /// Who else was seen to use the address.
  public let conflicts: [ConflictStatus]

  init?(
    of address: IPAddress, told: [ExplainDocument], _ circumstances: [Circumstance],
    silent: Set<String>
  ) {
    let parts = told.compactMap { document in
      document.addresses.first { $0.address == address }.map { (node: document.node, part: $0) }
    }
    func own(_ node: String, _ part: AddressExplanation) -> NodeExplanation? {
      part.nodes.first { $0.node == node }
    }
    let owners = parts.filter { own($0.node, $0.part)?.layer2.verdict == .owner }
    let answering = owners.first { $0.part.claim?.obstacle == nil }
    guard let first = answering ?? owners.first ?? parts.first else { return nil }
    self.address = address
    services = first.part.services
    externalTrafficPolicy = first.part.externalTrafficPolicy
    pool = first.part.pool
    self.owners = owners.map(\.node)
    claim = first.part.claim
    claimToldBy = first.part.claim == nil ? nil : first.node
    conflicts = Set(parts.flatMap(\.part.conflicts)).sorted()
    // A node that said nothing is shown as the owner, or else the first, sees it; one that these do not
    // know, such as one whose Node is gone, as it sees itself.
    let known = Set(first.part.nodes.map(\.node))
    let unknown = parts.filter { !known.contains($0.node) }.compactMap { own($0.node, $0.part) }
    nodes = (first.part.nodes + unknown).map { row in
      let teller = parts.first { $0.node == row.node }
      let explanation = teller.flatMap { own($0.node, $0.part) } ?? row
      return ClusterNodeExplanation(
        rank: row.rank, decision: explanation, toldBy: teller?.node ?? first.node,
        obstacle: teller?.part.claim?.obstacle, routes: teller?.part.routes ?? [],
        clients: explanation.clients)
    }
    conclusion = ""
    conclusion = conclusion(circumstances, silent: silent).sentence
  }

  /// The owner by its own word, or else as others say.
  var knownOwner: String? {
    owners.first ?? nodes.first { $0.decision.layer2.verdict == .owner }?.decision.node
  }

  /// What is said of the address, where these nodes were asked and did not answer.
  func conclusion(_ circumstances: [Circumstance], silent: Set<String> = []) -> Conclusion {
    Conclusion(
      parts: nodes.map {
        .init(
          decision: $0.decision, obstacle: $0.obstacle, routes: $0.routes,
          isFirstHand: $0.isFirstHand)
      },
      owners: owners, services: services, pool: pool, claim: claim, conflicts: conflicts,
      circumstances: circumstances,
      unheard: silent.sorted())
  }
}

/// One node's part in an address, as it says itself where it answered.
public struct ClusterNodeExplanation: Codable, Hashable, Sendable {
  /// Its place in the ranking for layer 2, as the owner sees it; nil where it is not fit.
  public let rank: Int?
  /// What it decided.
  public let decision: NodeExplanation
  /// Who told that: the node itself, or another where it did not answer.
  public let toldBy: String
  /// Why it does not answer for the address by layer 2; nil where it does, or is not known.
  public let obstacle: ObstacleStatus?
  /// What it tells its peers.
  public let routes: [RouteExplanation]
  /// Where packets of clients go that come to the node, in words.
  public let clients: String

  /// Whether the node told it itself.
  public var isFirstHand: Bool { toldBy == decision.node }
}
