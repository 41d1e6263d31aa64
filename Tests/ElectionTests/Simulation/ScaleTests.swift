import ElectionSimulator
import TestSupport
import Testing

/// `simulate tables` prints the same for 5,000 addresses on 100 nodes, and for up to 1,000 nodes.
@Suite(.ownThread, .serialized) struct ScaleTests {
  /// Only the addresses of the node that dies move, evenly, and the work is proportional to them,
  /// whether the nodes had started together or one after the other.
  @Test(arguments: [0, 150]) func aCrashMovesOnlyWhatTheNodeHad(_ stagger: Int) {
    let result = Tables.scale(nodes: 10, addresses: 400, stagger: stagger)
    #expect((36...44).contains(result.moved))
    #expect(result.movedWithoutCause == 0)
    #expect(result.longestGap <= 600)
    #expect(result.evennessBefore <= 1.1)
    #expect(Double(result.maximumLoad) / result.meanLoad <= 1.1)
    #expect(result.rankings <= result.moved * 10)
  }

  /// A node sends as much among ten as among twenty.
  @Test func theCostOfANodeIsConstant() {
    let few = Tables.cost(nodes: 10, seconds: 2)
    let many = Tables.cost(nodes: 20, seconds: 2)
    for cost in [few, many] {
      #expect(cost.packets > 50 && cost.packets <= 70)
      #expect(cost.bytes <= 10_000)
    }
  }

  @Test func stallsAloneMoveNothing() {
    let result = Tables.falseFailovers(nodes: 5, days: 4)
    #expect(result.stalls > 20)
    #expect(result.perNodeDay <= 0.01)
  }
}
