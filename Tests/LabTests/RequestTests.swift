import Addresses
import Testing

@testable import Lab

@Suite struct RequestTests {
  private static func answered(
    _ start: Double, _ end: Double, by source: String = "192.0.2.11"
  ) -> RequestRecord {
    RequestRecord(
      startedAt: start, endedAt: end, outcome: .answered,
      reply: PodReply(pod: "web-1", node: "", client: source))
  }

  @Test(arguments: [
    answered(1_767_600_000.25, 1_767_600_000.251),
    RequestRecord(startedAt: 1, endedAt: 1.9, outcome: .noAnswer),
    RequestRecord(startedAt: 1, endedAt: 1.000_001, outcome: .reset),
  ])
  func aRecordIsReadBack(_ record: RequestRecord) throws {
    let read = try #require(RequestRecord(line: record.line.trimmed))
    #expect(abs(read.startedAt - record.startedAt) < 1e-6)
    #expect(abs(read.endedAt - record.endedAt) < 1e-6)
    #expect(read.outcome == record.outcome)
    #expect(read.reply == record.reply)
  }

  @Test func secondsHaveSixDecimals() {
    let record = RequestRecord(startedAt: 7.000_05, endedAt: 8, outcome: .refused)
    #expect(record.line == "7.000050 8.000000 refused\n")
  }

  @Test(arguments: ["", "1.0 2.0", "1.0 2.0 stalled", "a 2.0 answered", "1.0 b reset"])
  func otherLinesAreNoRecords(line: String) {
    #expect(RequestRecord(line: line) == nil)
  }

  @Test func theGapIsTheLongestTimeBetweenAnswers() {
    let records = [
      Self.answered(9.9, 9.95), Self.answered(10.0, 10.01),
      RequestRecord(startedAt: 10.1, endedAt: 11.0, outcome: .noAnswer),
      // Sent again by the kernel: it ends later than newer requests, and makes no gap.
      Self.answered(10.2, 11.3), Self.answered(10.5, 10.51, by: "192.0.2.12"),
      Self.answered(10.9, 10.91, by: "192.0.2.12"),
      RequestRecord(startedAt: 12.5, endedAt: 12.6, outcome: .reset),
    ]
    let summary = RequestSummary(records, from: 10, to: 11, in: topology)
    #expect(abs(summary.longestGap - 0.5) < 1e-9)
    #expect(summary.answered == 3)
    #expect(summary.failed == [.noAnswer: 1])
    #expect(summary.failureCount == 1)
    #expect(summary.nodes == ["node-1", "node-2"])
  }

  @Test func withoutAnAnswerTheWholeTimeIsTheGap() {
    let summary = RequestSummary([], from: 10, to: 12.5, in: topology)
    #expect(summary.longestGap == 2.5)
    #expect(summary.text.hasPrefix("longest time without an answer: 2500 ms\n"))
  }

  @Test func aNodeIsKnownByEachAddressThatHidesClients() throws {
    let pod = try topology.pod(on: "node-2")
    #expect(topology.forwarder(.v4(try topology.node("node-2").ipv4)) == "node-2")
    #expect(topology.forwarder(.v4(pod.gatewayIPv4)) == "node-2")
    #expect(topology.forwarder(.v6(pod.gatewayIPv6)) == "node-2")
    #expect(topology.forwarder(.v4(topology.client.ipv4)) == nil)
  }

  @Test func whatANodeIsGivenCanBeGivenAgain() {
    let commands = NetworkPlan.node(0, in: topology).commands
    #expect(commands.contains("address replace 192.0.2.11/24 dev eth0"))
    // A second `add` would fail for what has outlived the links.
    #expect(!commands.contains { $0.contains(" add ") })
  }
}
