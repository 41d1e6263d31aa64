import Addresses
import FoundationEssentials
import Lab
import NIOCore
import Testing

extension InteropTests {
  /// The speakers of all nodes are replaced one after the other, as a DaemonSet does it, while clients
  /// ask every 5 ms. Routers keep the routes meanwhile; what becomes of the addresses of layer 2 is
  /// tried both ways.
  @Suite(
    .lab(from: .manifests, .cluster, edit: { $0.configuration.hasGracefulRestart = true }),
    .serialized)
  struct RollingRestarts {
    /// A service whose only endpoint is on one node cannot be handed over.
    @Test func handingOverLosesNoRequest() async throws {
      try await expectNoLoss(
        of: [("l2-dual", .ipv4), ("l2-dual", .ipv6), ("l2-cluster", .ipv4)], arguments: [])
    }

    @Test func holdingForTheNextSpeakerLosesNoRequest() async throws {
      try await expectNoLoss(
        of: [("l2-dual", .ipv4), ("l2-dual", .ipv6), ("l2-local", .ipv4)],
        arguments: ["--restart-hold", "10s"])
    }

    private func expectNoLoss(
      of layer2: [(service: String, family: AddressFamily)], arguments: [String]
    ) async throws {
      let lab = try lab()
      // What a speaker does at its end, it was told at its start.
      for node in lab.topology.nodes {
        _ = try await replaceSpeaker(of: node.name, lab, arguments)
      }
      try await lab.waitForSettledRoutes()
      try await lab.waitForOwners()

      var clients: [(name: String, stream: RequestStream)] = []
      for (service, family) in layer2 {
        let address = try await lab.address(service, family)
        let stream = try await lab.startRequests(to: address, from: lab.topology.client)
        clients.append(("\(service) \(family)", stream))
      }
      for (service, family) in [
        ("bgp-cluster", AddressFamily.ipv4), ("bgp-cluster", .ipv6), ("bgp-local", .ipv4),
      ] {
        let address = try await lab.address(service, family)
        let stream = try await lab.startRequests(to: address, from: lab.topology.outside)
        clients.append(("\(service) \(family)", stream))
      }

      let start = Date().timeIntervalSince1970
      var moments: [String] = []
      for node in lab.topology.nodes {
        moments += try await replaceSpeaker(of: node.name, lab, arguments)
      }
      try await lab.waitForSettledRoutes()
      try await lab.waitForOwners()
      try await Task.sleep(for: .seconds(1))
      let end = Date().timeIntervalSince1970
      // By its patience at the latest each request has come to its end.
      try await Task.sleep(for: .seconds(1.5))
      for (name, stream) in clients {
        let records = stream.records().filter { (start...end).contains($0.startedAt) }
        let failed = records.filter { $0.outcome != .answered }.map {
          "\(Self.text($0.startedAt)) to \(Self.text($0.endedAt)): \($0.outcome)"
        }
        let seen = stream.seen(from: start, to: end)
        #expect(
          failed.isEmpty,
          "\(name), answered by way of \(seen.nodes): \(failed.prefix(20)); \(moments)")
        #expect(records.count > 300, "\(name)")
        await stream.stop()
      }
    }

    /// Ends the speaker, waits for its end, starts the next one and waits until it is ready; returns
    /// what happened when.
    private func replaceSpeaker(
      of node: String, _ lab: Lab, _ arguments: [String]
    ) async throws -> [String] {
      var moments: [String] = []
      func note(_ what: String) {
        moments.append("\(Self.text(Date().timeIntervalSince1970)) \(node) \(what)")
      }
      let speaker = try await lab.speaker(node)
      note("SIGTERM")
      await speaker.send(.terminate)
      #expect(try await speaker.waitForExit(within: .seconds(10)) == 0)
      note("ended")
      try await lab.startSpeaker(node, arguments: arguments)
      try await eventually("\(node) is ready", within: .seconds(30)) {
        try await lab.bellman(["probe", "ready"], node: node).status == 0
      }
      note("ready")
      return moments
    }

    /// Seconds of the last thousand, to the millisecond.
    private static func text(_ time: Double) -> String {
      let milliseconds = Int64((time * 1000).rounded()) % 1_000_000
      let fraction = String(milliseconds % 1000)
      return
        "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
  }
}
