import FoundationEssentials
import Status
import Testing

/// `bellman status peers` and `members` of a cluster, as people see them.
@Suite("Peers and members of the cluster")
struct ClusterNodesTests {
  private static let missing = SpeakerAnswer(
    node: "node-9", pod: "", outcome: .missing, detail: "no pod")

  private func told(_ nodes: StatusDocument..., others: [SpeakerAnswer] = []) -> ClusterNodes {
    ClusterNodes(
      server: "https://192.0.2.1:6443", askedAt: now,
      speakers: nodes.map { ClusterFixture.answered($0.node) } + others, nodes: nodes)
  }

  private func rows(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { line in
      line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    }
  }

  @Test func everySessionHasItsRow() throws {
    let told = try told(Fixture.status(), ElectionFixture.status(), others: [Self.missing])
    #expect(told.isComplete)
    let text = try StatusRenderer(format: .table, now: now).clusterPeers(told)
    let rows = rows(text)
    #expect(rows[0].joined(separator: " ").contains("2 of 2 speakers answered"))
    #expect(rows[1] == ["nodes", "without", "a", "speaker:", "node-9"])
    #expect(rows[2].prefix(5) == ["NODE", "PEER", "ADDRESS", "AS", "STATE"])
    #expect(rows[3].prefix(5) == ["node1", "tor-a", "192.0.2.254", "64513", "Established"])
    #expect(rows.dropFirst(3).map { $0[1] } == ["tor-a", "tor-b", "tor-c"])
    let none = try StatusRenderer(format: .table, now: now)
      .clusterPeers(self.told(ElectionFixture.status()))
    #expect(none.contains("No speaker has a peer"))
  }

  @Test func everyNodeSaysWhomItMisses() throws {
    let without = ElectionFixture.status(election: nil)
    let quarrel = ElectionFixture.status(
      election: ElectionFixture.election(disagreements: [ElectionFixture.dead]))
    for (document, line) in [
      (
        quarrel,
        "node1 held 2 of 3 3 of 4 12 node3 (dead) deadThoughReady"
      ),
      (without, "node1 no election - - - - -"),
    ] {
      let text = try StatusRenderer(format: .table, now: now).clusterMembers(told(document))
      #expect(rows(text).last?.joined(separator: " ") == line)
    }
    let wide = try StatusRenderer(format: .wide, now: now).clusterMembers(told(quarrel))
    #expect(wide.contains("PROFILE") && wide.contains("99a931c1"))
    #expect(
      try StatusRenderer(format: .wide, now: now).clusterMembers(told(without))
        .contains("no election"))
  }

  private static func members(_ members: [MemberStatus]) -> StatusDocument {
    let other = ElectionFixture.election()
    return ElectionFixture.status(
      election: ElectionStatus(
        policy: other.policy, profile: other.profile, timers: other.timers, port: other.port,
        keys: other.keys, lease: other.lease, members: members, packets: other.packets,
        lateness: other.lateness))
  }

  /// A node listens to its witnesses only.
  @Test func mostOfALargeClusterIsTakenForAlive() throws {
    let members = (1...100).map { number in
      MemberStatus(
        name: "node\(number)", state: number == 1 ? .own : number < 8 ? .alive : .unknown)
    }
    let text = try StatusRenderer(format: .table, now: now)
      .clusterMembers(told(Self.members(members)))
    #expect(rows(text).last?.joined(separator: " ") == "node1 held 2 of 3 100 of 100 0 - -")
  }

  @Test func aNodeThatIsDrainedOwnsWhatItHas() throws {
    let document = Self.members([
      MemberStatus(name: "node1", state: .draining, addresses: 7),
      MemberStatus(name: "node2", state: .draining, addresses: 3),
      MemberStatus(name: "node3", state: .stalled),
    ])
    let text = try StatusRenderer(format: .table, now: now).clusterMembers(told(document))
    #expect(
      rows(text).last?.joined(separator: " ")
        == "node1 (draining) held 2 of 3 2 of 3 7 node3 (stalled) -")
  }

  @Test func theDocumentOfANodeHasNoAddresses() throws {
    let whole = try Fixture.status()
    let document = whole.ofTheNode
    #expect(!whole.addresses.isEmpty && document.addresses.isEmpty)
    #expect(document.servicesWithoutAddress.isEmpty)
    #expect(document.peers == whole.peers && document.interfaces == whole.interfaces)
    #expect(document.node == whole.node && document.problems == whole.problems)
  }

  @Test func jsonHasTheNodesAndTheAnswers() throws {
    let told = try told(Fixture.status(), others: [Self.missing])
    let renderer = StatusRenderer(format: .json, now: now)
    struct Shown: Decodable {
      struct Node: Decodable { let node: String }
      let version: Int
      let speakers: [SpeakerAnswer]
      let nodes: [Node]
    }
    for text in [try renderer.clusterPeers(told), try renderer.clusterMembers(told)] {
      let decoder = JSONDecoder()
      let shown = try decoder.decode(Shown.self, from: Data(text.utf8))
      #expect(shown.version == 1 && shown.nodes.map(\.node) == ["node1"])
      #expect(shown.speakers.map(\.outcome) == [.missing, .answered])
    }
  }
}
