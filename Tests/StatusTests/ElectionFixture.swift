import Addresses
import Status

/// Elections that tests render; lists are given out of order.
enum ElectionFixture {
  /// Four members: this node, one that is heard, one that is dead, one that is stalled.
  static func election(
    lease: LeaseStatus? = nil, keys: [String] = ["99a931c1"], members: [MemberStatus]? = nil,
    disagreements: [DisagreementStatus] = []
  ) -> ElectionStatus {
    ElectionStatus(
      policy: "wire", profile: "default", timers: ["silence": 500, "heartbeatInterval": 100],
      port: 7946, keys: PeerKeyStatus(fingerprints: keys, since: ago(300)),
      lease: lease
        ?? LeaseStatus(
          isHeld: true, marginMilliseconds: 444, witnesses: 3, acknowledging: 2, needed: 2),
      members: members ?? Self.members,
      packets: PeerPacketCounters(
        sent: 6707, octetsSent: 700_000, received: 6700, octetsReceived: 690_000,
        dropped: ["forged": 3, "replayed": 2, "malformed": 1, "stranger": 4, "outdated": 0]),
      lateness: LatenessStatus(
        count: 0, longestMilliseconds: 24, longestAt: ago(80), priority: "realTime"),
      disagreements: disagreements, counters: ["takenByQuorum": 2, "late": 0])
  }

  private static let members = [
    MemberStatus(
      name: "node3", state: .dead, incarnation: 1_767_220_000_000_000,
      silenceMilliseconds: 61_500, isWitness: true, leaseMarginMilliseconds: -61_000,
      witnesses: ["node4", "node2", "node1"], suspectedBy: ["node2", "node1"]),
    MemberStatus(
      name: "node1", state: .own, incarnation: 1_767_217_560_000_000,
      witnesses: ["node2", "node3", "node4"], addresses: 12),
    MemberStatus(
      name: "node2", state: .alive, incarnation: 1_767_225_590_000_000,
      silenceMilliseconds: 41, isWitness: true, leaseMarginMilliseconds: 444,
      witnesses: ["node1", "node3", "node4"], addresses: 9),
    MemberStatus(name: "node4", state: .unknown, isWitness: true),
  ]

  static let noQuorum = DisagreementStatus(
    reason: "noQuorum", node: "node1", sentence: "Node node1 has no quorum of its witnesses.",
    action: "It is silent until enough witnesses acknowledge.")

  static let dead = DisagreementStatus(
    reason: "deadThoughReady", node: "node3",
    sentence: "Node node3 is silent to its witnesses although the API calls it ready.",
    action: "Its addresses are taken over now, whatever the API says.")

  static func status(
    election: ElectionStatus? = election(), addresses: [AddressStatus] = [],
    drain: DrainStatus? = nil
  ) -> StatusDocument {
    StatusDocument(
      node: "node1", programVersion: "0.1.0", pid: 1, startedAt: ago(5),
      source: SourceStatus(directory: "/m"), addresses: addresses, election: election, drain: drain)
  }

  /// What the election says about an address that moved from node3.
  static func claim(
    activity: String = "answering", margin: Int64? = 444, obstacle: ObstacleStatus? = nil
  ) -> ClaimStatus {
    ClaimStatus(
      epoch: 14, wireEpoch: 2, since: ago(192),
      lastMove: MoveStatus(
        at: ago(192), from: "node3", to: "node1", cause: "ownerSilent",
        sentence: "node3 was silent, and a quorum of its witnesses promised the address to node1"),
      activity: activity, leaseMarginMilliseconds: margin, obstacle: obstacle)
  }

  static func layer2(
    _ text: String, _ verdict: Layer2Verdict, reason: String, owner: String?, claim: ClaimStatus?
  ) throws -> AddressStatus {
    AddressStatus(
      address: try address(text), services: ["shop/web"], externalTrafficPolicy: .cluster,
      pool: "public",
      layer2: Layer2Status(
        verdict: verdict, reason: reason, sentence: "said", owner: owner, since: ago(192),
        claim: claim),
      bgp: BGPStatus(verdict: .no, reason: "noMatchingAdvertisement", sentence: "said"),
      since: ago(192))
  }
}
