import Election
import ElectionSimulator
import TestSupport
import Testing

@Suite(.ownThread, .serialized) struct ShrinkingTests {
  /// A run without leases fails, and a part of its faults is enough for that.
  @Test func aFailingScriptBecomesShorter() throws {
    let mutation = try #require(Mutations.all.first { $0.name == "lease on the reply path" })
    let failure = try #require(mutation.firstFailure(seconds: 60))
    let scenario = try #require(mutation.scenario(seed: failure.seed, seconds: 60))
    let shortest = Shrinking.shortest(scenario, of: failure.finding, attempts: 30)
    #expect(shortest.faults.count < scenario.faults.count)
    let again = World(shortest).run()
    #expect(again.contains { $0.invariant == failure.finding.invariant })
  }

  @Test func equalSeedsAreEqualRuns() {
    let worlds = (0..<2).map { _ in World(Scenario(seed: 9, nodes: 5, seconds: 25), isTracing: true)
    }
    for world in worlds { world.run() }
    #expect(worlds[0].trace == worlds[1].trace)
    #expect(worlds[0].trace.count > 50)
  }
}
