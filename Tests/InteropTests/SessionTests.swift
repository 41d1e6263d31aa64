import Addresses
import Lab
import NIOCore
import Status
import Testing

extension InteropTests {
  /// A peer of the same AS, with a password.
  @Suite(
    .lab(
      from: .manifests, .cluster,
      router: {
        var router = BirdConfiguration()
        router.localAS = AddressPlan.nodeAS
        router.password = "lab-secret"
        return router
      }(), speakers: .started,
      edit: { manifests in
        manifests.configuration.routerAS = AddressPlan.nodeAS
        manifests.configuration.password = "lab-secret"
      }))
  struct InternalPeer {
    @Test func localPreferenceIsSentAndTheASPathIsEmpty() async throws {
      let lab = try lab()
      try await lab.waitForSessions()
      // The aggregate has no preference of its own: BIRD shows its default.
      let expected = try await lab.expectedRoutes(
        asPath: [], localPreferences: (host: 150, pool: 100))
      try await eventually(equals: expected) { try await lab.routes() }
    }

    @Test func theSessionsAreSigned() async throws {
      let lab = try lab()
      try await lab.waitForSessions()
      let capture = try await lab.capture(
        lab.topology.router, filter: "tcp port 179 and host 192.0.2.11")
      // A change makes a message.
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "bgp-local", to: "node-2", topology: topology)
      }
      let local = try await lab.address("bgp-local")
      try await eventually(equals: ["node-2"]) { try await lab.announcers(local) }
      try await eventually("packets are captured") { try await !capture.packets().isEmpty }
      let packets = try await capture.packets("", verbose: true)
      #expect(packets.allSatisfy { $0.text.contains("md5") })
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "bgp-local", to: "node-1", topology: topology)
      }
    }
  }

  /// One session over IPv4 for both families.
  @Suite(
    .lab(
      from: .manifests, .cluster,
      router: {
        var router = BirdConfiguration()
        router.hasDualStackSessions = true
        return router
      }(), speakers: .started, edit: { $0.configuration.hasDualStackSessions = true }))
  struct DualStackSession {
    @Test func bothFamiliesGoOverIPv4WithNextHopsOfTheirOwn() async throws {
      let lab = try lab()
      try await lab.waitForSessions()
      let expected = try await lab.expectedRoutes().map { route in
        var route = route
        route.source = route.source.replacing("_v6", with: "_v4")
        return route
      }
      #expect(expected.contains { $0.nextHop == .v6(lab.topology.nodes[0].ipv6) })
      try await eventually(equals: Set(expected)) { try await lab.routes() }
      let address = try await lab.address("bgp-local", .ipv6)
      #expect(try await lab.curl(address, from: lab.topology.outside).pod?.node == "node-1")
    }
  }

  /// A peer that stops in the middle of everything, its connections open.
  @Suite(.lab(from: .manifests, .cluster, edit: { $0.configuration.holdTime = 3 }))
  struct SilentPeer {
    @Test func aSilentPeerLosesItsSessionByHoldTimer() async throws {
      let lab = try lab()
      let peer = try await lab.peer("router-ipv4", of: "node-1")
      #expect(peer.negotiated?.holdTimeSeconds == 3)
      let capture = try await lab.capture(
        lab.topology.nodes[0], direction: .out, filter: "tcp port 179")
      let start = NIODeadline.now()
      await lab.router.process.send(.stop)
      try await eventually("both sessions of node-1 are lost", within: .seconds(8)) {
        try await lab.status("node-1").peers.allSatisfy { $0.state != .established }
      }
      let elapsed = NIODeadline.now() - start
      // The timer runs from the last message, of which three come in its time.
      #expect(elapsed > .seconds(1) && elapsed < .seconds(5))
      for name in ["router-ipv4", "router-ipv6"] {
        let peer = try await lab.peer(name, of: "node-1")
        let error = try #require(peer.lastError)
        #expect(error.text.hasPrefix("sent 4/0 Hold Timer Expired"), "\(error.text)")
        #expect(peer.flaps == 1)
      }
      try await eventually("two NOTIFICATIONs of code 4 are on the wire", within: .seconds(3)) {
        let packets = try await capture.packets("", verbose: true)
        return packets.count {
          $0.text.contains("Notification Message (3)")
            && $0.text.contains("Hold Timer Expired (4)")
        } == 2
      }
      let address = try await lab.address("bgp-cluster")
      let explained = try await lab.explain(address, node: "node-1")
      #expect(
        explained.nodes.first { $0.node == "node-1" }?.bgp.reason == "noSessionToPeer")
      // Layer 2 does not depend on it.
      #expect(
        try await lab.curl(lab.address("l2-local"), from: lab.topology.client).status == 200)

      await lab.router.process.send(.continue)
      try await eventually("all is well again", within: .seconds(30)) {
        try await lab.routes() == lab.expectedRoutes()
      }
    }
  }

  /// A peer that is of another AS than the manifests say.
  @Suite(
    .lab(from: .manifests, .cluster, speakers: .none, edit: { $0.configuration.routerAS = 64999 }))
  struct WrongPeer {
    @Test func theWrongASIsRefusedAndRetriedWithBackOff() async throws {
      let lab = try lab()
      let node = lab.topology.nodes[0]
      let capture = try await lab.capture(
        node, direction: .out, filter: "ip and tcp port 179")
      try await lab.startSpeaker(node.name)
      // SYN without ACK: one for each attempt.
      let attempts = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn"
      try await eventually("three attempts", within: .seconds(20), every: .milliseconds(250)) {
        try await capture.packets(attempts).count >= 3
      }
      let times = try await capture.packets(attempts).map(\.time)
      let gaps = zip(times.dropFirst(), times).map(-)
      // The upper half of 5 s, then of 10 s.
      #expect(gaps.count == 2)
      #expect((2.4...5.5).contains(gaps[0]) && (4.9...10.5).contains(gaps[1]), "\(gaps)")
      let refusals = try await capture.packets("", verbose: true).filter {
        $0.text.contains("Notification Message (3)")
          && $0.text.contains("OPEN Message Error (2), subcode Bad Peer AS (2)")
      }
      #expect(refusals.count >= 2)
      let peer = try await lab.peer("router-ipv4", of: node.name)
      #expect(peer.state != .established)
      #expect(
        try #require(peer.lastError).text.hasPrefix("sent 2/2 OPEN Message Error/Bad Peer AS"))
      #expect(try await lab.router.networkCount() == 0)
    }
  }
}
