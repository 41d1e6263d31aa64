import Addresses
import Lab
import NIOCore
import Status
import Testing

extension OwnershipTests {
  /// The policy `gateway` on real segments. Each test leaves the lab as it was.
  @Suite(.lab(speakers: .none), .serialized) struct Gateway {
    private func startedLab() async throws -> Lab {
      let lab = try lab()
      if (try? await lab.speaker("node-1")) == nil {
        try await lab.startSpeakers(arguments: ["--isolation", "gateway"])
        try await lab.waitForSettledRoutes()
      }
      try await lab.waitForOwners()
      return lab
    }

    /// Whether anybody answers a client's question for an address.
    private func isAnswered(_ address: IPAddress, in lab: Lab) async throws -> Bool {
      let reply = try await Command.output(
        ["arping", "-c", "1", "-w", "1", "-I", "eth0", "\(address)"],
        in: lab.topology.client.namespace)
      return !reply.output.contains("Received 0 response")
    }

    private func gatewayProblems(_ lab: Lab, _ node: String) async throws -> [String] {
      try await lab.status(node).problems.map(\.message)
        .filter { $0.contains("--isolation gateway") }
    }

    /// The owner and a client are cut from the gateway and from the other speakers. Under `wire` it
    /// would answer that client for ever; here the side with the uplink has the address alone.
    @Test func theSideWithoutTheGatewayFallsSilent() async throws {
      let lab = try await startedLab()
      let address = try await lab.address("l2-dual")
      let owner = try await lab.settledOwner(of: address)
      let others = lab.topology.nodes.map(\.name).filter { $0 != owner }
      #expect(try await gatewayProblems(lab, owner) == [])
      #expect(try await isAnswered(address, in: lab))

      let cut = [try lab.topology.node(owner), lab.topology.client]
      try await lab.split(off: cut)
      let start = NIODeadline.now()
      // Without a lease since half a second, it goes on for the patience of three.
      try await Task.sleep(for: .milliseconds(1500))
      #expect(try await isAnswered(address, in: lab), "not before the patience has ended")
      try await eventually("\(owner) is silent", within: .seconds(8), every: .milliseconds(100)) {
        try await !isAnswered(address, in: lab)
      }
      #expect(NIODeadline.now() - start > .seconds(3))
      for _ in 0..<3 { #expect(try await !isAnswered(address, in: lab)) }
      let problems = try await gatewayProblems(lab, owner)
      #expect(problems.count == 1 && problems.allSatisfy { $0.contains("no default gateway") })
      let obstacle = try await lab.explain(address, node: owner).claim?.obstacle
      #expect(obstacle?.reason == "noQuorum")
      let heir = try await lab.settledOwner(of: address, among: others)
      #expect(heir != owner)
      for node in others { #expect(try await gatewayProblems(lab, node) == []) }

      try await lab.mend(cut)
      #expect(try await lab.settledOwner(of: address) == heir, "the quorum keeps it")
      try await eventually("the gateway answers \(owner) again") {
        try await gatewayProblems(lab, owner) == []
      }
    }

    /// Everybody sees the gateway silent, and everybody has a quorum.
    @Test func aGatewayThatRestartsSilencesNobody() async throws {
      let lab = try await startedLab()
      let address = try await lab.address("l2-dual")
      let owner = try await lab.settledOwner(of: address)
      try await lab.unplugRouter()
      for node in lab.topology.nodes {
        try await eventually("\(node.name) sees the gateway silent", within: .seconds(5)) {
          try await gatewayProblems(lab, node.name).count == 1
        }
      }
      let start = NIODeadline.now()
      while NIODeadline.now() - start < .seconds(5) {
        #expect(try await isAnswered(address, in: lab))
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(try await lab.settledOwner(of: address) == owner)
      try await lab.plugRouterIn()
      for node in lab.topology.nodes {
        try await eventually("the gateway answers \(node.name)", within: .seconds(5)) {
          try await gatewayProblems(lab, node.name) == []
        }
      }
    }

    /// Where there is nothing to judge by, that is said.
    @Test func aNodeWithoutADefaultRouteSaysSo() async throws {
      let lab = try await startedLab()
      let node = try #require(lab.topology.nodes.last)
      for family in ["-4", "-6"] {
        try await Command.run(
          ["ip", family, "-n", node.namespace, "route", "del", "default"])
      }
      try await eventually("\(node.name) misses the default route", within: .seconds(10)) {
        try await gatewayProblems(lab, node.name).contains { $0.contains("no default route") }
      }
      for router in [AddressFamily.ipv4, .ipv6].map(lab.topology.router.address) {
        try await Command.run(
          ["ip", "-n", node.namespace, "route", "add", "default", "via", "\(router)"])
      }
      try await eventually("\(node.name) has a gateway", within: .seconds(10)) {
        try await gatewayProblems(lab, node.name) == []
      }
    }
  }
}
