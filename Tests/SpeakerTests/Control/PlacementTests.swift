import Addresses
import Election
import Testing

@testable import Assignment
@testable import Speaker

/// Why the owner of an address owns it, and the others do not.
@Suite struct PlacementTests {
  private static let address = IPAddress.v4(IPv4Address(192, 0, 2, 130))
  private static let ready = FitnessClass(endpoints: .ready, node: .ready)
  private static let notReady = FitnessClass(endpoints: .ready, node: .notReady)

  /// Nodes in the order of the ranking; one without a rank is not fit.
  private static func placement(
    _ owner: String, _ grounds: Grounds, _ nodes: [NodeReport]? = nil,
    loads: [String: Int] = ["node-1": 3, "node-2": 2, "node-3": 1]
  ) -> Placement {
    Placement(
      of: address, owner: owner, grounds: grounds,
      nodes: nodes ?? [report("node-1", 1), report("node-2", 2), report("node-3", 3)], loads: loads)
  }

  private static func report(
    _ node: String, _ rank: Int?, fitness: FitnessClass = ready, weight: Int = 0
  ) -> NodeReport {
    let decision = Decision(.standsBy, .candidate, "")
    return NodeReport(
      node: node, layer2: decision, bgp: decision, readyEndpoints: 0, terminatingEndpoints: 0,
      fitness: rank == nil ? nil : fitness, weight: weight, rank: rank)
  }

  @Test func theLessLoadedOfTwoIsExplained() throws {
    let placement = Self.placement("node-2", Grounds(.firstClaim, .lessLoaded))
    #expect(
      placement.sentence(for: "node-2")
        == "Node node-2 owns 192.0.2.130: nobody had ever claimed it, and of the two that ranked first "
        + "among those that could take it then, it had fewer addresses")
    let first = try #require(placement.sentence(for: "node-1"))
    #expect(
      first.contains("had fewer addresses; Node node-1 ranks before it, but nothing is taken"))
    #expect(
      placement.sentence(for: "node-3")
        == "Node node-2 owns 192.0.2.130: it ranks before Node node-3 by the hash of node and address"
        + "; if that node went, Node node-3 would try first")
  }

  /// Of the first two that are left, the less loaded; of the living only.
  @Test func theHeirIsTheOneThatWouldTryFirst() throws {
    func heirs(_ loads: [String: Int]) -> [String] {
      let placement = Self.placement("node-1", Grounds(.ownerSilent, .first), loads: loads)
      return ["node-1", "node-2", "node-3"].filter {
        placement.sentence(for: $0)?.contains("Node \($0) would try first") ?? false
      }
    }
    #expect(heirs(["node-1": 1, "node-2": 2, "node-3": 2]) == ["node-2"])
    #expect(heirs(["node-1": 1, "node-2": 2, "node-3": 1]) == ["node-3"])
    #expect(heirs(["node-1": 1, "node-3": 9]) == ["node-3"])
    #expect(heirs(["node-1": 1]) == [])
    let absent = Placement(
      of: Self.address, owner: "node-1", grounds: Grounds(.learnt),
      nodes: [Self.report("node-1", 1), Self.report("node-2", 2)], loads: ["node-1": 1],
      absences: ["node-2": "is being drained"])
    #expect(
      absent.sentence(for: "node-2")
        == "Node node-1 owns 192.0.2.130, and Node node-2 is being drained")
  }

  @Test func stateAndPreferenceAreNamedBeforeTheHash() throws {
    let nodes = [
      Self.report("node-1", 1, weight: 50), Self.report("node-2", 2),
      Self.report("node-3", 3, fitness: Self.notReady),
    ]
    let placement = Self.placement("node-1", Grounds(.handedOver, .first), nodes)
    let second = try #require(placement.sentence(for: "node-2"))
    #expect(second.contains("by the weight of preferredNodeSelectors: 50 against 0"))
    let third = try #require(placement.sentence(for: "node-3"))
    #expect(third.contains("by its state: \(Self.ready), against \(Self.notReady)"))
    // Node 2 would be next, however loaded: node 3 is of another class.
    #expect(second.contains("would try first") && !third.contains("would try first"))
  }

  @Test func whoMayNotHaveItIsLeftToItsReason() {
    let nodes = [Self.report("node-1", 1), Self.report("node-2", nil)]
    let placement = Self.placement("node-1", Grounds(.learnt), nodes)
    #expect(placement.sentence(for: "node-2") == nil)
    #expect(placement.sentence(for: "node-9") == nil)
    #expect(
      placement.sentence(for: "node-1")
        == "Node node-1 owns 192.0.2.130: the nodes elected it; if it went, no other node could take it"
    )
  }

  /// An owner that may not keep it has no rank any more.
  @Test func anOwnerThatHandsOverIsNotDefended() {
    let nodes = [Self.report("node-2", 1), Self.report("node-1", nil)]
    let placement = Self.placement("node-1", Grounds(.firstClaim, .first), nodes)
    #expect(
      placement.sentence(for: "node-2")
        == "Node node-1 owns 192.0.2.130 until it has handed it over"
        + "; if that node went, Node node-2 would try first")
  }
}
