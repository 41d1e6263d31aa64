import Addresses
import Lab
import NIOCore
import Testing

extension OwnershipTests {
  /// The speakers of all nodes are replaced one after the other, as a DaemonSet does it, while clients
  /// ask every 5 ms. Routers keep the routes meanwhile; what becomes of the addresses of layer 2 is
  /// tried both ways.
  @Suite(
    .lab(from: .manifests, .cluster, edit: { $0.configuration.hasGracefulRestart = true }),
    .serialized)
  struct RollingRestarts {
    /// A way to replace speakers, and whom clients ask meanwhile: one on the segment, one beyond the
    /// router.
    struct Case: Sendable, CustomTestStringConvertible {
      var testDescription: String
      /// Where the speakers read the cluster in this case: what they do at their end does not depend
      /// on it, and each takes half a minute.
      var readsAPIServer: Bool
      var arguments: [String] = []
      var family: AddressFamily
      var layer2: String
      var bgp = "bgp-cluster"
    }

    static let cases = [
      Case(
        testDescription: "handing over, IPv4", readsAPIServer: true, family: .ipv4,
        layer2: "l2-dual"),
      Case(
        testDescription: "handing over, IPv6", readsAPIServer: false, family: .ipv6,
        layer2: "l2-dual"),
      // Nobody else could take the addresses of services whose only endpoints are on one node.
      Case(
        testDescription: "holding for the next speaker, IPv4, policy Local", readsAPIServer: false,
        arguments: ["--restart-hold", "20s"], family: .ipv4, layer2: "l2-local", bgp: "bgp-local"),
      Case(
        testDescription: "holding for the next speaker, IPv6", readsAPIServer: true,
        arguments: ["--restart-hold", "20s"], family: .ipv6, layer2: "l2-dual"),
    ]

    @Test(arguments: cases) func noRequestIsLost(_ test: Case) async throws {
      let lab = try lab()
      guard test.readsAPIServer == (LabTrait.cluster != nil) else { return }
      // What a speaker does at its end, it was told at its start.
      for node in lab.topology.nodes { try await replace(node.name, lab, test.arguments) { _ in } }
      try await lab.waitForSettledRoutes()
      try await lab.waitForOwners()

      let clients = [
        (
          test.layer2,
          try SteadyRequests.start(
            to: try await lab.address(test.layer2, test.family), from: lab.topology.client)
        ),
        (
          test.bgp,
          try SteadyRequests.start(
            to: try await lab.address(test.bgp, test.family), from: lab.topology.outside)
        ),
      ]
      try await Task.sleep(for: .seconds(1))
      var moments: [String] = []
      for node in lab.topology.nodes {
        // As minReadySeconds of the DaemonSet has it. Where nothing moves, nobody has to prepare.
        if test.arguments.isEmpty { try await Task.sleep(for: .seconds(6)) }
        try await replace(node.name, lab, test.arguments) { what in
          let time = NIODeadline.now() - clients[0].1.startedAt
          moments.append("at \(time.nanoseconds / 1_000_000) ms: \(node.name) \(what)")
        }
      }
      try await lab.waitForSettledRoutes()
      try await lab.waitForOwners()
      try await Task.sleep(for: .seconds(1))
      for (service, requests) in clients {
        let outcome = try await requests.stop()
        if !outcome.failures.isEmpty {
          Issue.record(
            """
            \(service): \(outcome.failures.count) of \
            \(outcome.failures.count + outcome.answered) requests were lost
            \(moments.joined(separator: "\n"))
            \(outcome.failures.prefix(40).joined(separator: "\n"))
            """)
        }
        #expect(outcome.answered > 300, "\(service)")
      }
    }

    /// Ends the speaker, waits for its end, starts the next one and waits until it is ready.
    private func replace(
      _ node: String, _ lab: Lab, _ arguments: [String], note: (String) -> Void
    ) async throws {
      let speaker = try await lab.speaker(node)
      note("gets SIGTERM")
      await speaker.send(.terminate)
      #expect(try await speaker.waitForExit(within: .seconds(10)) == 0)
      note("has ended")
      try await lab.startSpeaker(node, arguments: arguments)
      try await eventually("\(node) is ready", within: .seconds(30)) {
        try await lab.bellman(["probe", "ready"], node: node).status == 0
      }
      note("is ready again")
    }
  }
}
