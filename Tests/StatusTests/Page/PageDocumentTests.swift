import Addresses
import Status
import Testing

/// What the status page is told.
@Suite("The document of the status page")
struct PageDocumentTests {
  private func page(
    _ documents: [StatusDocument], silent: [SpeakerAnswer] = []
  ) throws -> PageDocument {
    let status = try ClusterFixture.cluster(documents, silent: silent)
    return PageDocument(
      status: status,
      told: ClusterNodes(
        server: status.server, askedAt: now, speakers: status.speakers, nodes: documents))
  }

  @Test func aClusterWithoutTroubleHasNoConcerns() throws {
    let page = try page(["node-1", "node-2"].map { try ClusterFixture.status($0) })
    #expect(page.scope == .cluster && page.name == "https://192.0.2.1:6443")
    #expect(page.nodes.map(\.node) == ["node-1", "node-2"])
    #expect(page.addresses.map(\.address.description) == ["192.0.2.130", "203.0.113.10"])
    #expect(page.concerns == [] && page.concernsLeftOut == 0 && page.isComplete)
  }

  @Test func whoWasNotHeardIsAConcernAndErrorsComeFirst() throws {
    let page = try page(
      [try ClusterFixture.status("node-2", bgp: .fit)],
      silent: [
        SpeakerAnswer(
          node: "node-1", pod: "b/s-1", outcome: .late, detail: "no answer within 5.0 s"),
        SpeakerAnswer(node: "node-3", pod: "", outcome: .missing, detail: "no pod of a speaker"),
      ])
    #expect(!page.isComplete)
    #expect(
      page.concerns.map { "\($0.severity.rawValue): \($0.subject): \($0.text)" } == [
        "error: 203.0.113.10: no node that answered announces it: noSessionToPeer",
        "error: 203.0.113.10: no session carries it on node-2",
        "error: node-1: not heard: no answer within 5.0 s",
        "warning: 192.0.2.130: node-1 owns it, as others say: it did not answer us",
        "warning: node-3: no pod of a speaker",
      ])
    #expect(page.concerns.first?.targets == ["203.0.113.10"])
  }

  @Test func addressesWithTheSameProblemShareAConcern() throws {
    let addresses = (0..<4000).map { number in
      AddressStatus(
        address: .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: UInt64(number))),
        services: ["shop/web-\(number)"], externalTrafficPolicy: .cluster, pool: "pool",
        layer2: Layer2Status(verdict: .no, reason: "noMatchingAdvertisement", sentence: ""),
        bgp: BGPStatus(verdict: .fit, reason: "noSessionToPeer", sentence: ""), since: now)
    }
    let page = PageDocument(
      StatusDocument(
        node: "node-1", programVersion: "0.1.0", pid: 1, startedAt: now,
        source: SourceStatus(directory: "/m"), addresses: addresses), askedAt: now)
    #expect(page.concerns.map(\.subject) == ["2001:db8:: and 3999 more addresses"])
    #expect(page.concerns.first?.targets.count == PageConcern.targetLimit)
  }

  @Test func concernsAreBoundedAndTheRestIsCounted() throws {
    let services = (0..<250).map {
      ServiceStatus(
        service: "shop/web-\($0)", externalTrafficPolicy: .cluster, reason: "noAddress",
        sentence: "no address")
    }
    let page = PageDocument(
      StatusDocument(
        node: "node-1", programVersion: "0.1.0", pid: 1, startedAt: now,
        source: SourceStatus(directory: "/m"), servicesWithoutAddress: services), askedAt: now)
    #expect(page.concerns.count == PageDocument.concernLimit)
    #expect(page.concernsLeftOut == 250 - PageDocument.concernLimit)
  }

  @Test func oneSpeakerTellsItsOwnPart() throws {
    let page = PageDocument(try Fixture.status(), askedAt: now)
    #expect(page.scope == .node && page.name == "node1" && page.nodes.map(\.node) == ["node1"])
    let own = try #require(page.nodes.first)
    #expect(own.peers.count == 3 && own.hasLease == nil)
    // Sessions that are down, by router; those of the fixture's configuration at the end.
    let subjects = page.concerns.map(\.subject)
    for peer in own.peers where peer.state != .established { #expect(subjects.contains(peer.name)) }
    #expect(subjects.contains("services.yaml:12: Service shop/web"))
    #expect(subjects.last == "pools.yaml:3: IPAddressPool public")
    #expect(page.concerns.contains { $0.targets == ["shop/pending"] })
  }

  @Test func theOwnerAsOneSpeakerKnowsItIsNoProblem() throws {
    let page = PageDocument(try ClusterFixture.status("node-2"), askedAt: now)
    let found = try #require(page.addresses.first { $0.address.description == "192.0.2.130" })
    #expect(found.layer2.owners == [] && found.layer2.ownersByHearsay == ["node-1"])
    #expect(found.problems == [])
    #expect(found.lastMove?.what == "node-9 to node-1")
  }

  /// One node knows of some reasons that they are those of all nodes.
  @Test(arguments: [
    ("addressInNoPool", "addressInNoPool", true), ("noMatchingAdvertisement", "noEndpoint", true),
    ("noLocalEndpoint", "noLocalEndpoint", false), ("noEndpoint", "nodeExcluded", false),
    ("noMatchingAdvertisement", "noMatchingAdvertisement", false),
  ])
  func whatNoNodeAnnouncesIsAProblem(layer2: String, bgp: String, isProblem: Bool) throws {
    let page = PageDocument(
      StatusDocument(
        node: "node-1", programVersion: "0.1.0", pid: 1, startedAt: now,
        source: SourceStatus(directory: "/m"),
        addresses: [
          AddressStatus(
            address: try address("192.0.2.1"), services: ["shop/web"],
            externalTrafficPolicy: .cluster, pool: nil,
            layer2: Layer2Status(verdict: .no, reason: layer2, sentence: ""),
            bgp: BGPStatus(verdict: .no, reason: bgp, sentence: ""), since: now)
        ]), askedAt: now)
    #expect(page.concerns.contains { $0.text.hasPrefix("nobody announces it") } == isProblem)
  }

  @Test func aSpeakerThatMayNotAnswerSaysSo() throws {
    let lease = LeaseStatus(
      isHeld: false, marginMilliseconds: -10, witnesses: 3, acknowledging: 1, needed: 2)
    let page = PageDocument(
      ElectionFixture.status(
        election: ElectionFixture.election(
          lease: lease, disagreements: [ElectionFixture.noQuorum]),
        drain: DrainStatus(since: ago(60))), askedAt: now)
    #expect(page.nodes.first?.hasLease == false && page.nodes.first?.drainedSince == ago(60))
    let texts = page.concerns.map(\.text)
    #expect(
      texts.contains("may not answer by layer 2: 1 of 3 witnesses acknowledge, 2 needed"))
    #expect(texts.contains { $0.contains("noQuorum") && $0.contains("It is silent until") })
    #expect(texts.contains("is drained"))
  }

  @Test func programsReadWhatWasWritten() throws {
    let page = try page([try ClusterFixture.status("node-1")])
    let text = try StatusRenderer.compactJSON(page)
    #expect(!text.contains("\n"))
    #expect(try StatusRenderer.parse(text, as: PageDocument.self) == page)
  }
}
