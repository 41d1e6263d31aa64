import Addresses
import Status
import Testing

/// `bellman status` of a cluster, as people see it.
@Suite("The view of the cluster")
struct ClusterViewTests {
  private func table(_ document: ClusterStatusDocument, wide: Bool = false) throws -> String {
    try StatusRenderer(format: wide ? .wide : .table, now: now).cluster(document)
  }

  @Test func everyAddressHasItsRow() throws {
    let text = try table(
      ClusterFixture.cluster(["node-1", "node-2"].map { try ClusterFixture.status($0) }))
    let lines = text.split(separator: "\n").map { line in
      line.split(separator: "  ").map { $0.trimmed }.filter { !$0.isEmpty }
    }
    #expect(
      lines == [
        ["https://192.0.2.1:6443: 2 of 2 speakers answered, 2 of 4 sessions established"],
        [
          "ADDRESS", "SERVICES", "POLICY", "LAYER 2", "BGP", "PEERS", "SINCE", "LAST MOVE",
          "PROBLEMS",
        ],
        [
          "192.0.2.130", "shop/api", "Cluster", "node-1", "-", "-", "30s",
          "30s ago: node-9 to node-1 (node-9 was silent)", "-",
        ],
        [
          "203.0.113.10", "shop/web", "Local", "-", "2 nodes", "tor-a,tor-b (1)", "1m40s", "-", "-",
        ],
      ])
  }

  @Test func whoWasNotHeardIsNamedFirst() throws {
    let text = try table(
      ClusterFixture.cluster(
        [try ClusterFixture.status("node-2")], silent: [ClusterMergeTests.late]))
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines[0].contains("1 of 2 speakers answered"))
    #expect(lines[1] == "What follows is partial. Not heard:")
    #expect(lines[2] == "  node-1 (bellman-system/speaker-1): no answer within 5 s")
    #expect(text.contains("node-1?"))
  }

  @Test func whatWasToldBeforeALongWaitSaysSo() throws {
    let late = SpeakerAnswer(
      node: "node-1", pod: "a/b", outcome: .late, detail: "no answer within 5 s", milliseconds: 5003
    )
    let text = try table(
      ClusterFixture.cluster([try ClusterFixture.status("node-2")], silent: [late]))
    #expect(
      text.contains(
        "\nWhat follows is partial, and as told 5 s ago: ask again for what came of it. Not heard:\n"
      ), "\(text)")
  }

  @Test func nodesWithoutASpeakerStandApart() throws {
    let missing = ["node-8", "node-9"].map {
      SpeakerAnswer(node: $0, pod: "", outcome: .missing, detail: "no pod")
    }
    let document = try ClusterFixture.cluster(
      [try ClusterFixture.status("node-1")], silent: missing)
    #expect(document.isComplete)
    let lines = try table(document).split(separator: "\n").map(String.init)
    #expect(lines[0].contains(": 1 of 1 speakers answered"))
    #expect(lines[1] == "nodes without a speaker: node-8, node-9")
    let explanation = ClusterExplainDocument(
      server: "https://192.0.2.1:6443", subject: "shop/web", speakers: missing, told: [])
    let text = try StatusRenderer(format: .table, now: now).clusterExplain(explanation)
    #expect(explanation.isComplete && text.contains("No speaker on: node-8, node-9\n"))
    #expect(!text.contains("Not heard"))
  }

  @Test func wideShowsTheSpeakers() throws {
    let text = try table(ClusterFixture.cluster([try ClusterFixture.status("node-2")]), wide: true)
    #expect(text.contains("CANDIDATES") && text.contains("bellman-system/speaker-node-2"))
  }

  @Test func jsonIsReadAsItWasWritten() throws {
    let document = try ClusterFixture.cluster([try ClusterFixture.status("node-2")])
    let text = try StatusRenderer(format: .json, now: now).cluster(document)
    #expect(try StatusRenderer.parse(text, as: ClusterStatusDocument.self) == document)
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop(while: { $0 == " " }).reversed().drop(while: { $0 == " " }).reversed())
  }
}
