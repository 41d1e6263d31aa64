import Addresses
import Lab
import NIOCore
import Resources
import Status
import Testing

extension OwnershipTests {
  /// What changes in the cluster, and how the network follows. Each test leaves the lab as it was.
  @Suite(.lab(from: .manifests, .cluster), .serialized) struct Moving {
    @Test func theOnlyLocalEndpointMoves() async throws {
      let lab = try lab()
      let client = lab.topology.client
      let outside = lab.topology.outside
      for family in AddressFamily.allCases {
        let layer2 = try await lab.address("l2-local", family)
        #expect(try await lab.curl(layer2, from: client).pod?.node == "node-1")
        try await expectReasons(layer2, ["node-1": "owner", "node-2": "noLocalEndpoint"], in: lab)
      }
      let heard = try await lab.capture(client, filter: "arp or icmp6")
      let learned = try await lab.monitorNeighbours(of: client)

      try await move(to: "node-2", in: lab)
      for family in AddressFamily.allCases {
        let layer2 = try await lab.address("l2-local", family)
        let bgp = try await lab.address("bgp-local", family)
        // Every request that starts now must succeed.
        let failed =
          try await lab.failures(of: 20, to: layer2, from: client) {
            $0.node == "node-2" && $0.client == client.address(family).description
          }
          + lab.failures(of: 20, to: bgp, from: outside) {
            $0.node == "node-2" && $0.client == outside.address(family).description
          }
        #expect(failed == [])
        try await expectReasons(layer2, ["node-1": "noLocalEndpoint", "node-2": "owner"], in: lab)
        let explained = try await lab.explain(bgp, node: "node-1")
        let reasons = Dictionary(
          uniqueKeysWithValues: explained.nodes.map { ($0.node, $0.bgp.reason) })
        #expect(reasons["node-1"] == "noLocalEndpoint")
        #expect(reasons["node-2"] != "noLocalEndpoint")
        try await expectQuickLearning(of: layer2, from: "node-2", heard, learned, in: lab)
      }
      #expect(try await lab.routes() == lab.expectedRoutes())
      try await move(to: "node-1", in: lab)
    }

    /// A client that learns from announcements alone: it has asked for nothing before.
    @Test func aNewAddressIsLearnedAtOnce() async throws {
      let lab = try lab()
      let client = lab.topology.client
      try await Command.run(
        [
          "sysctl", "-q", "-w", "net.ipv4.conf.eth0.arp_accept=1",
          // The kernel heeds this one on routers only (RFC 9131).
          "net.ipv6.conf.eth0.accept_untracked_na=1", "net.ipv6.conf.eth0.forwarding=1",
        ], in: client.namespace)
      let heard = try await lab.capture(client, filter: "arp or icmp6")
      let learned = try await lab.monitorNeighbours(of: client)
      let addresses: [IPAddress] = [
        .v4(IPv4Address(192, 0, 2, 140)),
        .v6(IPv6Address(high: 0x2001_0DB8_0000_0002, low: 0x0001_0000_0000_0140)),
      ]
      try await lab.edit { manifests, topology in
        manifests.workloads.append(
          Workload(
            name: "l2-new", policy: .local, ingress: addresses,
            pods: [try topology.pod(on: "node-3")]))
      }
      for address in addresses {
        try await expectQuickLearning(of: address, from: "node-3", heard, learned, in: lab)
        #expect(try await lab.curl(address, from: client).pod?.node == "node-3")
      }
      try await lab.edit { manifests, _ in manifests.workloads.removeLast() }
      try await lab.flushNeighbours(of: client)
      for address in addresses {
        #expect(try await lab.curl(address, from: client, seconds: 1).status == 0)
      }
    }

    @Test func aNodeWithoutNetworkAnnouncesNothing() async throws {
      let lab = try lab()
      let node = try #require(lab.topology.nodes.last)
      try await lab.edit { manifests, _ in
        try manifests.setNetworkUnavailable(true, node: node.name)
      }
      try await eventually("the router has no route from \(node.name)") {
        try await lab.routes().allSatisfy {
          $0.nextHop != .v4(node.ipv4) && $0.nextHop != .v6(node.ipv6)
        }
      }
      for address in await lab.layerTwoAddresses() {
        try await eventually("\(address) has another owner") {
          let owner = try await lab.explain(address, node: node.name).owner
          return owner != nil && owner != node.name
        }
      }
      let explained = try await lab.explain(lab.address("bgp-cluster"), node: node.name)
      #expect(
        explained.nodes.first { $0.node == node.name }?.bgp.reason == "nodeNetworkUnavailable")
      try await lab.edit { manifests, _ in
        try manifests.setNetworkUnavailable(false, node: node.name)
      }
      try await lab.waitForSettledRoutes()
    }

    /// Under Local a node whose pod only terminates gives way before the pod is gone.
    @Test func aTerminatingEndpointGivesWay() async throws {
      let lab = try lab()
      let address = try await lab.address("bgp-local")
      try await lab.edit { manifests, topology in
        let pods = [try topology.pod(on: "node-1"), try topology.pod(on: "node-2")]
        for index in manifests.workloads.indices
        where manifests.workloads[index].name == "bgp-local" {
          manifests.workloads[index].setEndpoints(pods)
          for slice in manifests.workloads[index].slices.indices {
            manifests.workloads[index].slices[slice].endpoints[0].isReady = false
            manifests.workloads[index].slices[slice].endpoints[0].isTerminating = true
          }
        }
      }
      try await eventually(equals: ["node-2"]) { try await lab.announcers(address) }
      // Where none is ready anywhere, the terminating one serves.
      try await lab.edit { manifests, _ in
        for index in manifests.workloads.indices
        where manifests.workloads[index].name == "bgp-local" {
          for slice in manifests.workloads[index].slices.indices {
            manifests.workloads[index].slices[slice].endpoints.removeLast()
          }
        }
      }
      try await eventually(equals: ["node-1"]) { try await lab.announcers(address) }
      #expect(try await lab.curl(address, from: lab.topology.outside).pod?.node == "node-1")
      try await move(to: "node-1", in: lab)
    }

    @Test func aStoppedSpeakerWithdrawsWithinASecond() async throws {
      let lab = try lab()
      let speaker = try await lab.speaker("node-1")
      let local = try await lab.address("l2-local")
      let own = try lab.topology.node("node-1")
      let start = NIODeadline.now()
      await speaker.send(.terminate)
      try await eventually("no route from node-1", within: .seconds(3), every: .milliseconds(5)) {
        try await lab.routes().allSatisfy {
          $0.nextHop != .v4(own.ipv4) && $0.nextHop != .v6(own.ipv6)
        }
      }
      #expect(NIODeadline.now() - start < .seconds(1))
      #expect(try await speaker.waitForExit(within: .seconds(3)) == 0)
      #expect(NIODeadline.now() - start < .seconds(2))
      for family in AddressFamily.allCases {
        let name = BirdConfiguration.protocolName(node: "node-1", family)
        #expect(
          lab.router.log().contains("\(name): Received: Administrative shutdown"),
          "the goodbye says why")
      }
      let silence = try await Command.output(
        ["arping", "-c", "1", "-w", "1", "-I", "eth0", "\(local)"],
        in: lab.topology.client.namespace)
      #expect(silence.output.contains("Received 0 response"))
      try await lab.startSpeaker("node-1")
      try await lab.waitForSettledRoutes()
    }

    private func move(to node: String, in lab: Lab) async throws {
      try await lab.edit { manifests, topology in
        for name in ["l2-local", "bgp-local"] {
          try manifests.moveEndpoint(of: name, to: node, topology: topology)
        }
      }
      let mac = try lab.topology.node(node).mac
      for family in AddressFamily.allCases {
        let layer2 = try await lab.address("l2-local", family)
        let bgp = try await lab.address("bgp-local", family)
        try await eventually(equals: [node]) { try await lab.announcers(bgp) }
        try await eventually(equals: mac) {
          try await lab.neighbour(layer2, of: lab.topology.client)
        }
      }
    }

    private func expectReasons(
      _ address: IPAddress, _ expected: [String: String], in lab: Lab
    ) async throws {
      // Asked of every node: what a node says of another must be true as well.
      for node in lab.topology.nodes {
        let explained = try await lab.explain(address, node: node.name)
        let reasons = Dictionary(
          uniqueKeysWithValues: explained.nodes.map { ($0.node, $0.layer2.reason) })
        for (name, reason) in expected {
          #expect(reasons[name] == reason, "\(node.name) says of \(name) and \(address)")
        }
      }
    }

    /// Compares two clocks that are one, that of this computer: when the first announcement of the
    /// new owner passed the client's interface, and when the client's kernel told of its new entry.
    /// Neither waits for this process.
    private func expectQuickLearning(
      of address: IPAddress, from node: String, _ heard: Capture, _ learned: NeighbourMonitor,
      in lab: Lab
    ) async throws {
      let mac = try lab.topology.node(node).mac
      try await eventually("the client's kernel has \(mac) for \(address)") {
        learned.changes().contains { $0.entry.address == address && $0.entry.mac == mac }
      }
      let entry = try #require(
        learned.changes().first { $0.entry.address == address && $0.entry.mac == mac })
      let announcement = try #require(
        try await heard.packets().first {
          $0.text.hasPrefix("\(mac) >") && $0.speaks(for: address)
        })
      let delay = entry.time - announcement.time
      #expect((0...0.1).contains(delay), "\(address) after \(delay) s")
    }
  }
}
