import Addresses
import Assignment
import Resources
import Testing

/// Which interfaces the L2Advertisements of an address select on a node.
@Suite struct InterfaceSelectionTests {
  @Test(arguments: [
    ([[]], InterfaceSelection.all), ([["eth1", "eth0"]], .names(["eth0", "eth1"])),
    ([["eth0", "eth1"], ["eth0", "eth2"]], .names(["eth0", "eth1", "eth2"])),
    ([["eth0", "eth1"], []], .all),
  ])
  func advertisementsAddUp(_ interfaces: [[String]], _ expected: InterfaceSelection) {
    var cluster = WhoMayAnnounceTests.base
    cluster.configuration.l2Advertisements = interfaces.enumerated().map {
      .fixture("l2-\($0.offset)", interfaces: $0.element)
    }
    let machine = cluster.machine(on: "node-1")
    #expect(machine.summary(of: ip("192.0.2.1"))?.interfaces == expected)
  }

  /// Only advertisements that select the node, the pool and the service lend it interfaces.
  @Test func otherAdvertisementsLendNoInterfaces() {
    var cluster = WhoMayAnnounceTests.base
    cluster.configuration.l2Advertisements = [
      .fixture("mine", interfaces: ["eth0"]),
      .fixture("node", nodes: ["node-2"], interfaces: ["eth1"]),
      .fixture("pool", pools: ["else"], interfaces: ["eth2"]),
      .fixture("service", services: [.app("else")], interfaces: []),
    ]
    let machine = cluster.machine(on: "node-1")
    #expect(machine.summary(of: ip("192.0.2.1"))?.interfaces == .names(["eth0"]))
  }

  @Test func interfacesThatComeAndGo() throws {
    var cluster = WhoMayAnnounceTests.base
    cluster.configuration.l2Advertisements = [.fixture(interfaces: ["eth0", "eth1"])]
    var machine = cluster.machine(on: "node-1")
    let decisions = machine.decisionCount
    var said = Announcements()
    said.apply([
      .announceLayer2(
        address: ip("192.0.2.1"), interfaces: .names(["eth0", "eth1"]), reason: .owner)
    ])

    let away = machine.handle(.interfaces(node: "node-1", names: ["lo"]))
    #expect(
      away.contains {
        if case .withdrawLayer2(_, let decision) = $0 {
          return decision.reason == .noMatchingInterface && decision.sentence.contains("eth0, eth1")
        }
        return false
      })
    said.apply(away)
    #expect(said.layer2.isEmpty)

    said.apply(machine.handle(.interfaces(node: "node-1", names: ["lo", "eth1"])))
    #expect(said.layer2.count == 1)
    #expect(machine.report(for: ip("192.0.2.1"))?.interfaces == ["eth1"])
    #expect(machine.decisionCount == decisions + 2)

    #expect(machine.handle(.interfaces(node: "node-1", names: ["lo", "eth1", "veth7"])).isEmpty)
    #expect(machine.decisionCount == decisions + 2)
  }

  /// The election goes on without a node whose interfaces are known not to match.
  @Test func theElectionGoesOnWithoutTheNode() {
    var cluster = Cluster(
      ["node-1", "node-2"], services: [.fixture("web", (1...20).map { "192.0.2.\($0)" })],
      slices: [.fixture("web", [("node-1", .ready)])])
    cluster.configuration.l2Advertisements = [.fixture(interfaces: ["eth1"])]
    cluster.interfaces = ["node-1": ["eth0"]]
    let owners = cluster.machine(on: "node-2").addresses().map(\.owner)
    #expect(owners == Array(repeating: "node-2", count: 20))
  }
}
