import Addresses
import Status
import Testing

/// What speakers say, put together.
@Suite("Merging what speakers say")
struct ClusterMergeTests {
  private func only(_ text: String, of document: ClusterStatusDocument) throws -> ClusterAddress {
    try #require(document.addresses.first { $0.address.description == text })
  }

  @Test func theOwnerAndItsClaimAreTakenFromTheOwner() throws {
    let document = try ClusterFixture.cluster(
      ["node-1", "node-2"].map { try ClusterFixture.status($0) })
    let found = try only("192.0.2.130", of: document)
    #expect(found.layer2.owners == ["node-1"])
    #expect(found.layer2.candidates == 1)
    #expect(found.layer2.epoch == "14")
    #expect(found.since == ago(30))
    #expect(found.lastMove?.what == "node-9 to node-1" && found.lastMove?.toldBy == "node-1")
    #expect(found.services == ["shop/api"] && found.pool == "segment")
    #expect(found.problems == [])
    #expect(document.isComplete)
  }

  @Test func byBGPNodesAndPeersAreCounted() throws {
    let document = try ClusterFixture.cluster([
      try ClusterFixture.status("node-1", since: 50),
      try ClusterFixture.status("node-2", since: 90),
      try ClusterFixture.status("node-3", bgp: .no),
    ])
    let found = try only("203.0.113.10", of: document)
    #expect(found.bgp.nodes == ["node-1", "node-2"])
    #expect(found.bgp.peers == ["tor-a": 2, "tor-b": 1])
    #expect(found.bgp.refusals == ["noLocalEndpoint": 1])
    #expect(found.since == ago(90))
    #expect(found.problems == [])
  }

  @Test func theOrderOfAnswersDoesNotMatter() throws {
    let documents = try ["node-1", "node-2", "node-3"].map { try ClusterFixture.status($0) }
    let first = try ClusterFixture.cluster(documents)
    let second = try ClusterFixture.cluster(documents.reversed())
    #expect(first == second)
  }

  struct Trouble: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let documents: @Sendable () throws -> [StatusDocument]
    var silent: [SpeakerAnswer] = []
    let problems: [String]
  }

  static let late = SpeakerAnswer(
    node: "node-1", pod: "bellman-system/speaker-1", outcome: .late, detail: "no answer within 5 s")

  @Test(arguments: [
    Trouble(
      testDescription: "two owners",
      documents: {
        [
          try ClusterFixture.status("node-1"),
          try ClusterFixture.status("node-2", owner: "node-2"),
        ]
      },
      problems: ["several nodes own it: node-1, node-2"]),
    Trouble(
      testDescription: "two owners, of which one is silent",
      documents: {
        [
          try ClusterFixture.status(
            "node-1", obstacle: ObstacleStatus(reason: "noQuorum", sentence: "")),
          try ClusterFixture.status("node-2", owner: "node-2"),
        ]
      },
      problems: ["several nodes own it: node-1 (silent: noQuorum), node-2"]),
    Trouble(
      testDescription: "an owner that others do not know",
      documents: {
        [
          try ClusterFixture.status("node-1"),
          try ClusterFixture.status("node-2", owner: "node-3"),
        ]
      },
      problems: ["others take node-3 for its owner"]),
    Trouble(
      testDescription: "an owner that did not answer",
      documents: { [try ClusterFixture.status("node-2")] }, silent: [late],
      problems: ["node-1 owns it, as others say: it did not answer us"]),
    Trouble(
      testDescription: "an owner that does not say so",
      documents: {
        [
          try ClusterFixture.status("node-1", saysOwner: false),
          try ClusterFixture.status("node-2"),
        ]
      },
      problems: ["node-1 owns it, as others say, but does not say so itself"]),
    Trouble(
      testDescription: "an owner without a lease",
      documents: {
        [
          try ClusterFixture.status(
            "node-1", obstacle: ObstacleStatus(reason: "noQuorum", sentence: ""))
        ]
      }, problems: ["its owner is silent: noQuorum"]),
    Trouble(
      testDescription: "no owner",
      documents: { [try ClusterFixture.status("node-2", owner: nil)] },
      problems: ["nobody announces it: no owner yet"]),
  ])
  func troubleIsNamed(_ trouble: Trouble) throws {
    let document = try ClusterFixture.cluster(trouble.documents(), silent: trouble.silent)
    #expect(try only("192.0.2.130", of: document).problems == trouble.problems)
    #expect(document.isComplete == trouble.silent.isEmpty)
  }

  @Test func whyNobodyAnnouncesIsTheReasonOfMostNodes() throws {
    let document = try ClusterFixture.cluster([try ClusterFixture.status("node-1", bgp: .no)])
    #expect(
      try only("203.0.113.10", of: document).problems == ["nobody announces it: noLocalEndpoint"])
  }

  /// By BGP the newest change of any node; by layer 2 what others do moves nothing.
  @Test func theLastMoveIsTheOwnersOrTheNewestChangeByBGP() throws {
    let change = AddressChange(at: ago(3), what: "BGP: no to announced", why: "a pod came")
    let document = try ClusterFixture.cluster([
      try ClusterFixture.status("node-1"), try ClusterFixture.status("node-2", change: change),
    ])
    let move = try only("203.0.113.10", of: document).lastMove
    #expect(move?.at == ago(3) && move?.what == "node-2: BGP: no to announced")
    let owned = try only("192.0.2.130", of: document).lastMove
    #expect(owned?.at == ago(30) && owned?.what == "node-9 to node-1")
  }

  @Test func aProblemOfSeveralNodesStandsOnce() throws {
    let problem = Problem(severity: .error, object: "BGPPeer tor-a", message: "no Secret")
    let other = Problem(severity: .warning, message: "is ignored")
    let document = try ClusterFixture.cluster([
      try ClusterFixture.status("node-2", problems: [problem, other]),
      try ClusterFixture.status("node-1", problems: [problem]),
    ])
    #expect(document.problems.map(\.nodes) == [["node-1", "node-2"], ["node-2"]])
  }

  @Test func whereNoSessionCarriesItNobodyAnnounces() throws {
    let alone = try ClusterFixture.cluster([try ClusterFixture.status("node-1", bgp: .fit)])
    let found = try only("203.0.113.10", of: alone)
    #expect(found.bgp.nodes == [] && found.bgp.withoutSession == ["node-1"])
    #expect(
      found.problems == [
        "nobody announces it: noSessionToPeer", "no session carries it on node-1",
      ])
  }

  /// node1 of the fixture holds node3 dead.
  private static func election(isLeaseHeld: Bool) -> ElectionStatus {
    ElectionFixture.election(
      lease: LeaseStatus(
        isHeld: isLeaseHeld, marginMilliseconds: 1, witnesses: 3, acknowledging: 1, needed: 2))
  }

  @Test func whatHoldsForNodesIsSaidOnce() throws {
    let document = try ClusterFixture.cluster([
      try ClusterFixture.status(
        "node1", isReachable: false, election: Self.election(isLeaseHeld: false)),
      try ClusterFixture.status(
        "node2", isReachable: false, election: Self.election(isLeaseHeld: true)),
      try ClusterFixture.status("node3", isReachable: true, drain: DrainStatus(since: ago(60))),
      try ClusterFixture.status("node4"),
    ])
    try #require(
      document.conditions.map(\.kind) == [
        .noQuorum, .memberDead, .sourceUnreachable, .draining,
      ])
    #expect(
      document.conditions.map(\.sentence) == [
        "without a quorum of their witnesses: node1",
        "node3 is held dead by 2 of 4 speakers, though it answers us",
        "cannot reach the API, and go by what they read before: node1, node2",
        "node3 is drained",
      ])
    #expect(document.conditions[1].toldBy == ["node1", "node2"])
    #expect(document.conditions[3].since == ago(60))
    let text = try StatusRenderer(format: .table, now: now).cluster(document)
    #expect(text.contains("\nnode3 is drained, for 1m\n"), "\(text)")
    let well = try ClusterFixture.cluster([try ClusterFixture.status("node4", isReachable: true)])
    #expect(well.conditions == [])
  }

  /// A speaker that is stopped, on a host that answers, is told from a node that is gone. Who takes it
  /// for dead is right: it cannot know of the host.
  @Test func aStalledSpeakerIsCalledSo() throws {
    func teller(_ name: String, _ state: MemberStatus.State) throws -> StatusDocument {
      let members = [
        MemberStatus(name: name, state: .own), MemberStatus(name: "node9", state: state),
      ]
      return try ClusterFixture.status(
        name, isReachable: true, election: ElectionFixture.election(members: members))
    }
    let stalled = try ClusterFixture.cluster([
      try teller("node1", .stalled), try teller("node2", .alive),
    ])
    #expect(stalled.conditions.map(\.kind) == [.memberStalled])
    #expect(
      stalled.conditions.first?.sentence
        == "node9 is stalled, its host alone answers, as told by 1 of 2 speakers")
    let dead = try ClusterFixture.cluster([
      try teller("node1", .stalled), try teller("node2", .dead),
    ])
    #expect(dead.conditions.map(\.kind) == [.memberDead])
  }

  @Test func aSpeakerThatKnowsFewerAddressesTakesNoneAway() throws {
    let full = try ClusterFixture.status("node-1")
    let document = try ClusterFixture.cluster([
      StatusDocument(
        node: "node-2", programVersion: "0.1.0", pid: 7, startedAt: ago(1),
        source: SourceStatus(directory: "https://192.0.2.1:6443"),
        addresses: Array(full.addresses.suffix(1))),
      full,
    ])
    #expect(document.addresses.count == 2)
    #expect(try only("192.0.2.130", of: document).layer2.owners == ["node-1"])
    #expect(try only("203.0.113.10", of: document).bgp.nodes == ["node-1", "node-2"])
  }
}
