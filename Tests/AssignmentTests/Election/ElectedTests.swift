import Addresses
import Assignment
import Resources
import Testing

/// With an election, the machine says who may have an address, and the election who has it.
@Suite struct ElectedTests {
  private static let address = ip("192.0.2.1")

  private static func machine(
    on node: String = "node-1", nodes: [String] = ["node-1", "node-2"],
    policy: Service.TrafficPolicy = .cluster,
    endpoints: [(node: String?, condition: Condition)] = [("node-1", .ready)]
  ) -> (Assignment, Announcements) {
    let cluster = Cluster(
      nodes, services: [.fixture("web", ["192.0.2.1"], policy: policy)],
      slices: [.fixture("web", endpoints)])
    var machine = Assignment(node: node, options: .init(hasElection: true))
    var said = Announcements()
    said.apply(machine.handle(.batch(cluster.events + [.sourcesComplete])))
    return (machine, said)
  }

  @Test func theElectionHearsWhoMayHaveAnAddress() {
    let (_, said) = Self.machine()
    #expect(said.elections[Self.address]?.eligibility == .fit)
    #expect(said.elections[Self.address]?.nodes.map(\.node) == ["node-1", "node-2"])
    #expect(said.layer2.isEmpty, "nobody answers before the election says so")
  }

  @Test func underLocalOnlyNodesWithEndpointsMay() {
    let (_, said) = Self.machine(on: "node-2", policy: .local)
    #expect(said.elections[Self.address]?.eligibility == .leaving(milliseconds: 150))
    #expect(said.elections[Self.address]?.nodes.map(\.node) == ["node-1"])
  }

  @Test func theElectedNodeAnswersAndTheOthersStandBy() throws {
    var (machine, said) = Self.machine()
    said.apply(
      machine.handle(.ownership(Self.address, Ownership(owner: "node-1", answersHere: true))))
    #expect(said.layer2[Self.address] == .all)
    #expect(try #require(machine.summary(of: Self.address)).layer2.reason == .owner)
    said.apply(
      machine.handle(.ownership(Self.address, Ownership(owner: "node-2", answersHere: false))))
    #expect(said.layer2.isEmpty)
    let summary = try #require(machine.summary(of: Self.address))
    #expect(summary.layer2.reason == .candidate)
    #expect(summary.owner == "node-2")
    #expect(said.idleActions == 0)
  }

  /// The owner goes on answering until an heir has the address.
  @Test func whoIsExcludedHandsOver() throws {
    var (machine, said) = Self.machine()
    said.apply(
      machine.handle(.ownership(Self.address, Ownership(owner: "node-1", answersHere: true))))
    said.apply(
      machine.handle(
        .node(
          .fixture(
            "node-1", labels: ["node.kubernetes.io/exclude-from-external-load-balancers": ""]))))
    #expect(said.elections[Self.address]?.eligibility == .leaving(milliseconds: nil))
    #expect(said.elections[Self.address]?.nodes.map(\.node) == ["node-2"])
    #expect(said.layer2[Self.address] == .all)
    let summary = try #require(machine.summary(of: Self.address))
    #expect(summary.layer2.verdict == .announces)
    #expect(summary.layer2.reason == .nodeExcluded)
    said.apply(
      machine.handle(.ownership(Self.address, Ownership(owner: "node-2", answersHere: false))))
    #expect(said.layer2.isEmpty)
  }

  @Test func aServiceThatIsGoneEndsTheElection() {
    var (machine, said) = Self.machine()
    said.apply(
      machine.handle(.ownership(Self.address, Ownership(owner: "node-1", answersHere: true))))
    said.apply(machine.handle(.serviceRemoved(named("web"))))
    #expect(said.layer2.isEmpty)
    #expect(said.elections.isEmpty)
  }

  @Test func aReportNamesTheOwnerThatWasElected() throws {
    var (machine, _) = Self.machine()
    _ = machine.handle(.ownership(Self.address, Ownership(owner: "node-2", answersHere: false)))
    let report = try #require(machine.report(for: Self.address))
    #expect(report.summary.owner == "node-2")
    #expect(report.nodes.first { $0.node == "node-2" }?.layer2.reason == .owner)
    #expect(report.nodes.first { $0.node == "node-1" }?.layer2.reason == .candidate)
  }
}
