import Addresses
import KubernetesClient
import Lab
import NIOCore
import Resources
import Status
import TestAPIServer
import Testing

extension InteropTests {
  /// Objects that are wrong, beside objects that are good, in files and on an API server. What was
  /// announced must stay.
  @Suite(.lab(from: .manifests, .cluster), .serialized) struct HostileManifests {
    struct Case: Sendable, CustomTestStringConvertible {
      var testDescription: String
      /// The content of the file.
      var text: String
      /// Where the API server has the object; nil for what is no error there: it takes in no broken
      /// text, and fields that we do not know come from a newer definition.
      var place: String?
      /// What the problem must say.
      var says: [String]
    }

    static let cases = [
      Case(
        testDescription: "broken YAML", text: "apiVersion: v1\nkind: [Service\nmetadata: }\n",
        place: nil, says: []),
      Case(
        testDescription: "an unknown field",
        text: """
          apiVersion: metallb.io/v1beta1
          kind: IPAddressPool
          metadata: {name: typo, namespace: metallb-system}
          spec:
            adresses: [192.0.2.200-192.0.2.210]
          """, place: nil, says: ["adresses", "addresses"]),
      Case(
        testDescription: "an overlapping pool",
        text: """
          apiVersion: metallb.io/v1beta1
          kind: IPAddressPool
          metadata: {name: overlap, namespace: metallb-system}
          spec:
            addresses: [203.0.113.128/25]
          """, place: "ipaddresspools.metallb.io/metallb-system/overlap",
        says: ["overlap", "203.0.113"]),
    ]

    @Test(arguments: cases) func aBadObjectIsReportedAndHarmsNothing(_ test: Case) async throws {
      let lab = try lab()
      guard let place = LabTrait.cluster == nil ? "hostile.yaml" : test.place else { return }
      try await expectProblem(in: place, test.text, says: test.says, lab: lab)
    }

    /// Files only: an API server takes no object of such a size.
    @Test func aFileOf50MegabytesIsRefused() async throws {
      let lab = try lab()
      guard LabTrait.cluster == nil else { return }
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
      try await put(text, as: "stray.yaml", lab)
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
      try await remove(text, as: "stray.yaml", lab)
      try await eventually("the address is forgotten") {
        try await !lab.status("node-1").addresses.contains { $0.address == address }
      }
    }

    /// A good file that becomes bad: the objects that it held stay in use.
    @Test func theLastGoodContentStaysInUse() async throws {
      let lab = try lab()
      guard LabTrait.cluster == nil else { return }
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

    /// A good object that becomes bad on an API server: what it said before stays in use.
    @Test func theLastGoodObjectStaysInUse() async throws {
      let lab = try lab()
      guard let server = LabTrait.cluster?.server else { return }
      let before = try await lab.sessions()
      let name = ObjectName(namespace: "metallb-system", name: "bgp")
      let good = try #require(server.store.object(name, .ipAddressPools))
      var bad = try #require(good.object)
      bad["spec"] = ["addresses": ["203.0.113.0/33"]]
      server.store.put(.object(bad), .ipAddressPools)
      try await waitForProblem(
        in: "ipaddresspools.metallb.io/\(name)", says: ["203.0.113.0/33"], lab: lab)
      #expect(try await lab.routes() == lab.expectedRoutes())
      #expect(
        try await lab.curl(lab.address("bgp-local"), from: lab.topology.outside).status == 200)
      server.store.put(good, .ipAddressPools)
      try await eventually("the problem is gone") {
        try await lab.status("node-1").problems.isEmpty
      }
      #expect(try await lab.routes() == lab.expectedRoutes())
      try await lab.expectSameSessions(before)
    }

    /// Puts objects beside those of the lab, in a file of this name or on the API server.
    private func put(_ text: String, as file: String, _ lab: Lab) async throws {
      guard let server = LabTrait.cluster?.server else {
        return try await lab.writeManifest(file, text)
      }
      for object in try YAMLObjects.read(text) {
        server.store.put(object, try #require(ServedType(of: object)))
      }
    }

    private func remove(_ text: String, as file: String, _ lab: Lab) async throws {
      guard let server = LabTrait.cluster?.server else { return try await lab.removeManifest(file) }
      for object in try YAMLObjects.read(text) {
        let type = try #require(ServedType(of: object))
        server.store.remove(type.name(of: object), type)
      }
    }

    private func expectProblem(
      in file: String, _ text: String, says: [String], lab: Lab
    ) async throws {
      let before = try await lab.sessions()
      try await put(text, as: file, lab)
      try await waitForProblem(in: file, says: says, lab: lab)
      #expect(try await lab.routes() == lab.expectedRoutes())
      #expect(
        try await lab.curl(lab.address("bgp-local"), from: lab.topology.outside).status == 200)
      #expect(
        try await lab.curl(lab.address("l2-local"), from: lab.topology.client).status == 200)
      try await lab.expectSameSessions(before)
      try await remove(text, as: file, lab)
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
