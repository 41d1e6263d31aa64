import Addresses
import KubernetesClient
import Lab
import NIOCore
import Resources
import Status
import TestAPIServer
import Testing

extension InteropTests {
  /// What only a lab whose speakers read an API server can show. Each test leaves the lab as it was.
  @Suite(.lab(from: .cluster), .serialized) struct ReadingACluster {
    /// The nodes that say of a service that they announce it, with where or to whom, sorted.
    private func told(
      _ service: String, _ type: ServedType, _ field: String
    ) throws -> [String] {
      let server = try #require(LabTrait.cluster).server
      return server.store.versions(of: type).keys.sorted().compactMap { name -> String? in
        guard let status = server.store.object(name, type)?["status"],
          status["serviceName"]?.string == service, status["serviceNamespace"] == "lab",
          let node = status["node"]?.string
        else { return nil }
        let values = (status[field]?.array ?? []).compactMap { $0.string ?? $0["name"]?.string }
        return "\(node): \(values.joined(separator: " "))"
      }.sorted()
    }

    private func events() throws -> [JSONValue] {
      let server = try #require(LabTrait.cluster).server
      return server.store.versions(of: .events).keys.sorted().compactMap {
        server.store.object($0, .events)
      }
    }

    @Test func whatIsWrittenIsWhatTheNetworkSees() async throws {
      let lab = try lab()
      let peers = "router-ipv4 router-ipv6"
      try await eventually("each node tells of the routes that it has sent", within: .seconds(60)) {
        try told("bgp-cluster", .serviceBGPStatuses, "peers")
          == ["node-1: \(peers)", "node-2: \(peers)", "node-3: \(peers)"]
          && told("bgp-local", .serviceBGPStatuses, "peers") == ["node-1: \(peers)"]
      }
      for service in ["l2-cluster", "l2-local", "l2-dual"] {
        // Each address of a service has an owner of its own.
        let addresses = await lab.layerTwoAddresses(of: service)
        try await eventually("the owners of \(service) tell of it", within: .seconds(60)) {
          var owners: Set<String> = []
          for address in addresses {
            _ = try await lab.curl(address, from: lab.topology.client)
            guard let mac = try await lab.neighbour(address, of: lab.topology.client),
              let node = lab.topology.node(mac: mac)
            else { return false }
            owners.insert("\(node): eth0")
          }
          return try told(service, .serviceL2Statuses, "interfaces") == owners.sorted()
        }
      }
      #expect(try told("l2-local", .serviceBGPStatuses, "peers") == [])
      #expect(try told("bgp-local", .serviceL2Statuses, "interfaces") == [])
      let server = try #require(LabTrait.cluster).server
      for node in lab.topology.nodes {
        let name = ObjectName(namespace: "metallb-system", name: node.name)
        try await eventually("\(node.name) tells of its sessions", within: .seconds(60)) {
          server.store.object(name, .bellmanSpeakers)?["status"]?["establishedSessions"] == 2
        }
      }
    }

    @Test func theProbesSayThatItIsReady() async throws {
      let lab = try lab()
      for question in ["live", "ready"] {
        let answer = try await lab.bellman(["probe", question], node: "node-1")
        #expect(answer.status == 0 && answer.output.hasPrefix("ok"), "\(answer)")
      }
      let nobody = try await Command.output([
        Program.path, "probe", "live", "--socket", lab.directory.file("none.sock"),
      ])
      #expect(nobody.status == 5)
    }

    @Test func flagsThatContradictAndMissingOnesAreRefused() async throws {
      let lab = try lab()
      let both = try await Command.output([
        Program.path, "speaker", "--node", "x", "--manifests", lab.directory.manifests,
        "--kubeconfig", "none",
      ])
      #expect(both.status != 0 && both.error.contains("--kubeconfig is for a cluster"))
      let none = try await Command.output(["env", "-i", Program.path, "speaker", "--node", "x"])
      #expect(none.status != 0 && none.error.contains("name their directory with --manifests"))
      let missing = try await Command.output([
        Program.path, "speaker", "--node", "x", "--kubeconfig", lab.directory.file("none"),
      ])
      #expect(missing.status != 0 && missing.error.contains(lab.directory.file("none")))
    }

    @Test func eachChangeIsOneEvent() async throws {
      let lab = try lab()
      @Sendable func assigned(_ service: String, _ reason: String) throws -> [String] {
        try events().filter {
          $0["regarding"]?["name"]?.string == service && $0["reason"]?.string == reason
        }.compactMap { $0["note"]?.string }.sorted()
      }
      let first = "announcing from node \"node-1\" with protocol \"bgp\""
      try await eventually(equals: [first], within: .seconds(60)) {
        try assigned("bgp-local", "nodeAssigned")
      }
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "bgp-local", to: "node-2", topology: topology)
      }
      let second = "announcing from node \"node-2\" with protocol \"bgp\""
      try await eventually(equals: [first, second], within: .seconds(60)) {
        try assigned("bgp-local", "nodeAssigned")
      }
      try await eventually(
        equals: ["no longer announcing from node \"node-1\" with protocol \"bgp\""],
        within: .seconds(60)
      ) { try assigned("bgp-local", "nodeUnassigned") }
      try await eventually("the objects follow", within: .seconds(60)) {
        try told("bgp-local", .serviceBGPStatuses, "peers")
          == ["node-2: router-ipv4 router-ipv6"]
      }
      #expect(try events().allSatisfy { $0["series"] == nil }, "nothing is told of twice")
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "bgp-local", to: "node-1", topology: topology)
      }
      try await lab.waitForSettledRoutes()
    }

    @Test func anOutageOfTheAPIServerIsNotNoticedOnTheNetwork() async throws {
      let lab = try lab()
      let cluster = try #require(LabTrait.cluster)
      let before = try await lab.sessions()
      let expected = try await lab.expectedRoutes()
      await cluster.disconnect()
      try await eventually("the speakers see the outage", within: .seconds(60)) {
        for node in lab.topology.nodes
        where try await lab.status(node.name).problems.isEmpty { return false }
        return true
      }
      #expect(try await lab.routes() == expected)
      let layer2 = try await lab.address("l2-local")
      #expect(try await lab.curl(layer2, from: lab.topology.client).status == 200)
      // What changes meanwhile: an endpoint moves, and a service goes.
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "bgp-local", to: "node-3", topology: topology)
      }
      #expect(try await lab.routes() == expected)
      try await cluster.connect()
      try await eventually("the change is followed", within: .seconds(60)) {
        try await lab.routes() == lab.expectedRoutes()
      }
      try await eventually("all is well", within: .seconds(60)) {
        for node in lab.topology.nodes
        where try await !lab.status(node.name).problems.isEmpty { return false }
        return true
      }
      try await lab.expectSameSessions(before)
      try await lab.edit { manifests, topology in
        try manifests.moveEndpoint(of: "bgp-local", to: "node-1", topology: topology)
      }
      try await lab.waitForSettledRoutes()
    }

    @Test func aSpeakerThatStartsAnewWritesAlmostNothing() async throws {
      let lab = try lab()
      let server = try #require(LabTrait.cluster).server
      try await eventually("everything is written", within: .seconds(60)) {
        try told("bgp-cluster", .serviceBGPStatuses, "peers").count == 3
      }
      let old = try await lab.speaker("node-2")
      await old.stop()
      let events = try events().count
      let writes = server.faults.count(of: .write)
      try await lab.startSpeaker("node-2")
      try await lab.waitForSettledRoutes()
      try await eventually("its own object is of the new process", within: .seconds(60)) {
        server.faults.count(of: .write) > writes
      }
      // The times of its start and of its sessions, and nothing of any service.
      #expect(server.faults.count(of: .write) - writes <= 6)
      #expect(try self.events().count - events <= 4)
    }
  }

  /// The password of a BGPPeer in a Secret, in a cluster.
  @Suite(
    .lab(
      from: .cluster,
      router: {
        var router = BirdConfiguration()
        router.password = "lab-secret"
        return router
      }(),
      edit: { manifests in
        manifests.configuration.passwordSecret = "router"
        manifests.configuration.additions = """
          ---
          apiVersion: v1
          kind: Secret
          metadata:
            name: router
            namespace: metallb-system
          type: kubernetes.io/basic-auth
          stringData:
            password: lab-secret

          """
      }))
  struct PasswordInASecret {
    @Test func theSessionsAreUpWithIt() async throws {
      let lab = try lab()
      #expect(try await lab.routes() == lab.expectedRoutes())
      #expect(try await lab.status("node-1").source.objects["Secret"] == 1)
    }
  }
}

extension Lab {
  /// The addresses of the service `name`.
  fileprivate func layerTwoAddresses(of name: String) -> [IPAddress] {
    manifests.workloads.filter { $0.name == name }.flatMap(\.service.ingress)
  }
}
