import FoundationEssentials
import Glibc
import NIOCore
import Resources
import TestAPIServer
import Testing

@testable import KubernetesClient

/// What the client expects of any API server. The same checks run against the test server and, where
/// there is one, against a real kube-apiserver: so the former is no invention of ours.
@Suite("The contract with an API server", .serialized)
struct ContractTests {
  private static let kubeconfig = ProcessInfo.processInfo.environment["BELLMAN_TEST_KUBECONFIG"]

  @Test("The test server keeps it", arguments: [true, false])
  func testServer(streams: Bool) async throws {
    try await TestAPIServer.run { server in
      try await check(server.endpoint(), streams: streams)
    }
  }

  @Test(
    "A kube-apiserver keeps it",
    .enabled(
      if: kubeconfig != nil,
      "set BELLMAN_TEST_KUBECONFIG to a kubeconfig whose user may create namespaces"),
    arguments: [true, false])
  func cluster(streams: Bool) async throws {
    let endpoint = try Endpoint.discover(
      kubeconfig: Self.kubeconfig, environment: Endpoint.Environment(variables: [:]))
    try await check(endpoint, streams: streams)
  }

  private func check(_ endpoint: Endpoint, streams: Bool) async throws {
    let namespace = "bellman-test-\(getpid())-\(streams ? "stream" : "pages")"
    try await withClient(endpoint) { client in
      #expect(try await client.version().major >= 1)
      try await client.create(
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]],
        of: .namespace, manager: "test")
      do {
        try await checkObjects(client, namespace)
        try await checkApply(client, namespace)
        try await checkEvents(client, namespace)
        try await checkFollowing(endpoint, client, namespace, streams: streams)
        try await checkAbsentKind(endpoint)
      } catch {
        try await client.delete(ObjectName(namespace: "", name: namespace), of: .namespace)
        throw error
      }
      try await client.delete(ObjectName(namespace: "", name: namespace), of: .namespace)
    }
  }

  private let services = ResourceType(.service)

  private func service(_ name: String, _ namespace: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Service",
      "metadata": [
        "name": .string(name), "namespace": .string(namespace), "labels": ["test": "yes"],
      ],
      "spec": ["clusterIP": "None", "ports": [["name": "http", "port": 80]]],
    ]
  }

  private func checkObjects(_ client: KubernetesClient, _ namespace: String) async throws {
    for number in 0..<12 {
      try await client.create(
        service("web-\(number)", namespace), of: services, namespace: namespace, manager: "test")
    }
    let selection = Selection(services, namespace: namespace, labelSelector: "test=yes")
    let listed = try await client.list(selection, pageSize: 5)
    #expect(listed.count == 12)
    for object in listed {
      let decoded = ManifestDecoder.decode(json: object.json, source: "api")
      #expect(decoded.objects.map(\.resource.metadata.name) == [object.name])
      #expect(!String(decoding: object.json, as: UTF8.self).contains("managedFields"))
    }
    let one = Selection(
      services, namespace: namespace, fieldSelector: "metadata.name=web-3")
    #expect(try await client.list(one).map(\.name.name) == ["web-3"])
    let name = ObjectName(namespace: namespace, name: "web-3")
    let status: JSONValue = ["status": ["loadBalancer": ["ingress": [["ip": "192.0.2.1"]]]]]
    let labelled = try await client.patch(
      name, of: services, with: .merge(["metadata": ["labels": ["tier": "edge"]]]))
    #expect(
      try JSONValue(parsing: labelled.json)["metadata"]?["labels"]
        == ["test": "yes", "tier": "edge"])
    let unchanged = try await client.patch(name, of: services, with: .merge(status))
    #expect(
      try JSONValue(parsing: unchanged.json)["status"]?["loadBalancer"]?["ingress"] == nil)
    let old = await #expect(throws: KubernetesError.self) {
      try await client.patch(
        name, of: services,
        with: .merge([
          "metadata": [
            "resourceVersion": .string(listed[0].resourceVersion), "labels": ["a": "b"],
          ]
        ]))
    }
    #expect(old?.status?.isConflict == true)
    let twice = await #expect(throws: KubernetesError.self) {
      try await client.create(
        service("web-3", namespace), of: services, namespace: namespace, manager: "test")
    }
    #expect(twice?.status?.reason == "AlreadyExists")
  }

  private func checkApply(_ client: KubernetesClient, _ namespace: String) async throws {
    let name = ObjectName(namespace: namespace, name: "applied")
    func apply(
      _ label: JSONValue, _ manager: String, force: Bool = false
    ) async throws -> JSONValue? {
      var body = service("applied", namespace)
      if case .object(var members) = body {
        members["metadata"] = [
          "name": "applied", "namespace": .string(namespace), "labels": ["owner": label],
        ]
        body = .object(members)
      }
      let object = try await client.patch(
        name, of: services, with: .apply(body, manager: manager, force: force))
      return try JSONValue(parsing: object.json)["metadata"]?["labels"]?["owner"]
    }
    let first = try await apply("one", "test-one")
    #expect(first == "one")
    let conflict = await #expect(throws: KubernetesError.self) {
      _ = try await apply("two", "test-two")
    }
    #expect(conflict?.status?.isConflict == true)
    #expect(conflict?.status?.causes.first?.hasPrefix(".metadata.labels.owner") == true)
    let forced = try await apply("two", "test-two", force: true)
    #expect(forced == "two")
  }

  private func checkEvents(_ client: KubernetesClient, _ namespace: String) async throws {
    let recorder = EventRecorder(
      client: client,
      aggregator: EventAggregator(controller: "bellman.io/test", instance: "node-1"))
    await recorder.record(
      EventRecord(
        regarding: .init(
          apiVersion: "v1", kind: "Service",
          name: ObjectName(namespace: namespace, name: "web-1")),
        reason: "nodeAssigned", action: "Announce", note: "announced from node-1"))
    try await eventually {
      let events = try? await client.list(Selection(.event, namespace: namespace))
      return events?.contains { $0.name.name.hasPrefix("web-1.") } == true
    }
    await recorder.stop()
  }

  private func checkFollowing(
    _ endpoint: Endpoint, _ client: KubernetesClient, _ namespace: String, streams: Bool
  ) async throws {
    var configuration = Reflector.Configuration()
    configuration.pageSize = 5
    configuration.usesStreamingLists = streams
    let selection = Selection(services, namespace: namespace, labelSelector: "test=yes")
    try await following(selection, of: endpoint, configuration) { mirror in
      try await eventually { mirror.isComplete && mirror.view.count == 12 }
      let name = ObjectName(namespace: namespace, name: "web-5")
      let changed = try await client.patch(
        name, of: services, with: .merge(["metadata": ["labels": ["tier": "edge"]]]))
      try await eventually { mirror.view[name] == changed.resourceVersion }
      try await client.patch(
        name, of: services, with: .merge(["metadata": ["labels": ["test": .null]]]))
      try await eventually { mirror.view[name] == nil }
      try await client.delete(ObjectName(namespace: namespace, name: "web-6"), of: services)
      try await eventually { mirror.view.count == 10 }
      try await client.create(
        service("web-6", namespace), of: services, namespace: namespace, manager: "test")
      try await eventually { mirror.view.count == 11 }
      #expect(mirror.isComplete)
    }
  }

  private func checkAbsentKind(_ endpoint: Endpoint) async throws {
    let type = ResourceType(
      group: "absent.example.com", version: "v1", plural: "nothings", kind: "Nothing")
    try await following(Selection(type), of: endpoint) { mirror in
      try await eventually { mirror.isComplete }
      try await eventually { mirror.conditions == [.notInstalled] }
      #expect(mirror.view.isEmpty)
    }
  }
}
