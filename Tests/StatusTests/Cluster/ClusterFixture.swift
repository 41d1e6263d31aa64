import Addresses
import Status

/// Documents of the speakers of a small cluster.
enum ClusterFixture {
  /// What `node` says of 192.0.2.130 (layer 2) and 203.0.113.10 (BGP).
  static func status(
    _ node: String, owner: String? = "node-1", saysOwner: Bool? = nil,
    obstacle: ObstacleStatus? = nil, bgp: BGPVerdict = .announced, since: Int64 = 100,
    change: AddressChange? = nil, problems: [Problem] = [], isReachable: Bool? = nil,
    election: ElectionStatus? = nil, drain: DrainStatus? = nil
  ) throws -> StatusDocument {
    let isOwner = saysOwner ?? (owner == node)
    let move = MoveStatus(
      at: ago(30), from: "node-9", to: owner, cause: "ownerSilent", sentence: "node-9 was silent")
    return StatusDocument(
      node: node, programVersion: "0.1.0", pid: 7, startedAt: ago(900),
      source: SourceStatus(directory: "https://192.0.2.1:6443", isReachable: isReachable),
      addresses: [
        AddressStatus(
          address: try address("192.0.2.130"), services: ["shop/api"],
          externalTrafficPolicy: .cluster, pool: "segment",
          layer2: Layer2Status(
            verdict: isOwner ? .owner : .candidate, reason: isOwner ? "owner" : "candidate",
            sentence: "", owner: owner, interfaces: isOwner ? ["eth0"] : [],
            since: isOwner ? ago(30) : nil,
            claim: ClaimStatus(
              epoch: 14, since: ago(30), lastMove: move,
              activity: isOwner ? "answering" : "candidate", obstacle: obstacle)),
          bgp: BGPStatus(verdict: .no, reason: "noMatchingAdvertisement", sentence: ""),
          since: ago(30), lastChange: change),
        AddressStatus(
          address: try address("203.0.113.10"), services: ["shop/web"],
          externalTrafficPolicy: .local, pool: "routed",
          layer2: Layer2Status(verdict: .no, reason: "noMatchingAdvertisement", sentence: ""),
          bgp: BGPStatus(
            verdict: bgp,
            reason: bgp == .announced
              ? "announced" : bgp == .fit ? "noSessionToPeer" : "noLocalEndpoint",
            sentence: "",
            peers: bgp == .announced
              ? (node == "node-1" ? ["tor-a", "tor-b"] : ["tor-a"]) : [],
            since: ago(since)),
          since: ago(since), lastChange: change),
      ],
      election: election, drain: drain, problems: problems)
  }

  /// The answer of a speaker that answered.
  static func answered(_ node: String) -> SpeakerAnswer {
    SpeakerAnswer(
      node: node, pod: "bellman-system/speaker-\(node)", outcome: .answered, milliseconds: 12,
      programVersion: "0.1.0", sessions: 1, peers: 2)
  }

  /// The document of these speakers, all of which answered, and of those that did not.
  static func cluster(
    _ documents: [StatusDocument], silent: [SpeakerAnswer] = []
  ) throws -> ClusterStatusDocument {
    var merge = ClusterMerge()
    for document in documents { try merge.take(SpeakerSummary(document)) }
    return merge.document(
      server: "https://192.0.2.1:6443", askedAt: now,
      speakers: documents.map { answered($0.node) } + silent)
  }
}
