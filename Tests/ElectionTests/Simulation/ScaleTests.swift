import ElectionSimulator
import Testing

@Suite struct ScaleTests {
  /// Only the addresses of the node that dies move, evenly, and the work is proportional to them.
  @Test func aCrashMovesOnlyWhatTheNodeHad() {
    let result = Tables.scale(nodes: 20, addresses: 400)
    #expect((15...25).contains(result.moved))
    #expect(result.movedWithoutCause == 0)
    #expect(result.longestGap <= 600)
    #expect(Double(result.maximumLoad) / result.meanLoad <= 1.25)
    #expect(result.rankings <= result.moved * 20 * 2)
  }

  /// A node sends as much among ten as among forty.
  @Test func theCostOfANodeIsConstant() {
    let few = Tables.cost(nodes: 10)
    let many = Tables.cost(nodes: 40)
    for cost in [few, many] {
      #expect(cost.packets > 50 && cost.packets <= 70)
      #expect(cost.bytes <= 10_000)
    }
  }

  @Test func stallsAloneMoveNothing() {
    let result = Tables.falseFailovers(nodes: 5, days: 10)
    #expect(result.stalls > 50)
    #expect(result.perNodeDay <= 0.01)
  }
}
