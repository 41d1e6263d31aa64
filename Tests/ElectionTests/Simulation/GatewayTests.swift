import Election
import ElectionSimulator
import NIOCore
import TestSupport
import Testing

/// The policy `gateway`: of two sides of a cut segment the one with the gateway answers.
@Suite(.ownThread, .serialized) struct GatewayTests {
  /// A partition that leaves two nodes alone, away from the gateway.
  private func isolating(_ nodes: [Int], of count: Int) -> UInt64 {
    (1...100_000).first { group in
      var random = Random(seed: group)
      return (0..<count).map { _ in random.below(2) == 0 } == (0..<count).map(nodes.contains)
    } ?? 0
  }

  @Test(arguments: [(IsolationPolicy.gateway, false), (.wire, true)])
  func theSideWithoutGatewayIsSilentAfterThreeSeconds(
    _ policy: IsolationPolicy, _ answersOn: Bool
  ) {
    var scenario = Scenario.quiet(seed: 11, nodes: 4, policy: policy)
    scenario.addresses = 2
    scenario.isUniform = true
    let world = World(scenario)
    world.run(until: 6_000_000_000)
    let owner = world.answering(0)[0]
    world.inject(.outage, lasting: 9000)
    world.inject(
      .partition(.both, group: isolating([owner, (owner + 1) % 4], of: 4)), lasting: 9000)
    _ = world.run(milliseconds: 2500)
    // A new owner on the other side, and for three seconds the former one on its own.
    #expect(world.answering(0).count == 2 && world.answering(0).contains(owner))
    _ = world.run(milliseconds: 1200)
    #expect(world.answering(0).contains(owner) == answersOn)
    #expect(world.answering(0).count == (answersOn ? 2 : 1))
    _ = world.run(milliseconds: 8000)
    #expect(world.answering(0).count == 1)
    #expect(world.findings == [])
  }

  /// Who has a lease answers, whatever the gateway does: a gateway that restarts silences nobody.
  @Test func aGatewayThatRestartsSilencesNobodyWithALease() {
    var scenario = Scenario.quiet(seed: 11, nodes: 3, policy: .gateway)
    scenario.addresses = 2
    scenario.isUniform = true
    let world = World(scenario)
    world.run(until: 6_000_000_000)
    for node in 0..<3 { world.tell(node, .gateway(isAnswering: false)) }
    #expect(world.run(milliseconds: 6000) == 0)
  }

  /// Who hears nothing on its segment has lost its cable, and is silent under `wire` too.
  @Test func anOwnerThatHearsNothingIsSilentAfterThreeSeconds() {
    var scenario = Scenario.quiet(seed: 11, nodes: 4, policy: .wire)
    scenario.addresses = 2
    scenario.isUniform = true
    let world = World(scenario)
    world.run(until: 6_000_000_000)
    let owner = world.answering(0)[0]
    world.inject(.partition(.both, group: isolating([owner], of: 4)), lasting: 9000)
    _ = world.run(milliseconds: 1500)
    #expect(world.answering(0).contains(owner))
    _ = world.run(milliseconds: 3000)
    #expect(world.answering(0).count == 1 && !world.answering(0).contains(owner))
    #expect(world.findings == [])
  }
}
