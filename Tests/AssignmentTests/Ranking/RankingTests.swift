import Addresses
import Assignment
import Resources
import Testing

@testable import struct Assignment.RankKey

@Suite struct RankingTests {
  static let addresses = (1...40).map { "192.0.2.\($0)" }

  static func cluster(_ nodes: [String]) -> Cluster {
    Cluster(
      nodes, services: [.fixture("web", addresses)], slices: [.fixture("web", [(nil, .ready)])])
  }

  @Test func keysCompareByClassThenWeightThenScoreThenName() {
    func key(_ node: String, _ state: NodeClass, _ weight: Int, _ score: UInt64) -> RankKey {
      RankKey(
        node: node, fitness: FitnessClass(endpoints: .ready, node: state), weight: weight,
        score: score)
    }
    let ordered = [
      key("d", .ready, 5, 1), key("b", .ready, 1, 9), key("a", .ready, 1, 3),
      key("c", .ready, 1, 3), key("e", .cordoned, 100, 9), key("f", .notReady, 200, 99),
    ]
    #expect(ordered.reversed().sorted() == ordered)
  }

  /// All classes in their order: nodes that are not ready last, then endpoints, then nodes.
  @Test func classesAreOrdered() {
    let all = NodeClass.allCases.flatMap { node in
      EndpointClass.allCases.map { FitnessClass(endpoints: $0, node: node) }
    }
    let ordered = all.sorted()
    #expect(ordered.first == FitnessClass(endpoints: .ready, node: .ready))
    #expect(ordered.last == FitnessClass(endpoints: .terminating, node: .notReady))
    #expect(ordered.suffix(3).allSatisfy { $0.node == .notReady })
    #expect(ordered.dropLast(3).map(\.endpoints) == ordered.dropLast(3).map(\.endpoints).sorted())
    #expect(Set(all.map(\.description)).count == all.count)
  }

  @Test func allNodesGetTheirShare() {
    let owners = Self.cluster(["node-1", "node-2", "node-3"]).machine(on: "node-1")
      .addresses().compactMap(\.owner)
    #expect(owners.count == 40)
    #expect(Set(owners) == ["node-1", "node-2", "node-3"])
  }

  /// The ranking that a report shows is complete, and the list for Cluster agrees with it.
  @Test func reportsShowTheRanking() throws {
    let machine = Self.cluster(["node-1", "node-2", "node-3"]).machine(on: "node-2")
    for address in Self.addresses {
      let report = try #require(machine.report(for: ip(address)))
      #expect(report.nodes.map(\.rank) == [1, 2, 3])
      #expect(report.nodes.first?.node == report.summary.owner)
      #expect(report.nodes.map(\.layer2.reason) == [.owner, .candidate, .candidate])
      #expect(
        report.nodes.dropFirst().allSatisfy { $0.layer2.sentence.contains("by the hash") })
      #expect(report.nodes.allSatisfy { $0.fitness?.description == "ready" })
    }
  }

  @Test func weightRanksBeforeHash() {
    var cluster = Self.cluster(["node-1", "node-2", "node-3"])
    cluster.configuration.l2Advertisements = [.fixture(preferred: [(1, .node("node-3"))])]
    let machine = cluster.machine(on: "node-1")
    for summary in machine.addresses() {
      #expect(summary.owner == "node-3")
      #expect(summary.layer2.sentence.contains("preferredNodeSelectors: 1 against 0"))
    }
  }

  @Test func stateRanksBeforeWeight() {
    var cluster = Self.cluster(["node-1", "node-2"])
    cluster.configuration.l2Advertisements = [.fixture(preferred: [(100, .node("node-2"))])]
    cluster.nodes[1].isUnschedulable = true
    #expect(cluster.machine(on: "node-1").addresses().allSatisfy { $0.owner == "node-1" })
  }

  /// A node that leaves moves only the addresses that it owned.
  @Test func aNodeThatLeavesMovesOnlyItsOwn() {
    var machine = Self.cluster(["node-1", "node-2", "node-3"]).machine(on: "node-1")
    let before = machine.addresses()
    let decisions = machine.decisionCount
    _ = machine.handle(.nodeRemoved("node-3"))
    let after = machine.addresses()
    let moved = before.filter { $0.owner == "node-3" }
    #expect(!moved.isEmpty)
    for (old, new) in zip(before, after) {
      if old.owner != "node-3" { #expect(old == new) } else { #expect(new.owner != "node-3") }
    }
    #expect(machine.decisionCount == decisions + moved.count)
    _ = machine.handle(.node(.fixture("node-3")))
    #expect(machine.addresses() == before)
  }

  /// An owner that improves keeps its address against one that reaches only its former place.
  @Test func theOwnersPlaceIsKeptUpToDate() {
    var cluster = Self.cluster(["node-1", "node-2", "node-3"])
    cluster.configuration.l2Advertisements = [
      .fixture(
        preferred: [10, 15, 20].map {
          ($0, LabelSelector(matchLabels: ["weight": "\($0)"]))
        })
    ]
    var machine = cluster.machine(on: "node-3")
    func owners(_ node: String, weight: Int) -> Set<String?> {
      _ = machine.handle(.node(.fixture(node, labels: ["weight": "\(weight)"])))
      return Set(machine.addresses().map(\.owner))
    }
    #expect(owners("node-1", weight: 10) == ["node-1"])
    let rankings = machine.rankingCount
    #expect(owners("node-1", weight: 20) == ["node-1"])
    #expect(owners("node-2", weight: 15) == ["node-1"])
    #expect(machine.addresses().allSatisfy { $0.layer2.sentence.contains("20 against 0") })
    #expect(machine.rankingCount == rankings)
    #expect(owners("node-1", weight: 10) == ["node-2"])
  }
}
