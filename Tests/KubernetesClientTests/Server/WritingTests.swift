import NIOCore
import Resources
import TestAPIServer
import Testing

@testable import KubernetesClient

@Suite("Writing to a server", .serialized)
struct WritingTests {
  private let type = ResourceType.serviceL2Status
  private let name = ObjectName(namespace: "metallb-system", name: "l2-web")

  private func object(node: String) -> JSONValue {
    [
      "apiVersion": "metallb.io/v1beta1", "kind": "ServiceL2Status",
      "metadata": ["name": "l2-web", "namespace": "metallb-system"],
      "status": ["node": .string(node)],
    ]
  }

  @Test("Objects are created, read, changed and deleted")
  func lifeCycle() async throws {
    try await TestAPIServer.run { server in
      try await withClient(server.endpoint()) { client in
        #expect(try await client.get(name, of: type) == nil)
        let created = try await client.create(
          object(node: "node-1"), of: type, namespace: "metallb-system", manager: "bellman")
        #expect(created.name == name && created.uid.hasPrefix("uid-"))
        #expect(!String(decoding: created.json, as: UTF8.self).contains("managedFields"))
        let twice = await #expect(throws: KubernetesError.self) {
          try await client.create(
            object(node: "node-1"), of: type, namespace: "metallb-system", manager: "bellman")
        }
        #expect(twice?.status?.reason == "AlreadyExists" && twice?.status?.isConflict == false)
        let patched = try await client.patch(
          name, of: type, subresource: "status",
          with: .merge(["status": ["node": "node-2"]]))
        #expect(try JSONValue(parsing: patched.json)["status"]?["node"] == "node-2")
        let wrong = await #expect(throws: KubernetesError.self) {
          try await client.delete(name, of: type, uid: "another")
        }
        #expect(wrong?.status?.isConflict == true)
        #expect(try await client.delete(name, of: type, uid: patched.uid))
        #expect(try await client.delete(name, of: type) == false)
      }
    }
  }

  @Test("The status is written by its subresource only")
  func status() async throws {
    try await TestAPIServer.run { server in
      try await withClient(server.endpoint()) { client in
        server.store.put(object(node: "node-1"), .serviceL2Statuses)
        let ignored = try await client.patch(
          name, of: type, with: .merge(["status": ["node": "node-9"]]))
        #expect(try JSONValue(parsing: ignored.json)["status"]?["node"] == "node-1")
      }
    }
  }

  @Test("A merge patch with an old version is a conflict")
  func optimisticLock() async throws {
    try await TestAPIServer.run { server in
      try await withClient(server.endpoint()) { client in
        server.store.put(object(node: "node-1"), .serviceL2Statuses)
        let error = await #expect(throws: KubernetesError.self) {
          try await client.patch(
            name, of: type, subresource: "status",
            with: .merge(["metadata": ["resourceVersion": "1"], "status": ["node": "x"]]))
        }
        #expect(error?.status?.isConflict == true)
      }
    }
  }

  @Test("Server-side apply: another manager's field is a conflict that names it, unless forced")
  func apply() async throws {
    @Sendable func applied(_ fields: [String: JSONValue]) -> JSONValue {
      [
        "apiVersion": "metallb.io/v1beta1", "kind": "ServiceL2Status",
        "metadata": ["name": "l2-web", "namespace": "metallb-system"],
        "spec": .object(fields),
      ]
    }
    try await TestAPIServer.run { server in
      try await withClient(server.endpoint()) { client in
        func apply(
          _ fields: [String: JSONValue], _ manager: String, force: Bool = false
        ) async throws -> JSONValue? {
          let object = try await client.patch(
            name, of: type, with: .apply(applied(fields), manager: manager, force: force))
          return try JSONValue(parsing: object.json)["spec"]
        }
        let first = try await apply(["a": 1, "b": 2], "one")
        #expect(first == ["a": 1, "b": 2])
        #expect(try await apply(["c": 3], "two") == ["a": 1, "b": 2, "c": 3])
        let error = await #expect(throws: KubernetesError.self) {
          _ = try await apply(["a": 9], "two")
        }
        #expect(error?.status?.isConflict == true)
        #expect(error?.status?.causes == [#".spec.a: conflict with "one""#])
        #expect(try await apply(["a": 9], "two", force: true) == ["a": 9, "b": 2])
        #expect(try await apply([:], "one") == ["a": 9])
      }
    }
  }

  @Test("Events are created once, and their repetitions counted")
  func events() async throws {
    try await TestAPIServer.run { server in
      try await withClient(server.endpoint()) { client in
        var configuration = EventAggregator.Configuration()
        configuration.seriesInterval = .milliseconds(50)
        let recorder = EventRecorder(
          client: client,
          aggregator: EventAggregator(
            controller: "bellman.io/speaker", instance: "node-1", configuration: configuration))
        let record = EventRecord(
          regarding: .init(
            apiVersion: "v1", kind: "Service",
            name: ObjectName(namespace: "default", name: "web")),
          reason: "nodeAssigned", action: "Announce", note: "announced from node-1")
        await recorder.record(record)
        try await eventually { server.store.versions(of: .events).count == 1 }
        for _ in 0..<10 { await recorder.record(record) }
        let name = try #require(server.store.versions(of: .events).keys.first)
        try await eventually {
          server.store.object(name, .events)?["series"]?["count"] == 11
        }
        #expect(server.store.versions(of: .events).count == 1)
        await recorder.stop()
      }
    }
  }

  /// Each record comes while the timer for the one before it has just run out, or has not.
  @Test("Records in quick succession are all written, be the server well or not")
  func manyEvents() async throws {
    try await TestAPIServer.run { server in
      try await withClient(server.endpoint()) { client in
        var configuration = EventAggregator.Configuration()
        configuration.burst = 1000
        configuration.retry = .milliseconds(1)...(.milliseconds(5))
        let recorder = EventRecorder(
          client: client,
          aggregator: EventAggregator(
            controller: "bellman.io/speaker", instance: "node-1", configuration: configuration))
        server.faults.add(.status(500), .cut(after: 0), .status(429, retryAfter: 0), to: .write)
        for number in 0..<300 {
          await recorder.record(
            EventRecord(
              regarding: .init(
                apiVersion: "v1", kind: "Service",
                name: ObjectName(namespace: "default", name: "web-\(number)")),
              reason: "nodeAssigned", action: "Announce", note: "announced from node-1"))
          if number % 3 == 0 { await Task.yield() }
        }
        try await eventually(within: .seconds(60)) {
          server.store.versions(of: .events).count == 300
        }
        #expect(await recorder.drops == [:])
        await recorder.stop()
      }
    }
  }

  @Test("A list is read in pages; a token that was refused once is renewed")
  func list() async throws {
    try await TestAPIServer.run { server in
      server.putServices(0..<25)
      server.faults.add(.unauthorized, to: .page)
      try await withClient(server.endpoint()) { client in
        let objects = try await client.list(Selection(ResourceType(.service)), pageSize: 10)
        #expect(objects.count == 25 && Set(objects.map(\.name)).count == 25)
        #expect(server.faults.count(of: .page) == 3)
      }
    }
  }
}
