import Addresses
import Status
import Testing

@Suite("what the election says of an address")
struct ClaimViewTests {
  private func cell(_ status: AddressStatus) throws -> String {
    let text = try StatusRenderer(format: .table, now: now)
      .status(ElectionFixture.status(addresses: [status]))
    let line = try #require(text.split(separator: "\n").last)
    #expect(line.hasPrefix("203.0.113.10  shop/web  Cluster  "))
    return String(
      line.dropFirst("203.0.113.10  shop/web  Cluster  ".count)
        .split(separator: "  ", omittingEmptySubsequences: true)[0])
  }

  @Test(
    "the layer-2 column says when an owner is silent or goes, and what a candidate waits for",
    arguments: [
      (Layer2Verdict.owner, "owner", "node1", "answering", nil, "owner"),
      (.owner, "owner", "node1", "muted", "noQuorum", "owner, silent: noQuorum"),
      (.owner, "nodeDraining", "node1", "handingOver", nil, "hands over: nodeDraining"),
      (.candidate, "candidate", "node2", "idle", "notOwner", "candidate, node2 owns"),
      (.candidate, "candidate", nil, "candidate", "barred", "candidate, barred"),
      (.no, "nodeDraining", nil, "idle", "nodeDraining", "no: nodeDraining"),
    ] as [(Layer2Verdict, String, String?, String, String?, String)])
  func column(
    verdict: Layer2Verdict, reason: String, owner: String?, activity: String, obstacle: String?,
    expected: String
  ) throws {
    let claim = ElectionFixture.claim(
      activity: activity, obstacle: obstacle.map { ObstacleStatus(reason: $0, sentence: "said") })
    #expect(
      try cell(
        ElectionFixture.layer2(
          "203.0.113.10", verdict, reason: reason, owner: owner, claim: claim)) == expected)
  }

  @Test("the header tells of the members, the lease, and a drain") func header() throws {
    let document = ElectionFixture.status(drain: try DrainFixture.underWay())
    let lines = try StatusRenderer(format: .table, now: now).status(document)
      .split(separator: "\n")
    #expect(
      lines.contains(
        "members: 4 (node3 dead), lease held (2 of 3 witnesses acknowledge, 2 needed), policy wire")
    )
    #expect(
      lines.contains(
        "being drained since 1m30s, still 1 address to hand over and prefixes to withdraw from tor-a"
      ))
  }

  @Test("what peers, API and segment disagree about is in the status") func disagreement() throws {
    let election = ElectionFixture.election(disagreements: [ElectionFixture.dead])
    let text = try StatusRenderer(format: .table, now: now)
      .status(ElectionFixture.status(election: election))
    #expect(text.contains("\nWhere peers, API and segment disagree: 1\n  deadThoughReady: Node "))
  }

  @Test("wide has the epoch and the last move") func wide() throws {
    let status = try ElectionFixture.layer2(
      "203.0.113.10", .owner, reason: "owner", owner: "node1", claim: ElectionFixture.claim())
    let text = try StatusRenderer(format: .wide, now: now)
      .status(ElectionFixture.status(addresses: [status]))
    #expect(text.contains("EPOCH  LAST MOVE"))
    #expect(text.contains(" 14+2  3m12s ago: node3 to node1 (node3 was silent, and a quorum"))
  }

  @Test("explain says who has it, since when and why, and why this node does not answer")
  func explained() throws {
    func text(_ claim: ClaimStatus) throws -> String {
      try StatusRenderer(format: .table, now: now).explain(
        ExplainDocument(
          node: "node1", subject: "203.0.113.10", services: [],
          addresses: [
            AddressExplanation(
              address: try address("203.0.113.10"), services: ["shop/web"],
              externalTrafficPolicy: .cluster, pool: "public", owner: "node1", claim: claim,
              nodes: [])
          ]))
    }
    #expect(
      try text(ElectionFixture.claim()).hasPrefix(
        """
        203.0.113.10: node1 owns it: node3 was silent, and a quorum of its witnesses promised the address to node1 (ownerSilent)
          shop/web (Cluster), pool public (as node1 sees it)
          node1 has it with epoch 14+2, as node1 knows since 3m12s
          moved from node3 to node1 3m12s ago: node3 was silent, and a quorum of its witnesses promised the address to node1
          the lease of node1 lasts 444 ms without another acknowledgement

        """))
    let muted = try text(
      ElectionFixture.claim(
        activity: "muted", margin: -12_345,
        obstacle: ObstacleStatus(reason: "noQuorum", sentence: "1 of 3 witnesses acknowledge")))
    #expect(muted.contains("  the lease of node1 ended 12s ago\n"))
    #expect(
      muted.contains("  node1 does not answer: noQuorum: 1 of 3 witnesses acknowledge\n"))
  }
}
