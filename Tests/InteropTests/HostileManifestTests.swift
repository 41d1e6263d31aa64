import Addresses
import Lab
import NIOCore
import Status
import Testing

extension InteropTests {
  /// Files that are wrong, beside files that are good. What was announced must stay.
  @Suite(.lab(), .serialized) struct HostileManifests {
    struct Case: Sendable, CustomTestStringConvertible {
      var testDescription: String
      /// The content of the file.
      var text: String
      /// What the problem must say.
      var says: [String]
    }

    static let cases = [
      Case(
        testDescription: "broken YAML", text: "apiVersion: v1\nkind: [Service\nmetadata: }\n",
        says: []),
      Case(
        testDescription: "an unknown field",
        text: """
          apiVersion: metallb.io/v1beta1
          kind: IPAddressPool
          metadata: {name: typo, namespace: metallb-system}
          spec:
            adresses: [192.0.2.200-192.0.2.210]
          """, says: ["adresses", "addresses"]),
      Case(
        testDescription: "an overlapping pool",
        text: """
          apiVersion: metallb.io/v1beta1
          kind: IPAddressPool
          metadata: {name: overlap, namespace: metallb-system}
          spec:
            addresses: [203.0.113.128/25]
          """, says: ["overlap", "203.0.113"]),
    ]

    @Test(arguments: cases) func aBadFileIsReportedAndHarmsNothing(_ test: Case) async throws {
      let lab = try lab()
      try await expectProblem(in: "hostile.yaml", test.text, says: test.says, lab: lab)
    }

    @Test func aFileOf50MegabytesIsRefused() async throws {
      let lab = try lab()
      let line = "# " + String(repeating: "x", count: 97) + "\n"
      let text = String(repeating: line, count: 500_000)
      #expect(text.utf8.count == 50_000_000)
      try await expectProblem(
        in: "large.yaml", text, says: ["more than the 16777216 octets"], lab: lab)
    }

    @Test func anAddressInNoPoolIsExplained() async throws {
      let lab = try lab()
      let before = try await lab.sessions()
      let text = """
        apiVersion: v1
        kind: Service
        metadata: {name: stray, namespace: lab}
        spec:
          type: LoadBalancer
          ports: [{port: 80}]
        status:
          loadBalancer: {ingress: [{ip: 198.51.100.250}]}
        """
      try await lab.writeManifest("stray.yaml", text)
      let address = try #require(IPAddress("198.51.100.250"))
      try await eventually("the speaker knows \(address)") {
        try await lab.status("node-1").addresses.contains { $0.address == address }
      }
      let stray = try #require(
        try await lab.status("node-1").addresses.first { $0.address == address })
      #expect(stray.layer2.verdict == .no && stray.layer2.reason == "addressInNoPool")
      #expect(stray.bgp.verdict == .no && stray.bgp.reason == "addressInNoPool")
      #expect(try await lab.routes() == lab.expectedRoutes())
      try await lab.expectSameSessions(before)
      try await lab.removeManifest("stray.yaml")
      try await eventually("the address is forgotten") {
        try await !lab.status("node-1").addresses.contains { $0.address == address }
      }
    }

    /// A good file that becomes bad: the objects that it held stay in use.
    @Test func theLastGoodContentStaysInUse() async throws {
      let lab = try lab()
      let before = try await lab.sessions()
      let good = try #require(
        try await lab.manifests.files().first { $0.name == "services.yaml" })
      let half = String(good.text.prefix(good.text.count / 2)) + "\n  - {"
      try await lab.writeManifest("services.yaml", half)
      try await waitForProblem(in: "services.yaml", says: [], lab: lab)
      #expect(try await !lab.status("node-1").source.complete)
      #expect(try await lab.routes() == lab.expectedRoutes())
      #expect(
        try await lab.curl(lab.address("l2-local"), from: lab.topology.client).status == 200)
      try await lab.writeManifest("services.yaml", good.text)
      try await eventually("the problem is gone") {
        try await lab.status("node-1").problems.isEmpty
      }
      #expect(try await lab.status("node-1").source.complete)
      try await lab.expectSameSessions(before)
    }

    private func expectProblem(
      in file: String, _ text: String, says: [String], lab: Lab
    ) async throws {
      let before = try await lab.sessions()
      try await lab.writeManifest(file, text)
      try await waitForProblem(in: file, says: says, lab: lab)
      #expect(try await lab.routes() == lab.expectedRoutes())
      #expect(
        try await lab.curl(lab.address("bgp-local"), from: lab.topology.outside).status == 200)
      #expect(
        try await lab.curl(lab.address("l2-local"), from: lab.topology.client).status == 200)
      try await lab.expectSameSessions(before)
      try await lab.removeManifest(file)
      try await eventually("the problem is gone") {
        try await lab.status("node-1").problems.isEmpty
      }
      #expect(try await lab.speaker("node-1").log().contains(file), "the log tells of it")
    }

    private func waitForProblem(in file: String, says: [String], lab: Lab) async throws {
      try await eventually("a problem in \(file) that says \(says)") {
        try await lab.status("node-1").problems.contains { problem in
          let text = [problem.object, problem.fieldPath, problem.message].compactMap { $0 }
            .joined(separator: " ")
          return problem.severity == .error && problem.file?.hasSuffix(file) == true
            && says.allSatisfy(text.contains)
        }
      }
    }
  }
}
