import FoundationEssentials
import KubernetesClient
import Logging
import NIOCore
import NIOPosix
import Resources
import Status
import TestAPIServer
import Testing

@testable import Speaker

/// What `Examples/kubernetes/base/rbac.yaml` grants is what a speaker needs: all of it and no more.
@Suite("Access to the API server", .serialized)
struct AccessTests {
  static let grants: [RBAC.Grant] = {
    let text = (try? Example.text("kubernetes/base/rbac.yaml")) ?? ""
    let objects = (try? YAMLObjects.read(text)) ?? []
    return RBAC.grants(
      of: objects, to: ObjectName(namespace: "bellman-system", name: "bellman-speaker"))
  }()

  private static let password = "bgp-password"

  @Test func whatIsGrantedSufficesAndAllOfItIsNeeded() async throws {
    #expect(Self.grants.count > 40)
    let access = RBAC(Self.grants)
    try await Self.work(under: access)
    #expect(access.denied == [])
    #expect(Set(Self.grants).subtracting(access.used) == [])
  }

  @Test(arguments: grants)
  func withoutOnePartSomethingFails(_ part: RBAC.Grant) async throws {
    let access = RBAC(Self.grants.filter { $0 != part })
    try await Self.work(under: access)
    let names = part.group.isEmpty ? part.resource : "\(part.resource).\(part.group)"
    #expect(access.denied == ["\(part.verb) \(names)"])
  }

  /// Does all that a speaker ever asks of an API server; ends early where something is refused.
  private static func work(under access: RBAC) async throws {
    var options = TestAPIServer.Options()
    options.authorization = access
    options.streamsLists = false
    try await TestAPIServer.run(options) { server in
      server.put(
        ClusterObjects.node("node-1"), ClusterObjects.pool("pool", "192.0.2.0/24"),
        ClusterObjects.service("web", "192.0.2.1"), ClusterObjects.slice("web"),
        ClusterObjects.peer("router", secret: password), ClusterObjects.secret(password, "lab"))
      leaveObjects(of: "node-9", in: server)
      try await ClusterRig.run(server, writes: true) { rig in
        try await rig.eventually("all is done, or something is refused") { document in
          !access.denied.isEmpty || isDone(server) && document.problems.isEmpty
        }
        try await write(server, under: access)
      }
    }
  }

  private static func isDone(_ server: TestAPIServer) -> Bool {
    let types: [ServedType] = [
      .serviceL2Statuses, .serviceBGPStatuses, .configurationStates, .bellmanSpeakers,
    ]
    let names = types.flatMap { server.store.versions(of: $0).keys }.map(\.name)
    return Set(names) == ["node-1", "speaker-node-1"]
  }

  /// What a speaker with interfaces and sessions writes besides, and Events.
  private static func write(_ server: TestAPIServer, under access: RBAC) async throws {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let client = try KubernetesClient(
      endpoint: Endpoint(server: server.url, origin: "test"),
      group: MultiThreadedEventLoopGroup.singleton, logger: logger)
    for type in WrittenObjects.types {
      let name = ObjectName(namespace: ClusterObjects.namespace, name: "other")
      let key = ObjectWriter.Key(type, name)
      let first = await ObjectWriter.Write.apply(key, labels: ["a": "b"]).perform(by: client)
      guard case .written(let object) = first else { continue }
      _ = await ObjectWriter.Write.applyStatus(key, ["node": "node-1"]).perform(by: client)
      _ = await ObjectWriter.Write.delete(key, uid: object.uid).perform(by: client)
    }
    var configuration = EventAggregator.Configuration()
    configuration.seriesInterval = .zero
    let recorder = EventRecorder(
      client: client,
      aggregator: EventAggregator(
        controller: "bellman.dev/speaker", instance: "node-1", configuration: configuration))
    let record = EventRecord(
      regarding: .init(
        apiVersion: "v1", kind: "Service", name: ObjectName(namespace: "shop", name: "web")),
      reason: "nodeAssigned", action: "Announce", note: "announced")
    let before = server.faults.count(of: .write)
    for number in 1...2 {
      await recorder.record(record)
      for _ in 0..<4000 where server.faults.count(of: .write) < before + number {
        guard access.denied.isEmpty else { break }
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    await recorder.stop()
    await client.shutdown()
  }

  private static func leaveObjects(of node: String, in server: TestAPIServer) {
    let types: [ServedType] = [
      .serviceL2Statuses, .serviceBGPStatuses, .configurationStates, .bellmanSpeakers,
    ]
    for type in types {
      server.store.put(
        [
          "metadata": [
            "name": "left", "namespace": .string(ClusterObjects.namespace),
            "labels": [WrittenObjects.nodeLabel: .string(node)],
          ]
        ], type)
    }
  }
}

/// The files in `Examples`.
enum Example {
  /// The folder.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Examples").path

  static func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), as: UTF8.self)
  }
}
