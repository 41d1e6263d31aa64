import Election
import ElectionSimulator
import Testing

/// Random faults; every invariant is checked at every step.
@Suite struct SeedTests {
  /// A fixed budget of seeds, the same in every run.
  @Test(arguments: 1...24) func invariantsHold(_ seed: UInt64) {
    let scenario = Scenario(seed: seed, nodes: 2 + Int(seed % 5), seconds: 60)
    #expect(World(scenario).run() == [])
  }

  /// One seed that was never run before; its number is in the failure.
  @Test func invariantsHoldForAFreshSeed() {
    let seed = UInt64.random(in: 1_000_000 ... .max / 2)
    let scenario = Scenario(seed: seed, nodes: 5, seconds: 60)
    let findings = World(scenario).run()
    #expect(findings == [], "seed \(seed), 5 nodes, 60 seconds")
  }

  /// With every message encoded, sealed, opened and decoded.
  @Test(arguments: 1...4) func invariantsHoldWithPackets(_ seed: UInt64) {
    var scenario = Scenario(seed: seed, nodes: 4, seconds: 40)
    scenario.usesPackets = true
    #expect(World(scenario).run() == [])
  }

  /// The seeds that found a fault once.
  @Test(arguments: [
    // A witness whose log is empty did not tell a restarted member its number: no lease ever.
    (seed: 2107, nodes: 5, seconds: 120), (seed: 2025, nodes: 5, seconds: 120),
    // A replaced entry of the log left a gap that was never closed.
    (seed: 4, nodes: 8, seconds: 60), (seed: 11, nodes: 6, seconds: 120),
    // An owner that defended itself did not end the probing of an heir.
    (seed: 42, nodes: 3, seconds: 120), (seed: 37, nodes: 6, seconds: 60),
    // A claim was overruled while its heir was asking for it.
    (seed: 1, nodes: 5, seconds: 60),
  ])
  func whatFailedOnceHolds(_ row: (seed: UInt64, nodes: Int, seconds: Int)) {
    let scenario = Scenario(seed: row.seed, nodes: row.nodes, seconds: row.seconds)
    #expect(World(scenario).run() == [])
  }
}
