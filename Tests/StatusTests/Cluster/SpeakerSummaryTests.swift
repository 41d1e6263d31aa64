import Addresses
import FoundationEssentials
import Status
import Testing

/// The packed form in which a speaker tells of itself.
@Suite("Summaries of speakers")
struct SpeakerSummaryTests {
  @Test func aSummaryIsReadAsItWasWritten() throws {
    let summary = SpeakerSummary(try Fixture.status())
    #expect(try SpeakerSummary(parsing: summary.wire()) == summary)
  }

  @Test func aWholeStatusIsReadAsItsSummary() throws {
    let document = try Fixture.status()
    let octets = Array(try StatusRenderer.json(document).utf8)
    #expect(try SpeakerSummary(parsing: octets) == SpeakerSummary(document))
  }

  @Test func addressesOfWhichTheSameIsSaidShareAnEntry() throws {
    let addresses = try (1...100).map { number in
      AddressStatus(
        address: try address("192.0.2.\(number)"), services: ["shop/s-\(number)"],
        externalTrafficPolicy: .cluster, pool: "pool",
        layer2: Layer2Status(
          verdict: .candidate, reason: "candidate", sentence: "of \(number)",
          owner: number == 50 ? "node-3" : "node-2", since: ago(Int64(number))),
        bgp: BGPStatus(verdict: .announced, reason: "announced", sentence: "of \(number)"),
        since: ago(number == 1 ? 7 : 8))
    }
    let summary = SpeakerSummary(
      StatusDocument(
        node: "node-1", programVersion: "0.1.0", pid: 1, startedAt: now,
        source: SourceStatus(directory: "/etc/bellman"), addresses: addresses))
    #expect(summary.states.map(\.at) == ["0-48,50-99", "49"])
    #expect(summary.bgpSince == "\(ago(7).secondsSince1970) \(ago(8).secondsSince1970)*99")
    #expect(try summary.wire().count < 6_000)
  }

  /// What a session that goes does to thousands of addresses differs in the address alone.
  @Test func theSameChangeOfManyAddressesIsToldOnce() throws {
    let addresses = try (0..<5000).map { number in
      let text = "203.0.\(113 + number / 256).\(number % 256)"
      return AddressStatus(
        address: try address(text), services: ["shop/s-\(number)"],
        externalTrafficPolicy: .cluster, pool: "pool",
        layer2: Layer2Status(verdict: .no, reason: "noMatchingAdvertisement", sentence: ""),
        bgp: BGPStatus(verdict: .announced, reason: "announced", sentence: ""), since: ago(9),
        lastChange: AddressChange(
          at: ago(number == 17 ? 3 : 9), what: "BGP: fit -> announced",
          why: "Node node-1 announces \(text)/32 to BGPPeer tor-a"))
    }
    let document = StatusDocument(
      node: "node-1", programVersion: "0.1.0", pid: 1, startedAt: ago(900),
      source: SourceStatus(directory: "https://192.0.2.1:6443"), addresses: addresses)
    let summary = SpeakerSummary(document)
    #expect(summary.changes.map(\.at) == ["17", "0-16,18-4999"])
    let moves = try ClusterFixture.cluster([document]).addresses.compactMap(\.lastMove)
    try #require(moves.count == 5000)
    #expect(moves[17].at == ago(3) && moves[16].at == ago(9))
    #expect(moves[4999].why == "Node node-1 announces 203.0.132.135/32 to BGPPeer tor-a")
  }

  @Test(arguments: [
    (#"{}"#, "neither"), (#"{"version":1}"#, "neither"), (#"[]"#, "neither"), ("", "neither"),
    (#"{"version":2,"form":"summary"}"#, "has version 2"), (#"{"version":9}"#, "has version 9"),
  ])
  func whatIsNoAnswerIsRefusedInWords(_ text: String, _ words: String) {
    do {
      _ = try SpeakerSummary(parsing: Array(text.utf8))
      Issue.record("was read")
    } catch {
      #expect(error.description.contains(words), "\(error)")
    }
  }

  @Test(arguments: [
    ("\"at\":\"0", "\"at\":\"0-9999999"), ("\"at\":\"0", "\"at\":\"5-1"),
    ("\"at\":\"0", "\"at\":\"x"), ("\"bgpSince\":\"", "\"bgpSince\":\"1*99999999999 "),
    ("\"bgpSince\":\"", "\"bgpSince\":\"5 "), ("\"catalogue\":\"", "\"catalogue\":\"nonsense\\n"),
  ])
  func partsThatContradictEachOtherAreRefused(_ old: String, _ new: String) throws {
    let wire = String(decoding: try SpeakerSummary(Fixture.status()).wire(), as: UTF8.self)
    try #require(wire.contains(old))
    let summary = try SpeakerSummary(parsing: Array(wire.replacing(old, with: new).utf8))
    var merge = ClusterMerge()
    #expect(throws: StatusRenderer.ParseError.self) { try merge.take(summary) }
    try merge.take(SpeakerSummary(ClusterFixture.status("node-1")))
    let document = merge.document(server: "", askedAt: now, speakers: [])
    #expect(document.addresses.flatMap(\.bgp.nodes) == ["node-1"])
  }
}
