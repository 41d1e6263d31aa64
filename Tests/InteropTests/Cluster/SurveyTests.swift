import Addresses
import FoundationEssentials
import KubernetesClient
import Lab
import NIOCore
import Resources
import Status
import TestAPIServer
import Testing

extension InteropTests {
  /// `bellman status` and `bellman explain` through a kubeconfig: the API server hands the questions on
  /// to speakers that listen as those of `Examples/kubernetes`, with TLS and a token.
  @Suite(.lab(from: .cluster, speakers: .none)) struct Survey {
    private static let port: UInt16 = 7476
    private static let namespace = "bellman-system"
    private static let token = "the-token-of-the-lab"

    @Test func theWholeClusterIsAskedThroughTheAPIServer() async throws {
      let lab = try lab()
      let server = try #require(LabTrait.cluster).server
      try await start(lab)
      var relays: [Relay] = []
      do {
        for node in lab.topology.nodes {
          // As the API server reaches the address of a node.
          let relay = try await Relay(
            from: lab.topology.router.namespace, to: node.ipv4, port: Self.port)
          relays.append(relay)
          server.store.put(Self.pod(node.name, port: relay.port), .pods)
        }
        server.store.put(Self.secret, .secrets)
        try await allAnswer(lab)
        try await oneIsAsked(lab)
        try await allTellOfPeersAndMembers(lab)
        try await allTellOfInterfacesAndRoutes(lab)
        try await allTellWhatHappened(lab)
        try await allExplain(lab)
        try await aWrongTokenIsSaid(lab)
        try await aNodeWithoutASpeakerIsListed(lab, server)
        try await whoIsStoppedIsMarked(lab)
      } catch {
        for relay in relays { await relay.close() }
        throw error
      }
      for relay in relays { await relay.close() }
    }

    // MARK: The steps

    private func allAnswer(_ lab: Lab) async throws {
      let answer = try await ask(lab, "status", "-o", "json")
      #expect(answer.status == 0, "\(answer.error)")
      let document: ClusterStatusDocument = try StatusRenderer.parse(answer.output)
      #expect(document.isComplete)
      #expect(document.speakers.map(\.node) == lab.topology.nodes.map(\.name))
      #expect(document.speakers.map(\.sessions) == [2, 2, 2])
      let expected = await lab.manifests.workloads.flatMap(\.service.ingress)
      #expect(Set(document.addresses.map(\.address)).isSuperset(of: expected))
      for address in await lab.layerTwoAddresses() {
        let found = try #require(document.addresses.first { $0.address == address })
        let owner = try await lab.explain(address, node: "node-1").owner
        #expect(found.layer2.owners == [try #require(owner)], "\(address)")
      }
      let table = try await ask(lab, "status")
      #expect(table.output.contains("3 of 3 speakers answered, 6 of 6 sessions established"))
      #expect(!(answer.output + table.output).contains(Self.token))
    }

    private func oneIsAsked(_ lab: Lab) async throws {
      let answer = try await ask(lab, "status", "--node", "node-2", "-o", "json")
      #expect(answer.status == 0, "\(answer.error)")
      let document: StatusDocument = try StatusRenderer.parse(answer.output)
      #expect(document.node == "node-2" && document.peers.count == 2)
      let nobody = try await ask(lab, "status", "--node", "node-9")
      #expect(nobody.status == 4 && nobody.error.contains("no speaker runs on node node-9"))
    }

    private func allTellOfPeersAndMembers(_ lab: Lab) async throws {
      let peers = try await ask(lab, "status", "peers")
      #expect(peers.status == 0, "\(peers.error)")
      let sessions = peers.output.split(separator: "\n").filter { $0.contains("Established") }
      #expect(sessions.count == 6)
      let members = try await ask(lab, "status", "members")
      #expect(members.status == 0, "\(members.error)")
      for node in lab.topology.nodes {
        for table in [peers, members] {
          #expect(table.output.contains("\n\(node.name) "), "\(table.output)")
        }
      }
      let alive = members.output.split(separator: "\n").filter { $0.contains("3 of 3") }
      // The line about the answers, and each node.
      #expect(alive.count == 4, "\(members.output)")
    }

    private func allTellOfInterfacesAndRoutes(_ lab: Lab) async throws {
      let interfaces = try await ask(lab, "status", "interfaces")
      #expect(interfaces.status == 0, "\(interfaces.error)")
      let used = interfaces.output.split(separator: "\n").filter { $0.contains(" eth0 ") }
      #expect(used.count >= lab.topology.nodes.count, "\(interfaces.output)")
      let routes = try await ask(lab, "status", "routes", "-o", "json")
      #expect(routes.status == 0, "\(routes.error)")
      let address = try await lab.address("bgp-cluster")
      let names = try await ask(lab, "status", "routes", "-o", "name")
      #expect(names.output.split(separator: "\n").contains("\(address)/32"), "\(names.output)")
      for node in lab.topology.nodes {
        for output in [interfaces.output, routes.output] {
          #expect(output.contains(node.name), "\(output)")
        }
      }
    }

    private func allTellWhatHappened(_ lab: Lab) async throws {
      let address = try await lab.address("l2-cluster")
      let answer = try await ask(lab, "events", "-o", "json")
      #expect(answer.status == 0, "\(answer.error)")
      let events: [SpeakerEvent] = try answer.output.split(separator: "\n").map {
        try StatusRenderer.parse(String($0))
      }
      #expect(Set(events.map(\.node)) == Set(lab.topology.nodes.map(\.name)))
      #expect(events.map(\.at) == events.map(\.at).sorted())
      let about = try await ask(lab, "events", "--about", "lab/l2-cluster", "-o", "json")
      let own = events.filter { $0.object == "\(address)" }
      #expect(!own.isEmpty && about.output.split(separator: "\n").count >= own.count)
    }

    private func allExplain(_ lab: Lab) async throws {
      let address = try await lab.address("l2-cluster")
      let answer = try await ask(lab, "explain", "\(address)", "-o", "json")
      #expect(answer.status == 0, "\(answer.error)")
      let document: ClusterExplainDocument = try StatusRenderer.parse(answer.output)
      #expect(document.isComplete)
      let nodes = document.addresses.first?.nodes.map(\.decision.node)
      #expect(nodes?.sorted() == lab.topology.nodes.map(\.name))
      let owner = try #require(try await lab.explain(address, node: "node-1").owner)
      let table = try await ask(lab, "explain", "\(address)")
      #expect(table.output.hasPrefix("\(address): \(owner) owns it"), "\(table.output)")
    }

    private func aWrongTokenIsSaid(_ lab: Lab) async throws {
      let file = lab.directory.file("other-token")
      try write("not-the-token-of-the-lab\n", to: file)
      let answer = try await ask(lab, "status", "--speaker-token-file", file, "-o", "json")
      #expect(answer.status == 3)
      let document: ClusterStatusDocument = try StatusRenderer.parse(answer.output)
      #expect(document.speakers.map(\.outcome) == [.refused, .refused, .refused])
      let remedy =
        "it does not take the token of \(file); give the one of its --listen-token-file with "
        + "--speaker-token-file"
      #expect(document.speakers.compactMap(\.detail) == [remedy, remedy, remedy])
      #expect(!answer.output.contains("not-the-token-of-the-lab"))
      for node in lab.topology.nodes {
        let log = try String(contentsOfFile: lab.directory.log(node.name), encoding: .utf8)
        #expect(!log.contains("token-of-the-lab"), "\(node.name)")
      }
    }

    private func aNodeWithoutASpeakerIsListed(_ lab: Lab, _ server: TestAPIServer) async throws {
      let name = ObjectName(namespace: Self.namespace, name: "speaker-node-3")
      let pod = try #require(server.store.object(name, .pods))
      server.store.remove(name, .pods)
      let table = try await ask(lab, "status")
      #expect(table.status == 0)
      #expect(table.output.contains("2 of 2 speakers answered"))
      #expect(table.output.contains("nodes without a speaker: node-3"))
      server.store.put(pod, .pods)
    }

    private func whoIsStoppedIsMarked(_ lab: Lab) async throws {
      let stopped = try await lab.speaker("node-3")
      await stopped.send(.stop)
      let start = NIODeadline.now()
      let answer = try await ask(lab, "status", "--deadline", "2s", "-o", "json")
      let milliseconds = (NIODeadline.now() - start).nanoseconds / 1_000_000
      await stopped.send(.continue)
      #expect(answer.status == 3, "\(answer.error)")
      let document: ClusterStatusDocument = try StatusRenderer.parse(answer.output)
      #expect(document.speakers.map(\.outcome) == [.answered, .answered, .late])
      #expect(document.speakers.last?.detail == "no answer within 2.0 s")
      print("a stopped speaker: \(milliseconds) ms for a deadline of 2000 ms")
      // The process has to start, too.
      #expect((2000..<5000).contains(milliseconds), "\(milliseconds) ms")
    }

    // MARK: The installation

    private func start(_ lab: Lab) async throws {
      let pair = try TestCertificates().server
      let files = (lab.directory.file("tls.crt"), lab.directory.file("tls.key"))
      let tokenFile = lab.directory.file("token")
      try write(pair.chain, to: files.0)
      try write(pair.key, to: files.1)
      try write(Self.token + "\n", to: tokenFile)
      for node in lab.topology.nodes {
        try await lab.startSpeaker(
          node.name,
          arguments: [
            "--listen", "\(node.ipv4):\(Self.port)", "--listen-cert", files.0, "--listen-key",
            files.1, "--listen-token-file", tokenFile,
          ])
      }
      try await lab.waitForSettledRoutes()
      try await lab.waitForOwners()
    }

    /// Asks as somebody does who has a kubeconfig, from the machine of the client.
    private func ask(_ lab: Lab, _ arguments: String...) async throws -> CommandOutput {
      try await Command.output(
        [Program.path] + arguments + ["--kubeconfig", lab.directory.file("kubeconfig")],
        in: lab.topology.client.namespace)
    }

    private func write(_ text: String, to path: String) throws {
      try Data(text.utf8).write(to: URL(filePath: path))
    }

    private static func pod(_ node: String, port: Int) -> JSONValue {
      [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": .string("speaker-\(node)"), "namespace": .string(namespace),
          "labels": [
            "app.kubernetes.io/name": "bellman", "app.kubernetes.io/component": "speaker",
          ],
        ],
        "spec": [
          "nodeName": .string(node),
          "containers": [
            [
              "name": "speaker",
              "ports": [["name": "status-tls", "containerPort": .integer(Int64(port))]],
            ]
          ],
        ],
        "status": ["phase": "Running", "podIP": "127.0.0.1"],
      ]
    }

    private static let secret: JSONValue = [
      "apiVersion": "v1", "kind": "Secret",
      "metadata": ["name": "bellman-status-token", "namespace": .string(namespace)],
      "data": ["token": .string(Data(token.utf8).base64EncodedString())],
    ]
  }
}
