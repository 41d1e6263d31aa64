import Addresses
import Status
import Testing

/// `bellman explain` of a cluster.
@Suite("The explanation of the cluster")
struct ClusterExplainTests {
  /// What `node` says of three nodes: itself as given, the others as candidates without BGP.
  private static func told(
    _ node: String, _ layer2: Layer2Verdict = .candidate, reason: String = "candidate",
    bgp: BGPVerdict = .no, bgpReason: String = "noMatchingAdvertisement", ready: Int = 1,
    policy: TrafficPolicy = .cluster, obstacle: ObstacleStatus? = nil,
    dead: [String] = [], names: [String] = ["node-1", "node-2", "node-3"]
  ) throws -> ExplainDocument {
    let rows = names.map { name in
      NodeExplanation(
        node: name, rank: Int(name.suffix(1)), fitness: "ready",
        layer2: name == node
          ? ExplainedVerdict(layer2, reason: reason, sentence: "\(reason) of \(node)")
          : ExplainedVerdict(.candidate, reason: "candidate", sentence: "\(node) of \(name)"),
        bgp: name == node
          ? ExplainedVerdict(bgp, reason: bgpReason, sentence: "\(bgpReason) of \(node)")
          : ExplainedVerdict(.no, reason: "noMatchingAdvertisement", sentence: "nothing"),
        readyEndpoints: ready, terminatingEndpoints: 0)
    }
    return ExplainDocument(
      node: node, subject: "192.0.2.130",
      services: [
        ServiceExplanation(
          service: "shop/web", externalTrafficPolicy: policy, internalTrafficPolicy: .cluster,
          insideCallers: "spec.internalTrafficPolicy is Cluster")
      ],
      addresses: [
        AddressExplanation(
          address: try address("192.0.2.130"), services: ["shop/web"],
          externalTrafficPolicy: policy, pool: "pool", owner: "node-2",
          claim: ClaimStatus(
            epoch: 14, since: ago(30), activity: "answering", obstacle: obstacle),
          nodes: rows)
      ],
      circumstances: dead.map {
        Circumstance(.memberDead, node: $0, sentence: "the other speakers hold Node \($0) dead")
      })
  }

  private static func document(
    _ told: [ExplainDocument], silent: [SpeakerAnswer] = []
  ) -> ClusterExplainDocument {
    ClusterExplainDocument(
      server: "https://192.0.2.1:6443", subject: "192.0.2.130",
      speakers: told.map { ClusterFixture.answered($0.node) } + silent, told: told)
  }

  @Test func everyNodeIsShownInItsOwnWords() throws {
    let document = Self.document([
      try Self.told("node-3"), try Self.told("node-2", .owner, reason: "owner"),
      try Self.told("node-1"),
    ])
    let found = try #require(document.addresses.first)
    #expect(found.conclusion == "node-2 owns it")
    #expect(found.owners == ["node-2"] && found.claimToldBy == "node-2")
    #expect(found.nodes.map(\.decision.node) == ["node-1", "node-2", "node-3"])
    #expect(found.nodes.allSatisfy { $0.isFirstHand })
    #expect(
      found.nodes.map(\.decision.layer2.sentence)
        == ["candidate of node-1", "owner of node-2", "candidate of node-3"])
    #expect(document.isComplete)
  }

  @Test func aNodeThatWasNotHeardIsShownAsTheOwnerSeesIt() throws {
    let document = Self.document(
      [try Self.told("node-2", .owner, reason: "owner"), try Self.told("node-3")],
      silent: [ClusterMergeTests.late])
    let node = try #require(document.addresses.first?.nodes.first)
    #expect(!node.isFirstHand && node.toldBy == "node-2")
    #expect(node.decision.layer2.sentence == "node-2 of node-1")
    let text = try StatusRenderer(format: .table, now: now).clusterExplain(document)
    #expect(text.contains("node-1?") && text.contains("no answer within 5 s"))
    #expect(!document.isComplete)
  }

  /// Its Node is gone, and its speaker is not.
  @Test func aNodeThatTheOthersDoNotKnowSpeaksForItself() throws {
    let document = Self.document([
      try Self.told("node-1", .no, reason: "noLocalEndpoint", ready: 0),
      try Self.told("node-9", .no, reason: "nodeUnknown", names: ["node-1", "node-9"]),
    ])
    let found = try #require(document.addresses.first)
    #expect(found.nodes.last?.decision.node == "node-9" && found.nodes.last?.isFirstHand == true)
    #expect(found.conclusion == "nobody announces it: nodeUnknown of node-9 (nodeUnknown)")
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let told: @Sendable () throws -> [ExplainDocument]
    let conclusion: String
  }

  @Test(arguments: [
    Case(
      testDescription: "an owner without a lease",
      told: {
        [
          try told(
            "node-2", .owner, reason: "owner",
            obstacle: ObstacleStatus(reason: "noQuorum", sentence: "too few witnesses acknowledge"))
        ]
      },
      conclusion: "node-2 owns it, and is silent: too few witnesses acknowledge (noQuorum)"),
    Case(
      testDescription: "two owners",
      told: { try ["node-1", "node-3"].map { try told($0, .owner, reason: "owner") } },
      conclusion: "node-1 and node-3 both own it"),
    Case(
      testDescription: "a segment in two parts",
      told: {
        [
          try told("node-1", .owner, reason: "owner", dead: ["node-3"]),
          try told("node-3", .owner, reason: "owner", dead: ["node-1"]),
        ]
      },
      conclusion: "node-1 and node-3 both own it; "
        + "node-1 answers, but the other speakers hold Node node-1 dead (memberDead); "
        + "node-3 answers, but the other speakers hold Node node-3 dead (memberDead)"),
    Case(
      testDescription: "a part of the segment without a quorum",
      told: {
        [
          try told(
            "node-1", .owner, reason: "owner",
            obstacle: ObstacleStatus(reason: "noQuorum", sentence: "too few witnesses acknowledge"),
            dead: ["node-2", "node-3"]),
          try told("node-2", .owner, reason: "owner", dead: ["node-1"]),
          try told("node-3", dead: ["node-1"]),
        ]
      },
      conclusion: "node-2 owns it; not node-1: too few witnesses acknowledge (noQuorum)"),
    Case(
      testDescription: "by BGP from a node that the others do not hear",
      told: {
        try ["node-1", "node-2", "node-3"].map {
          try told(
            $0, .no, reason: "noMatchingAdvertisement", bgp: .announced, bgpReason: "announced",
            dead: $0 == "node-1" ? ["node-2", "node-3"] : ["node-1"])
        }
      }, conclusion: "3 nodes announce it by BGP"),
    Case(
      testDescription: "by BGP from all but a dead node",
      told: {
        try ["node-2", "node-3"].map {
          try told(
            $0, .no, reason: "noMatchingAdvertisement", bgp: .announced, bgpReason: "announced",
            dead: ["node-1"])
        }
      },
      conclusion: "2 nodes announce it by BGP; "
        + "not node-1: the other speakers hold Node node-1 dead (memberDead)"),
    Case(
      testDescription: "by BGP from all",
      told: {
        try ["node-1", "node-2", "node-3"].map {
          try told(
            $0, .no, reason: "noMatchingAdvertisement", bgp: .announced, bgpReason: "announced")
        }
      }, conclusion: "3 nodes announce it by BGP"),
    Case(
      testDescription: "no session",
      told: {
        try ["node-1", "node-2", "node-3"].map {
          try told(
            $0, .no, reason: "noMatchingAdvertisement", bgp: .fit, bgpReason: "noSessionToPeer")
        }
      }, conclusion: "nobody announces it: noSessionToPeer of node-1 (noSessionToPeer)"),
    Case(
      testDescription: "no endpoint",
      told: {
        try ["node-1", "node-2", "node-3"].map {
          try told($0, .no, reason: "noEndpoint", ready: 0)
        }
      }, conclusion: "nobody announces it: noEndpoint of node-1 (noEndpoint)"),
    Case(
      testDescription: "nothing advertises it",
      told: {
        try ["node-1", "node-2", "node-3"].map {
          try told($0, .no, reason: "noMatchingAdvertisement")
        }
      },
      conclusion:
        "nobody announces it: noMatchingAdvertisement of node-1 (noMatchingAdvertisement)"),
  ])
  func theFirstLineNamesTheCause(_ test: Case) throws {
    let document = Self.document(try test.told())
    #expect(document.addresses.first?.conclusion == test.conclusion)
    let text = try StatusRenderer(format: .table, now: now).clusterExplain(document)
    #expect(text.split(separator: "\n").first.map(String.init) == "192.0.2.130: \(test.conclusion)")
  }

  @Test(arguments: [
    (TrafficPolicy.cluster, 0, "in here, on to any endpoint of the cluster"),
    (.local, 0, "in here, and dropped: no endpoint"),
    (.local, 1, "in here, to 1 ready endpoint of the node, which sees the client"),
    (.local, 2, "in here, to 2 ready endpoints of the node, which see the client"),
  ])
  func whatClientsMeetFollowsFromPolicyAndEndpoints(
    _ policy: TrafficPolicy, _ ready: Int, _ text: String
  ) throws {
    let document = Self.document([
      try Self.told("node-2", .owner, reason: "owner", ready: ready, policy: policy)
    ])
    let nodes = try #require(document.addresses.first?.nodes)
    #expect(nodes[1].clients.hasPrefix(text))
    #expect(nodes[0].clients == "not here")
  }

  @Test func wideAddsTheCriteriaOfTheRanking() throws {
    let document = Self.document([try Self.told("node-2", .owner, reason: "owner")])
    let wide = try StatusRenderer(format: .wide, now: now).clusterExplain(document)
    #expect(wide.contains("FITNESS  WEIGHT  LAYER 2 REASON"))
    #expect(wide.contains("ready         0  owner"))
    let plain = try StatusRenderer(format: .table, now: now).clusterExplain(document)
    #expect(!plain.contains("FITNESS"))
  }

  @Test func itIsSaidWhatThePoliciesMeanInside() throws {
    let text = try StatusRenderer(format: .table, now: now).clusterExplain(
      Self.document([try Self.told("node-2", .owner, policy: .local)]))
    #expect(text.contains("spec.externalTrafficPolicy is Local: a pod that calls"))
    #expect(text.contains("spec.internalTrafficPolicy is Cluster."))
  }
}
