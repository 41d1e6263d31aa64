import Addresses
import Lab
import NIOCore
import Resources
import Status
import Testing

extension OwnershipTests {
  /// Addresses of services with policy Local that wait for their health check node port, which a
  /// server on each node plays.
  @Suite(.lab(speakers: .none, edit: gated), .serialized)
  struct HealthGate {
    private static let flags = [
      "--health-check-gate", "--health-check-interval", "200ms", "--health-check-timeout", "500ms",
    ]

    @Test func addressesFollowTheHealthCheckNodePort() async throws {
      let lab = try lab()
      let route = try #require(IPPrefix("203.0.113.11/32"))
      let address = try await lab.address("l2-local")
      let watch = try await lab.capture(lab.topology.client, filter: "arp")
      try await lab.startSpeakers(arguments: Self.flags)
      // What is not asked about does not wait.
      try await eventually("the service with policy Cluster is announced") {
        try await lab.router.sources(of: try #require(IPPrefix("203.0.113.10/32"))).count == 3
      }
      _ = try await lab.settledOwner(of: try await lab.address("l2-cluster"))
      #expect(try await lab.router.sources(of: route) == [])
      try await expectFirstLine(
        address, on: "node-1", in: lab,
        "nobody announces it: Service lab/l2-local: Node node-1", "refuses connections",
        "(healthCheckFailing)")
      #expect(
        try await lab.status("node-1").addresses.first { $0.address == address }?.layer2.reason
          == "healthCheckFailing")

      let first = try await respond(on: "node-1", in: lab)
      try await eventually("node-1 announces both") {
        let owner = try await lab.explain(address, node: "node-2").owner
        return try await lab.router.sources(of: route) == ["node_1_v4"] && owner == "node-1"
      }
      #expect(try await lab.curl(address, from: lab.topology.client).pod?.node == "node-1")

      let second = try await respond(on: "node-2", in: lab)
      try await eventually("node-2 announces too") {
        try await lab.router.sources(of: route) == ["node_1_v4", "node_2_v4"]
      }
      #expect(try await lab.settledOwner(of: address) == "node-1", "nothing moves without a cause")

      // A server that hangs is as good as none.
      let requests = try SteadyRequests.start(to: address, from: lab.topology.client)
      await first.send(.stop)
      try await eventually("node-1 has withdrawn and handed over", within: .seconds(10)) {
        let owner = try await lab.explain(address, node: "node-1").owner
        return try await lab.router.sources(of: route) == ["node_2_v4"] && owner == "node-2"
      }
      try await expectFirstLine(
        address, on: "node-1", in: lab, "node-2 owns it: node-1 handed it over (handedOver)",
        "not node-1: Service lab/l2-local", "did not answer in time", "(healthCheckFailing)")
      let outcome = try await requests.stop()
      #expect(outcome.failures == [] && outcome.answered > 20)
      let mac = try lab.topology.node("node-2").mac
      try await eventually("the client heard node-2 announce it") {
        try await watch.packets("arp src host \(address)").contains {
          $0.text.contains("\(mac)")
        }
      }

      // Without an heir the address goes off the wire.
      await second.send(.kill)
      try await eventually("nobody announces it") {
        try await lab.router.sources(of: route) == []
      }
      try await eventually("nobody answers for it") {
        try await lab.flushNeighbours(of: lab.topology.client)
        return try await lab.curl(address, from: lab.topology.client, seconds: 1).status == 0
      }

      await first.send(.continue)
      try await eventually("node-1 is well again") {
        try await lab.router.sources(of: route) == ["node_1_v4"]
      }
      try await eventually("node-1 answers again") {
        try await lab.curl(address, from: lab.topology.client).pod?.node == "node-1"
      }
      await first.stop()
    }

    private func expectFirstLine(
      _ address: IPAddress, on node: String, in lab: Lab, _ expected: String...
    ) async throws {
      try await eventually("the first line has \(expected)", within: .seconds(10)) {
        let text = try await lab.bellman(["explain", "\(address)"], node: node).output
        guard let line = text.split(separator: "\n").first else { return false }
        return expected.allSatisfy { line.contains($0) }
      }
    }

    /// Answers 200 on the health check node port of `node`.
    private func respond(on node: String, in lab: Lab) async throws -> ChildProcess {
      try await ChildProcess(
        name: "health server of \(node)",
        [Program.path, "lab-pod", "--name", "health", "--node", node, "--port", "32000"],
        in: lab.topology.node(node).namespace, logPath: lab.directory.log("\(node).health"))
    }
  }

  /// The services with policy Local have endpoints on two nodes, and a health check node port.
  @Sendable private static func gated(_ manifests: inout Manifests) {
    let pods = Array(Topology(id: "pods").pods.prefix(2))
    for index in manifests.workloads.indices
    where manifests.workloads[index].service.externalTrafficPolicy == .local {
      manifests.workloads[index].service.healthCheckNodePort = 32_000
      manifests.workloads[index].setEndpoints(pods)
    }
  }
}
