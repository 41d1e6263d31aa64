import Addresses
import Lab
import Status
import Testing

extension InteropTests {
  /// `bellman status interfaces`, `status routes` and `events` in the lab.
  @Suite(.serialized, .lab()) struct Views {
    @Test func interfacesSayWhatTheyAreUsedFor() async throws {
      let lab = try lab()
      for node in lab.topology.nodes {
        let answer = try await lab.bellman(["status", "interfaces", "-o", "json"], node: node.name)
        let document: InterfacesDocument = try StatusRenderer.parse(answer.output)
        let segment = try #require(document.interfaces.first { $0.name == "eth0" })
        #expect(segment.takesPart && segment.mac != nil && segment.conflicts == [])
        #expect(segment.peers == ["router-ipv4", "router-ipv6"])
        #expect(segment.addresses.contains { $0.hasPrefix("192.0.2.") })
        let status = try await lab.status(node.name)
        let owned = status.addresses.filter { $0.layer2.verdict == .owner }.map(\.address)
        #expect(segment.announced == owned)
        if !owned.isEmpty { #expect(segment.counters.gratuitousSent > 0) }
        let loopback = try #require(document.interfaces.first { $0.name == "lo" })
        #expect(!loopback.takesPart && loopback.reason == "is the loopback interface")
      }
    }

    /// What a speaker says that it sent is what the router has.
    @Test func routesAreThoseOfTheRouter() async throws {
      let lab = try lab()
      let known = Set(try await lab.router.routes().map { "\($0.prefix)" })
      var sent: Set<String> = []
      for node in lab.topology.nodes {
        let answer = try await lab.bellman(["status", "routes", "-o", "json"], node: node.name)
        let document: RoutesDocument = try StatusRenderer.parse(answer.output)
        #expect(document.peers.map(\.state) == [.established, .established])
        for group in document.peers.flatMap(\.routes) {
          #expect(group.isSent && group.asPath == "64512" && group.since != nil)
          #expect(group.nextHops.count >= 1)
          sent.formUnion(group.prefixes.map(\.description))
        }
      }
      #expect(!sent.isEmpty && sent == known)
    }

    /// What a single speaker can only presume of the others, these say themselves.
    @Test func allSpeakersAreAskedByTheFolderOfTheirSockets() async throws {
      let lab = try lab()
      let folder = lab.directory.path
      let address = try await lab.address("bgp-cluster")
      let answer = try await Command.output(
        [Program.path, "explain", "\(address)", "--socket", folder])
      #expect(answer.status == 0, "\(answer.error)")
      let count = lab.topology.nodes.count
      #expect(answer.output.hasPrefix("\(address): \(count) nodes announce it by BGP"), "\(answer)")
      let routes = try await Command.output(
        [Program.path, "status", "routes", "\(address)", "--socket", folder])
      #expect(routes.status == 0 && routes.output.contains("\(address)/32"), "\(routes)")
      let other = try await lab.address("bgp-local")
      #expect(!routes.output.contains("\(other)/32"), "\(routes)")
      #expect(routes.output.hasPrefix("\(folder): \(count) of \(count) speakers answered"))
    }

    @Test func aDrainIsToldAsItHappens() async throws {
      let lab = try lab()
      let address = try await lab.address("l2-cluster")
      let owner = try #require(try await lab.explain(address, node: "node-1").owner)
      #expect(try await lab.bellman(["drain"], node: owner).status == 0)
      let answer = try await lab.bellman(
        ["events", "-o", "json", "--about", "\(address)"], node: owner)
      #expect(try await lab.bellman(["drain", "--undo"], node: owner).status == 0)
      let events = try answer.output.split(separator: "\n").map {
        try StatusRenderer.parse(String($0), as: SpeakerEvent.self)
      }
      let move = try #require(events.last { $0.kind == .move })
      #expect(move.what.hasPrefix("owner: \(owner) -> ") && move.why.contains("(drained)"))
      let decision = try #require(events.last { $0.kind == .decision })
      #expect(decision.trigger == "election" || decision.trigger == "drain")
      let taken = try #require(
        events.last { $0.what == "layer 2: candidate -> owner" }, "\(answer.output)")
      #expect(taken.trigger == "election")
      #expect((1..<1_000_000).contains(try #require(taken.microsecondsToWire)))
    }
  }
}
