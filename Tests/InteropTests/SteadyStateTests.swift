import Addresses
import Lab
import NIOCore
import Resources
import Status
import Testing

extension InteropTests {
  /// The lab as it is, looked at from all sides. No test changes it.
  @Suite(.lab(from: .manifests, .cluster)) struct SteadyState {
    @Test func theRouterHasExactlyTheExpectedRoutes() async throws {
      let lab = try lab()
      let expected = try await lab.expectedRoutes()
      let found = try await lab.routes()
      // Two host routes and the pool, by three nodes and by one, in both families.
      #expect(expected.count == 14)
      #expect(found.subtracting(expected).isEmpty)
      #expect(expected.subtracting(found).isEmpty)
      #expect(try await lab.router.routes().allSatisfy { $0.origin == "IGP" })
      #expect(try await lab.router.networkCount() == 6)
    }

    @Test func requestsByBGPReachPodsAndLocalKeepsTheClient() async throws {
      let lab = try lab()
      let outside = lab.topology.outside
      for family in AddressFamily.allCases {
        let client = outside.address(family).description
        let local = try await lab.address("bgp-local", family)
        let localFailures = try await lab.failures(of: 5, to: local, from: outside) {
          $0.client == client && $0.node == "node-1"
        }
        #expect(localFailures == [])
        let cluster = try await lab.address("bgp-cluster", family)
        let clusterFailures = try await lab.failures(of: 5, to: cluster, from: outside) {
          $0.client != client
        }
        #expect(clusterFailures == [])
      }
    }

    @Test func requestsByLayerTwoReachPodsAndLocalKeepsTheClient() async throws {
      let lab = try lab()
      let machine = lab.topology.client
      for family in AddressFamily.allCases {
        let client = machine.address(family).description
        let local = try await lab.address("l2-local", family)
        let localFailures = try await lab.failures(of: 5, to: local, from: machine) {
          $0.client == client && $0.node == "node-1"
        }
        #expect(localFailures == [])
        let cluster = try await lab.address("l2-dual", family)
        let clusterFailures = try await lab.failures(of: 5, to: cluster, from: machine) {
          $0.client != client
        }
        #expect(clusterFailures == [])
      }
    }

    @Test func theClientsKernelHasTheOwnersMAC() async throws {
      let lab = try lab()
      let client = lab.topology.client
      try await lab.flushNeighbours(of: client)
      for address in await lab.layerTwoAddresses() {
        let owners = try await lab.topology.nodes.asyncMap {
          try await lab.explain(address, node: $0.name).owner
        }
        let owner = try #require(owners.first ?? nil)
        #expect(owners.allSatisfy { $0 == owner }, "all nodes agree on \(address)")
        #expect(try await lab.curl(address, from: client).status == 200)
        let mac = try await lab.neighbour(address, of: client)
        #expect(mac == (try lab.topology.node(owner).mac), "\(address)")
      }
      let local = try await lab.address("l2-local")
      #expect(try await lab.explain(local, node: "node-3").owner == "node-1")
    }

    /// The captures began before the speakers did.
    @Test func onlyTheOwnerEverSpokeForAnAddress() async throws {
      let lab = try lab()
      let client = lab.topology.client
      try await lab.flushNeighbours(of: client)
      for address in await lab.layerTwoAddresses() {
        _ = try await lab.curl(address, from: client)
        let owner = try #require(try await lab.explain(address, node: "node-1").owner)
        for node in lab.topology.nodes {
          let capture = try #require(LabTrait.sent[node.name])
          let spoken = try await capture.packets().filter { $0.speaks(for: address) }
          if node.name == owner {
            #expect(!spoken.isEmpty, "\(owner) announced \(address)")
          } else {
            #expect(spoken == [], "\(node.name) does not own \(address)")
          }
        }
      }
    }

    @Test func nobodyAnswersForOtherAddresses() async throws {
      let lab = try lab()
      let client = lab.topology.client
      // In the pool but of no service, and a service's address that is announced by BGP.
      for address in ["192.0.2.190", "203.0.113.10"] {
        let result = try await Command.output(
          ["arping", "-c", "2", "-w", "2", "-I", "eth0", address], in: client.namespace)
        #expect(result.output.contains("Received 0 response"), "\(address): \(result.output)")
      }
      let own = try await Command.output(
        ["arping", "-c", "2", "-w", "2", "-I", "eth0", "192.0.2.130"], in: client.namespace)
      #expect(own.output.contains("Received 2 response"), "\(own.output)")
    }

    @Test func aSecondSpeakerForTheSameNodeRefuses() async throws {
      let lab = try lab()
      let second = try await lab.makeSpeaker(
        "node-1", log: "second", socket: lab.directory.file("second.sock"))
      let status = try await second.waitForExit(within: .seconds(5))
      await second.stop()
      #expect(status == 1)
      #expect(second.log().contains("another speaker for node node-1 is running"))
      #expect(try await lab.speaker("node-1").exitStatus == nil)
      #expect(try await lab.routes() == lab.expectedRoutes())
    }

    @Test func statusAgreesWithTheRouter() async throws {
      let lab = try lab()
      for node in lab.topology.nodes {
        let status = try await lab.status(node.name)
        #expect(status.node == node.name)
        #expect(status.problems == [])
        #expect(status.source.complete)
        #expect(status.peers.map(\.state) == [.established, .established])
        for family in AddressFamily.allCases {
          let peer = try #require(status.peers.first { $0.address?.family == family })
          let routes = try await lab.router.routes(family)
            .filter { $0.nextHop == node.address(family) }
          #expect(peer.prefixesAnnounced.total == routes.count, "\(node.name) \(family)")
        }
      }
    }

    @Test func everyLogLineIsJSON() async throws {
      let lab = try lab()
      for node in lab.topology.nodes {
        let lines = try await lab.speaker(node.name).log().split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines {
          let parsed = try await Command.output(
            [
              "jq", "-e", "-n", "--arg", "line", String(line),
              "$line | fromjson | .ts, .level, .msg",
            ])
          #expect(parsed.status == 0, "\(line)")
        }
      }
    }

    @Test func statusWithoutASpeakerSaysHowToStartOne() async throws {
      let lab = try lab()
      let answer = try await Command.output([
        Program.path, "status", "--socket", lab.directory.file("none.sock"),
      ])
      #expect(answer.status != 0)
      #expect(answer.error.contains("bellman speaker --manifests DIR --node NAME"))
    }
  }
}

extension Capture.Packet {
  /// Whether the packet says that its sender has `address`: an ARP reply or announcement, or a
  /// Neighbor Advertisement.
  func speaks(for address: IPAddress) -> Bool {
    switch address.family {
    case .ipv4:
      text.contains("Reply \(address) is-at") || text.contains("who-has \(address) tell \(address)")
        || text.contains("Announcement \(address)")
    case .ipv6:
      text.contains("neighbor advertisement, tgt is \(address),")
    }
  }
}

extension Sequence {
  /// The elements after an asynchronous transformation, in order.
  func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
