import KubernetesClient
import NIOCore
import Resources
import Status
import TestAPIServer
import Testing

@testable import Speaker

/// What a speaker writes to an API server. The truth of layer 2 and BGP needs interfaces and routers,
/// and is looked at in a lab; here is what needs neither.
@Suite("What a speaker writes", .serialized)
struct ClusterReporterTests {
  private let speaker = ObjectName(namespace: ClusterObjects.namespace, name: "node-1")
  private let state = ObjectName(namespace: ClusterObjects.namespace, name: "speaker-node-1")

  private func withServer(_ body: @Sendable (TestAPIServer) async throws -> Void) async throws {
    try await TestAPIServer.run { server in
      server.put(
        ClusterObjects.node("node-1"), ClusterObjects.node("node-2"),
        ClusterObjects.pool("pool", "192.0.2.0/24"), ClusterObjects.service("web", "192.0.2.1"))
      try await body(server)
    }
  }

  private func events(_ server: TestAPIServer) -> [JSONValue] {
    server.store.versions(of: .events).keys.compactMap { server.store.object($0, .events) }
  }

  @Test func aSpeakerTellsOfItselfAndARestartWritesLittle() async throws {
    // With the time limits of a real cluster: a watch that seems to stall is a problem, and told of.
    try await withServer { server in
      try await ClusterRig.run(server, .patient, writes: true) { rig in
        try await rig.eventually("the objects are there") { _ in
          server.store.object(speaker, .bellmanSpeakers)?["status"]?["ready"] == true
            && server.store.object(state, .configurationStates)?["status"]?["result"] == "Valid"
        }
        let object = try #require(server.store.object(speaker, .bellmanSpeakers))
        #expect(object["status"]?["memberCount"] == 2)
        #expect(object["status"]?["version"]?.string == speakerVersion)
        let labels = server.store.object(state, .configurationStates)?["metadata"]?["labels"]
        #expect(labels?["metallb.io/component-type"] == "speaker")
        #expect(labels?["metallb.io/node-name"] == "node-1")
      }
      let before = server.store.object(state, .configurationStates)
      func changes() -> Int {
        server.store.changes(of: .bellmanSpeakers) + server.store.changes(of: .configurationStates)
      }
      let writes = server.faults.count(of: .write)
      #expect(writes == 4 && changes() == 4, "two objects, each made and filled")
      server.put(ClusterObjects.node("node-3"))
      try await ClusterRig.run(server, .patient, writes: true) { rig in
        try await rig.eventually("the second life is told of") { _ in
          server.store.object(speaker, .bellmanSpeakers)?["status"]?["memberCount"] == 3
        }
      }
      // What the speaker says of itself, and no more.
      #expect(
        server.faults.count(of: .write) == writes + 1, "\(changes()) changes are in the store")
      #expect(
        changes() == 5, "\(String(describing: server.store.object(speaker, .bellmanSpeakers)))")
      #expect(server.store.object(state, .configurationStates) == before)
      #expect(events(server) == [])
    }
  }

  @Test func objectsOfANodeThatIsGoneAreCleared() async throws {
    try await withServer { server in
      for node in ["node-1", "node-2", "node-9"] {
        let objects = WrittenObjects(node: node, namespace: ClusterObjects.namespace)
        let web = ObjectName(namespace: "shop", name: "web")
        let key = objects.layer2Key(web)
        let value = objects.layer2(web, interfaces: ["eth0"])
        server.store.put(
          [
            "metadata": [
              "name": .string(key.name.name), "namespace": .string(key.name.namespace),
              "labels": .object(value.labels.mapValues(JSONValue.string)),
            ], "status": value.status,
          ], .serviceL2Statuses)
      }
      let foreign = ObjectName(namespace: ClusterObjects.namespace, name: "l2-abcde")
      server.store.put(
        [
          "metadata": [
            "name": "l2-abcde", "namespace": .string(ClusterObjects.namespace),
            "labels": ["metallb.io/node": "node-9"],
          ], "status": ["node": "node-9"],
        ], .serviceL2Statuses)
      func nodes() -> Set<String> {
        let all = server.store.versions(of: .serviceL2Statuses).keys
        return Set(
          all.compactMap {
            server.store.object($0, .serviceL2Statuses)?["status"]?["node"]?.string
          })
      }
      try await ClusterRig.run(server, writes: true) { rig in
        // This node announces nothing, for it has no interfaces; the node that is gone neither.
        try await rig.eventually("what is of nobody") { _ in
          server.store.versions(of: .serviceL2Statuses).count == 2
        }
        #expect(nodes() == ["node-2", "node-9"])
        #expect(server.store.object(foreign, .serviceL2Statuses) != nil, "it is not ours")
        server.store.remove(ObjectName(namespace: "", name: "node-2"), .nodes)
        try await rig.eventually("the next one that goes") { _ in
          server.store.versions(of: .serviceL2Statuses).count == 1
        }
      }
    }
  }

  /// A pod that is replaced begins with an empty state directory.
  @Test func aDrainOutlivesTheStateDirectory() async throws {
    try await withServer { server in
      @Sendable func told() -> String? {
        let metadata = server.store.object(speaker, .bellmanSpeakers)?["metadata"]
        return metadata?["annotations"]?[DrainRecord.annotation]?.string
      }
      @Sendable func live(_ body: @Sendable (ClusterRig) async throws -> Void) async throws {
        let directory = TemporaryDirectory()
        try await ClusterRig.run(server, writes: true, directory: directory.path) { rig in
          try await body(rig)
        }
      }
      try await live { rig in
        try await rig.eventually("it takes part") { !$0.addresses.isEmpty }
        #expect(await rig.control.drain == nil)
        try await rig.control.beginDrain()
        try await rig.eventually("told of") { _ in told() != nil }
      }
      let since = try #require(told())
      try await live { rig in
        try await rig.eventually("read before anything is decided") { !$0.addresses.isEmpty }
        let drain = try #require(await rig.control.drain)
        #expect("\(drain.since)" == since)
        #expect(await rig.control.drainFile.read() == drain.since, "kept here too")
        try await rig.eventually("written of itself") { _ in
          server.store.object(speaker, .bellmanSpeakers)?["status"]?["ready"] == true
        }
        #expect(told() == since)
        try await rig.control.endDrain()
        try await rig.eventually("undone") { _ in told() == nil }
      }
      try await live { rig in
        try await rig.eventually("it takes part again") { !$0.addresses.isEmpty }
        #expect(await rig.control.drain == nil)
      }
    }
  }

  /// What a whole cluster left behind is found page by page, and goes, and nothing else.
  @Test func manyObjectsOfNodesThatAreGoneAreCleared() async throws {
    try await withServer { server in
      for number in 0..<1200 {
        let node = number.isMultiple(of: 30) ? "gone-\(number)" : "node-2"
        server.store.put(
          [
            "metadata": [
              "name": .string("l2-\(number)"), "namespace": .string(ClusterObjects.namespace),
              "labels": [WrittenObjects.nodeLabel: .string(node)],
            ], "status": ["node": .string(node)],
          ], .serviceL2Statuses)
      }
      try await ClusterRig.run(server, writes: true) { rig in
        try await rig.eventually("they go") { _ in
          server.store.versions(of: .serviceL2Statuses).count == 1160
        }
        let nodes = server.store.versions(of: .serviceL2Statuses).keys.map {
          server.store.object($0, .serviceL2Statuses)?["status"]?["node"]
        }
        #expect(nodes.allSatisfy { $0 == "node-2" })
        #expect(server.faults.count(of: .page) >= 2)
      }
    }
  }

  /// One kind that may not be read keeps nothing else from being written.
  @Test func aKindThatIsForbiddenHoldsNothingUp() async throws {
    var options = TestAPIServer.Options()
    options.authorization = RBAC(
      AccessTests.grants.filter { $0.resource != "servicebgpstatuses" })
    try await TestAPIServer.run(options) { server in
      server.put(ClusterObjects.node("node-1"), ClusterObjects.service("web", "192.0.2.1"))
      try await ClusterRig.run(server, writes: true) { rig in
        try await rig.eventually("the speaker tells of itself") { _ in
          server.store.object(speaker, .bellmanSpeakers)?["status"]?["ready"] == true
        }
      }
    }
  }

  @Test func withoutItsKindsASpeakerWritesNothing() async throws {
    try await withServer { server in
      for type in [
        ServedType.serviceL2Statuses, .serviceBGPStatuses, .configurationStates, .bellmanSpeakers,
      ] {
        server.store.setInstalled(false, type)
      }
      try await ClusterRig.run(server, writes: true) { rig in
        try await rig.eventually("the service is known") { $0.addresses.count == 1 }
        try await Task.sleep(for: .milliseconds(300))
        #expect(server.faults.count(of: .write) == 0)
        server.store.setInstalled(true, .bellmanSpeakers)
        try await rig.eventually("the kind is found") { _ in
          server.store.object(speaker, .bellmanSpeakers)?["status"]?["ready"] == true
        }
      }
    }
  }
}
