import Addresses

/// What the status page shows: of a whole cluster, or as one speaker sees it.
public struct PageDocument: VersionedDocument, Hashable {
  public static let currentVersion = 1

  /// How far the document sees.
  public enum Scope: String, Codable, Hashable, Sendable, CaseIterable {
    /// All speakers were asked.
    case cluster
    /// One speaker tells what it knows.
    case node
  }

  /// The version of the document's form, ``currentVersion`` where this program made it.
  public let version: Int
  /// How far it sees.
  public let scope: Scope
  /// The URL of the API server, or the node of the speaker.
  public let name: String
  /// When the speakers were asked.
  public let askedAt: Timestamp
  /// The nodes, by name; of one speaker only its own.
  public let nodes: [PageNode]
  /// The addresses, by address.
  public let addresses: [ClusterAddress]
  /// What is wrong, the worst first; at most ``concernLimit``.
  public let concerns: [PageConcern]
  /// How much more is wrong.
  public let concernsLeftOut: Int

  /// The largest number of concerns that are told.
  public static let concernLimit = 100

  /// Whether every speaker that there is answered.
  public var isComplete: Bool { nodes.allSatisfy { !$0.outcome.isSilence } }

  /// What all speakers of a cluster say of addresses (`status`) and of themselves (`told`).
  public init(status: ClusterStatusDocument, told: ClusterNodes) {
    let own = Dictionary(told.nodes.map { ($0.node, $0) }) { first, _ in first }
    let nodes = status.speakers.map { PageNode($0, own[$0.node]) }
    var concerns = PageConcern.about(addresses: status.addresses)
    concerns += PageConcern.about(services: status.servicesWithoutAddress)
    concerns += PageConcern.about(nodes: nodes, told: told.nodes)
    concerns += PageConcern.about(problems: status.problems, of: told.nodes.count)
    self.init(
      scope: .cluster, name: status.server, askedAt: status.askedAt, nodes: nodes,
      addresses: status.addresses, concerns: concerns)
  }

  /// What one speaker knows.
  ///
  /// - Parameter askedAt: when it was asked.
  public init(_ document: StatusDocument, askedAt: Timestamp) {
    let answer = SpeakerAnswer(
      node: document.node, pod: "", outcome: .answered, programVersion: document.programVersion)
    let nodes = [PageNode(answer, document)]
    let addresses = document.addresses.map { ClusterAddress($0, asSeenBy: document.node) }
    var concerns = PageConcern.about(addresses: addresses)
    concerns += PageConcern.about(services: document.servicesWithoutAddress)
    concerns += PageConcern.about(nodes: nodes, told: [document])
    concerns += PageConcern.about(
      problems: document.problems.map { ClusterProblem($0, nodes: [document.node]) }, of: 1)
    self.init(
      scope: .node, name: document.node, askedAt: askedAt, nodes: nodes, addresses: addresses,
      concerns: concerns)
  }

  private init(
    scope: Scope, name: String, askedAt: Timestamp, nodes: [PageNode],
    addresses: [ClusterAddress], concerns: [PageConcern]
  ) {
    version = Self.currentVersion
    self.scope = scope
    self.name = name
    self.askedAt = askedAt
    self.nodes = nodes
    self.addresses = addresses
    let sorted =
      concerns.filter { $0.severity == .error } + concerns.filter { $0.severity == .warning }
    self.concerns = Array(sorted.prefix(Self.concernLimit))
    concernsLeftOut = sorted.count - self.concerns.count
  }
}

/// A node on the status page.
public struct PageNode: Codable, Hashable, Sendable {
  /// The node; empty for a pod that has none yet.
  public let node: String
  /// What came of asking its speaker.
  public let outcome: SpeakerAnswer.Outcome
  /// Why there is no answer, in words; nil where there is one.
  public let detail: String?
  /// The version of the program; nil without an answer.
  public let programVersion: String?
  /// Whether it may answer by layer 2; nil where there is no election, or no answer.
  public let hasLease: Bool?
  /// Since when it is drained; nil where it is not.
  public let drainedSince: Timestamp?
  /// Its peers, by name.
  public let peers: [PagePeer]

  init(_ answer: SpeakerAnswer, _ document: StatusDocument?) {
    node = answer.node
    outcome = answer.outcome
    detail = answer.detail
    programVersion = answer.programVersion
    hasLease = document?.election?.lease.isHeld
    drainedSince = document?.drain?.since
    peers = document?.peers.map(PagePeer.init) ?? []
  }
}

/// A router on the status page, as one node has it.
public struct PagePeer: Codable, Hashable, Sendable {
  /// The name of the BGPPeer.
  public let name: String
  /// The address, or the interface.
  public let place: String
  /// Its AS number; nil while it is not known.
  public let remoteAS: UInt32?
  /// The state of the session.
  public let state: PeerStatus.State
  /// Since when the session is in that state.
  public let since: Timestamp
  /// Why the last attempt or session ended; nil when none did.
  public let lastError: PeerError?
  /// How many prefixes the peer holds from the node.
  public let prefixes: Int
  /// The state of the BFD session; nil where there is none.
  public let bfd: String?

  init(_ peer: PeerStatus) {
    name = peer.name
    place = peer.address?.description ?? peer.interface ?? ""
    remoteAS = peer.remoteAS
    state = peer.state
    since = peer.since
    lastError = peer.lastError
    prefixes = peer.prefixesAnnounced.total
    bfd = peer.bfd?.state
  }
}

extension ClusterAddress {
  /// Why no node can announce an address, as any of them knows.
  private static let reasonsOfAllNodes: Set = ["addressInNoPool", "noEndpoint"]

  /// An address as one speaker sees it, which is the truth of its own node only.
  init(_ status: AddressStatus, asSeenBy node: String) {
    let layer2 = status.layer2
    let isOwner = layer2.verdict == .owner
    let move = layer2.claim?.lastMove.map { move in
      ClusterMove(
        at: move.at, what: "\(move.from ?? "nobody") to \(move.to ?? "nobody")",
        why: move.sentence, toldBy: node)
    }
    let change = status.lastChange.map { change in
      ClusterMove(at: change.at, what: "\(node): \(change.what)", why: change.why, toldBy: node)
    }
    var problems: [String] = []
    if isOwner, let obstacle = layer2.claim?.obstacle {
      problems.append("its owner is silent: \(obstacle.reason)")
    }
    if layer2.verdict == .candidate, layer2.owner == nil { problems.append("it has no owner yet") }
    let others = Set(layer2.conflicts.filter { $0.claims > 0 }.map(\.mac.description))
    if !others.isEmpty {
      problems.append("somebody else uses it: \(others.sorted().joined(separator: ", "))")
    }
    if layer2.verdict == .no, status.bgp.verdict == .no {
      let reasons = Set([layer2.reason, status.bgp.reason]).subtracting(["noMatchingAdvertisement"])
      if reasons.count == 1, let reason = reasons.first, Self.reasonsOfAllNodes.contains(reason) {
        problems.append("nobody announces it: \(reason)")
      }
    }
    if status.bgp.verdict == .fit { problems.append("no session carries it on \(node)") }
    self.init(
      address: status.address, services: status.services,
      externalTrafficPolicy: status.externalTrafficPolicy, pool: status.pool,
      layer2: ClusterLayer2(
        owners: isOwner ? [node] : [],
        ownersByHearsay: isOwner ? [] : layer2.owner.map { [$0] } ?? [],
        candidates: layer2.verdict == .candidate ? 1 : 0, epoch: layer2.claim?.epochText,
        refusals: layer2.verdict == .no ? [layer2.reason: 1] : [:]),
      bgp: ClusterBGP(
        nodes: status.bgp.verdict == .announced ? [node] : [],
        withoutSession: status.bgp.verdict == .fit ? [node] : [],
        peers: Dictionary(status.bgp.peers.map { ($0, 1) }) { first, _ in first },
        refusals: status.bgp.verdict == .no ? [status.bgp.reason: 1] : [:]),
      since: status.since,
      lastMove: [move, change].compactMap(\.self).max { $0.at < $1.at }, problems: problems)
  }
}
