import Addresses
import Status
import Testing

@Suite("-o name")
struct NamesTests {
  private let renderer = StatusRenderer(format: .name, now: now)

  @Test func ofASpeaker() throws {
    let document = try Fixture.status()
    #expect(
      try renderer.status(document)
        == "198.51.100.1\n203.0.113.9\n203.0.113.10\n203.0.113.100\n2001:db8:1::10\n")
    #expect(try renderer.peers(document) == "tor-a\ntor-b\ntor-c\n")
    #expect(try renderer.members(document) == "")
  }

  @Test("an explanation names the nodes that announce") func explain() throws {
    let text = try renderer.explain(ExplainFixture.local())
    let announcing = try ExplainFixture.local().addresses.flatMap(\.nodes)
      .filter { $0.layer2.verdict == .owner || $0.bgp.verdict == .announced }
    #expect(text == announcing.map { "\($0.node)\n" }.sorted().joined())
    #expect(!announcing.isEmpty)
  }

  @Test func ofACluster() throws {
    let document = try ClusterFixture.cluster([ClusterFixture.status("node-1")])
    #expect(try renderer.cluster(document) == "192.0.2.130\n203.0.113.10\n")
  }
}
