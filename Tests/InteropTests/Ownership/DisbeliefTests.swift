import Addresses
import Lab
import NIOCore
import Resources
import Status
import Testing

extension OwnershipTests {
  /// Where the peers know better than the API. Each test leaves the lab as it was.
  @Suite(.lab(), .serialized) struct Disbelief {
    private func part(
      _ node: String, of address: IPAddress, seenBy observer: String, in lab: Lab
    ) async throws -> NodeExplanation {
      try #require(
        try await lab.explain(address, node: observer).nodes.first { $0.node == node })
    }

    private func isHeld(_ lab: Lab, _ node: String) async throws -> Bool {
      try await lab.status(node).election?.disagreements.contains {
        $0.reason == "sourceSuspect" && $0.action.contains("count as they were before")
      } ?? false
    }

    /// Row L7: the API goes on calling the endpoints of a dead node ready for most of a minute.
    @Test func endpointsOfADeadNodeDoNotCount() async throws {
      let lab = try lab()
      let address = try await lab.address("l2-local")
      try await lab.edit { manifests, topology in
        for index in manifests.workloads.indices
        where manifests.workloads[index].name == "l2-local" {
          manifests.workloads[index].setEndpoints([
            try topology.pod(on: "node-1"), try topology.pod(on: "node-2"),
          ])
        }
      }
      let owner = try await lab.settledOwner(of: address)
      let heir = owner == "node-1" ? "node-2" : "node-1"
      for observer in [heir, "node-3"] {
        try await eventually("\(observer) counts the endpoint of \(owner)") {
          try await part(owner, of: address, seenBy: observer, in: lab).readyEndpoints == 1
        }
      }
      let heard = try await lab.capture(lab.topology.client, filter: "arp")
      let crash = try await lab.crash(owner)
      #expect(try await lab.settledOwner(of: address, within: .seconds(5)) == heir)
      let mac = try lab.topology.node(heir).mac
      let announced = try #require(
        try await heard.packets().first {
          $0.time >= crash && $0.text.hasPrefix("\(mac) >") && $0.speaks(for: address)
        })
      #expect(announced.time - crash < 1, "after \(announced.time - crash) s")
      await heard.stop()
      for observer in [heir, "node-3"] {
        try await eventually("\(observer) counts it no more", within: .seconds(2)) {
          try await part(owner, of: address, seenBy: observer, in: lab).readyEndpoints == 0
        }
        let dead = try await part(owner, of: address, seenBy: observer, in: lab)
        #expect(dead.layer2.reason == "noLocalEndpoint")
        #expect(dead.layer2.sentence.contains("hold Node \(owner) dead"))
      }

      try await lab.restoreLinks(of: owner)
      try await lab.startSpeaker(owner)
      for observer in [heir, "node-3"] {
        try await eventually("\(observer) counts the endpoint again") {
          try await part(owner, of: address, seenBy: observer, in: lab).readyEndpoints == 1
        }
      }
      #expect(try await lab.settledOwner(of: address) == heir, "nothing goes back")
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "l2-local", to: "node-1", topology: topology)
      }
      try await eventually(equals: "node-1") { try await lab.settledOwner(of: address) }
    }

    /// A speaker that is gone takes nothing from Cluster: its node forwards on.
    @Test func theEndpointsOfANodeWithoutSpeakerCountForCluster() async throws {
      let lab = try lab()
      let address = try await lab.address("l2-cluster")
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "l2-cluster", to: "node-3", topology: topology)
      }
      try await lab.speaker("node-3").send(.kill)
      _ = try await lab.speaker("node-3").waitForExit(within: .seconds(3))
      await lab.forgetSpeaker("node-3")
      try await eventually("node-1 holds node-3 dead") {
        try await lab.status("node-1").election?.members.first { $0.name == "node-3" }?.state
          == .dead
      }
      // Longer than it takes to find a host silent.
      try await Task.sleep(for: .seconds(3))
      let owner = try await lab.settledOwner(of: address)
      #expect(owner != "node-3")
      #expect(try await lab.curl(address, from: lab.topology.client).pod?.node == "node-3")
      try await lab.startSpeaker("node-3")
      try await lab.edit { manifests, topology in
        for index in manifests.workloads.indices
        where manifests.workloads[index].name == "l2-cluster" {
          manifests.workloads[index].setEndpoints(topology.pods)
        }
      }
      try await lab.waitForOwners()
      try await lab.waitForSettledRoutes()
    }

    /// All nodes lose their readiness and their network in one moment, says the API.
    @Test func whatTurnsBadAllAtOnceMovesNothing() async throws {
      let lab = try lab()
      let client = lab.topology.client
      let before = await lab.manifests
      let routes = try await lab.routes()
      var owners: [IPAddress: String] = [:]
      for address in await lab.layerTwoAddresses() {
        owners[address] = try await lab.settledOwner(of: address)
      }
      let address = try await lab.address("l2-local")
      try await lab.edit { manifests, _ in
        for index in manifests.nodes.indices {
          manifests.nodes[index].ready = .unknown
          manifests.nodes[index].isNetworkUnavailable = true
        }
      }
      for node in lab.topology.nodes {
        try await eventually("\(node.name) does not believe it") {
          try await isHeld(lab, node.name)
        }
        let text = try await lab.bellman(["status"], node: node.name).output
        #expect(text.contains("sourceSuspect: 3 of 3 nodes"), "\(text)")
        #expect(
          try await lab.speaker(node.name).log().contains("too much is bad at once"))
      }
      for _ in 0..<20 {
        #expect(try await lab.curl(address, from: client).pod?.node == owners[address])
      }
      for (address, owner) in owners {
        #expect(try await lab.settledOwner(of: address) == owner)
      }
      #expect(try await lab.routes() == routes)

      try await lab.edit { manifests, _ in manifests = before }
      for node in lab.topology.nodes {
        try await eventually("\(node.name) believes again") {
          try await !isHeld(lab, node.name)
        }
        #expect(
          try await lab.speaker(node.name).log().contains("count as the source says again"))
      }
      for (address, owner) in owners {
        #expect(try await lab.settledOwner(of: address) == owner)
      }
    }
  }
}
