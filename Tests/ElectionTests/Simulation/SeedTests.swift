import Election
import ElectionSimulator
import TestSupport
import Testing

/// Random faults; every invariant is checked at every step. `make simulate` runs more of them.
@Suite(.ownThread, .serialized) struct SeedTests {
  /// A fixed budget of seeds, the same in every run.
  @Test(arguments: 1...6) func invariantsHold(_ seed: UInt64) {
    let scenario = Scenario(seed: seed, nodes: 2 + Int(seed % 5), seconds: 60)
    #expect(World(scenario).run() == [])
  }

  /// Clusters in which not everybody witnesses for everybody, which the seeds above have not.
  @Test(arguments: [(seed: 21, nodes: 9), (seed: 22, nodes: 12)])
  func invariantsHoldAmongMany(_ row: (seed: UInt64, nodes: Int)) {
    for policy in [IsolationPolicy.strict, .wire] {
      let scenario = Scenario(seed: row.seed, nodes: row.nodes, policy: policy, seconds: 60)
      #expect(World(scenario).run() == [])
    }
  }

  /// A seed draws each profile.
  @Test func seedsDrawProfiles() {
    let drawn = (1...20).map { Scenario(seed: $0, seconds: 60).timers }
    #expect(Set(drawn) == Set(Profile.allCases.map { Timers($0) }))
    #expect((1...20).allSatisfy { Scenario(seed: $0, model: .recorded).timers == Timers() })
  }

  /// One seed that was never run before, printed so that it can be run again.
  @Test func invariantsHoldForAFreshSeed() {
    let seed = UInt64.random(in: 1_000_000...999_999_999)
    print("fresh seed: simulate run seed=\(seed) seeds=1 nodes=5 seconds=60")
    let findings = World(Scenario(seed: seed, nodes: 5, seconds: 60)).run()
    #expect(findings == [], "simulate run seed=\(seed) seeds=1 nodes=5 seconds=60 trace=1")
  }

  /// With every message encoded, sealed, opened and decoded.
  @Test func invariantsHoldWithPackets() {
    var scenario = Scenario(seed: 2, nodes: 4, seconds: 30)
    scenario.usesPackets = true
    #expect(World(scenario).run() == [])
  }

  /// The seeds that found a fault once, but those that take long: `simulate regressions` runs all.
  @Test(arguments: Regressions.all.filter { !$0.isLong }.map(\.seed))
  func whatFailedOnceHolds(_ seed: UInt64) throws {
    let regression = try #require(Regressions.all.first { $0.seed == seed })
    #expect(regression.failure() == nil, "\(regression.fault)")
  }

  @Test func eachRegressionIsAnotherSeed() {
    #expect(Set(Regressions.all.map(\.seed)).count == Regressions.all.count)
  }
}
