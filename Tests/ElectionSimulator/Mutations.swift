package import Election

/// Removes each guard in turn: the simulator must miss it.
package enum Mutations {
  /// A guard, and the runs that show what it is good for.
  package struct Mutation: Sendable {
    package let name: String
    package let guardRemoved: Guards
    package let policies: [IsolationPolicy]
    package let mix: FaultMix
    package let nodes: [Int]
    /// How many seeds are tried.
    package let seeds: Int

    init(
      _ name: String, _ guardRemoved: Guards, _ policies: [IsolationPolicy], _ mix: FaultMix,
      nodes: [Int] = [3, 5], seeds: Int = 200
    ) {
      self.name = name
      self.guardRemoved = guardRemoved
      self.policies = policies
      self.mix = mix
      self.nodes = nodes
      self.seeds = seeds
    }

    /// The first seed that fails without the guard, and what failed; nil when none does.
    package func firstFailure(seconds: Int = 120) -> (seed: UInt64, finding: Finding)? {
      for seed in 1...UInt64(seeds) {
        if let finding = World(scenario(seed: seed, seconds: seconds)).run().first {
          return (seed, finding)
        }
      }
      return nil
    }

    /// The run of a seed without the guard.
    package func scenario(seed: UInt64, seconds: Int = 120) -> Scenario {
      Scenario(
        seed: seed, nodes: nodes[Int(seed) % nodes.count],
        policy: policies[Int(seed) % policies.count], seconds: seconds, mix: mix,
        guards: Guards.all.subtracting(guardRemoved))
    }
  }

  private static let network: FaultMix = [.partition, .weather, .stall]

  /// All guards that random faults can miss. Those that only make a failover faster or rarer are
  /// measured by `Tables` instead.
  package static let all: [Mutation] = [
    Mutation("lease on the reply path", .lease, [.strict], [.partition, .stall]),
    Mutation("silence of the witnesses", .silence, [.strict], network),
    Mutation("fence", .fence, [.strict], network, seeds: 600),
    Mutation("one promise at a time", .singlePromise, [.strict], network, seeds: 600),
    Mutation(
      "settling", .settling, [.strict], [.partition, .stall, .kill, .forgetting], seeds: 600),
    Mutation("confirmation", .confirmation, [.strict], network, seeds: 600),
    Mutation("hearsay", .hearsay, [.strict], [.partition, .drain, .kill, .weather], seeds: 600),
    Mutation("evidence of the wire", .wireEvidence, [.wire], [.partition], seeds: 600),
    Mutation("beacons", .beacons, [.wire], [.partition], nodes: [2]),
    Mutation(
      "joint sets", .jointSets, [.strict], [.removal, .partition, .stall], nodes: [8, 9], seeds: 600
    ),
    Mutation("order of claims", .order, [.wire], [.partition]),
    Mutation(
      "fresh commitments", .freshCommit, [.strict], [.drain, .weather, .stall, .partition],
      seeds: 600),
    Mutation("comparison of tables", .comparison, [.wire, .strict], [.partition, .weather]),
    Mutation("lateness", .lateness, [.wire, .strict], [.stall, .suspend], seeds: 600),
  ]

  /// Prints a line for each guard; returns how many were not missed.
  package static func report(_ say: (String) -> Void) -> Int {
    var silent = 0
    for mutation in all {
      if let failure = mutation.firstFailure() {
        say("without \(mutation.name): seed \(failure.seed), \(failure.finding)")
      } else {
        silent += 1
        say("without \(mutation.name): nothing in \(mutation.seeds) seeds")
      }
    }
    return silent
  }
}
