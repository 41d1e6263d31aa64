import Addresses
import Testing

@testable import Lab

@Suite struct TopologyTests {
  private static let documentation = [
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32",
  ].compactMap { IPPrefix($0) }

  private static func machines(_ topology: Topology) -> [Machine] {
    [topology.client, topology.router, topology.outside] + topology.nodes
      + topology.pods.map(\.machine)
  }

  @Test(arguments: [2, 3, 20, 32]) func everyMachineIsUniqueAndDocumented(nodeCount: Int) {
    let topology = Topology(id: "test", nodeCount: nodeCount)
    let machines = Self.machines(topology)
    #expect(machines.count == 3 + 2 * nodeCount)
    #expect(Set(machines.map(\.namespace)).count == machines.count)
    #expect(Set(machines.map(\.mac)).count == machines.count)
    for family in AddressFamily.allCases {
      let addresses = machines.map { $0.address(family) }
      #expect(Set(addresses).count == machines.count)
      for address in addresses {
        #expect(Self.documentation.contains { $0.contains(address) }, "\(address)")
      }
    }
  }

  @Test func everyNamespaceCarriesTheRunID() {
    #expect(topology.namespaces.count == 10)
    #expect(topology.namespaces.allSatisfy { $0.hasPrefix("bmtest-") })
  }

  @Test(arguments: [(0, 2), (1, 2), (5, 5), (99, 32)])
  func nodeCountIsLimited(asked: Int, got: Int) {
    #expect(Topology(id: "test", nodeCount: asked).nodes.count == got)
  }

  @Test func podNetworksDoNotOverlap() throws {
    let pods = Topology(id: "test", nodeCount: 32).pods
    let networks = try pods.map { try #require($0.networkIPv4) }
    #expect(Set(networks).count == 32)
    for (pod, network) in zip(pods, networks) {
      #expect(network.contains(.v4(pod.gatewayIPv4)))
      #expect(pods.count { network.contains(.v4($0.machine.ipv4)) } == 1)
    }
  }

  @Test func machinesAreFoundByNameAddressAndMAC() throws {
    let node = try topology.node("node-2")
    #expect(node.ipv4.description == "192.0.2.12")
    #expect(node.ipv6.description == "2001:db8:0:2::12")
    #expect(topology.node(mac: node.mac) == "node-2")
    #expect(topology.node(address: .v6(node.ipv6)) == "node-2")
    #expect(topology.node(mac: topology.client.mac) == nil)
    #expect(try topology.pod(on: "node-2").name == "web-2")
    #expect(throws: LabError.self) { try topology.node("node-9") }
  }

  @Test func runIDsAreShortAndPlain() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      let id = RunID.make(using: &generator)
      #expect(id.count == Topology.idLength)
      #expect(id.allSatisfy(Topology.idAlphabet.contains))
    }
  }
}
