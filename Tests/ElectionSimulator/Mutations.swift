package import Election

/// Removes each guard in turn: the simulator must miss it.
package enum Mutations {
  /// A guard, and what shows what it is good for.
  package struct Mutation: Sendable {
    /// How its absence shows.
    package enum Evidence: Sendable {
      /// An invariant breaks under random faults.
      case seeds([IsolationPolicy], FaultMix, nodes: [Int], ClosedRange<UInt64>)
      /// An invariant breaks in a script.
      case script(@Sendable (Guards) -> [Finding])
      /// A measured number passes its limit.
      case measure(String, limit: Double, @Sendable (Guards) -> Double)
    }

    package let name: String
    package let guardRemoved: Guards
    package let evidence: Evidence
    /// The cheapest part of the evidence that shows it; nil for all of it.
    private let part: Evidence?

    init(
      _ name: String, _ guardRemoved: Guards, _ evidence: Evidence, briefly part: Evidence? = nil
    ) {
      self.name = name
      self.guardRemoved = guardRemoved
      self.evidence = evidence
      self.part = part
    }

    /// - Parameter known: A seed that fails without the guard.
    init(
      _ name: String, _ guardRemoved: Guards, _ policies: [IsolationPolicy], _ mix: FaultMix,
      nodes: [Int] = [3, 5], seeds: UInt64 = 200, known: UInt64 = 1
    ) {
      self.init(
        name, guardRemoved, .seeds(policies, mix, nodes: nodes, 1...seeds),
        briefly: .seeds(policies, mix, nodes: nodes, known...seeds))
    }

    /// The same guard with the cheapest evidence, for tests without optimisation.
    package var brief: Mutation { Mutation(name, guardRemoved, part ?? evidence) }

    private var guards: Guards { Guards.all.subtracting(guardRemoved) }

    /// What is broken without the guard; nil when nothing is. The same evidence with all guards in
    /// force is `soundness`.
    package func failure(seconds: Int = 120) -> String? {
      switch evidence {
      case .seeds: firstFailure(seconds: seconds).map { "seed \($0.seed), \($0.finding)" }
      case .script(let run): run(guards).first?.description
      case .measure(let what, let limit, let measure): Self.excess(what, limit, measure(guards))
      }
    }

    /// What is broken although all guards are in force; of the seeds the one that fails without the
    /// guard is run.
    package func soundness(seconds: Int = 120) -> String? {
      switch evidence {
      case .seeds:
        guard let failure = firstFailure(seconds: seconds),
          var scenario = scenario(seed: failure.seed, seconds: seconds)
        else { return nil }
        scenario.guards = .all
        return World(scenario).run().first.map { "seed \(failure.seed), \($0)" }
      case .script(let run): return run(.all).first?.description
      case .measure(let what, let limit, let measure):
        return Self.excess(what, limit, measure(.all))
      }
    }

    private static func excess(_ what: String, _ limit: Double, _ value: Double) -> String? {
      value > limit ? "\(what) is \(value), more than \(limit)" : nil
    }

    /// The first seed that fails without the guard, and what failed; nil when none does.
    package func firstFailure(seconds: Int = 120) -> (seed: UInt64, finding: Finding)? {
      guard case .seeds(_, _, _, let seeds) = evidence else { return nil }
      for seed in seeds {
        if let scenario = scenario(seed: seed, seconds: seconds),
          let finding = World(scenario).run().first
        {
          return (seed, finding)
        }
      }
      return nil
    }

    /// The run of a seed without the guard; nil for a guard that seeds do not show.
    package func scenario(seed: UInt64, seconds: Int = 120) -> Scenario? {
      guard case .seeds(let policies, let mix, let nodes, _) = evidence else { return nil }
      return Scenario(
        seed: seed, nodes: nodes[Int(seed) % nodes.count],
        policy: policies[Int(seed) % policies.count], seconds: seconds, mix: mix, guards: guards)
    }
  }

  private static let network: FaultMix = [.partition, .weather, .stall]

  /// All guards.
  package static let all: [Mutation] = [
    Mutation("lease on the reply path", .lease, [.strict], [.partition, .stall]),
    Mutation("silence of the witnesses", .silence, [.strict], network),
    Mutation("fence", .fence, [.strict], network, seeds: 600, known: 14),
    Mutation(
      "agreement of a witness", .agreement, .script(Scripts.forgottenFence),
      briefly: .script { Scripts.forgottenFence($0, seed: 2) }),
    Mutation("one promise at a time", .singlePromise, [.strict], network, seeds: 600, known: 5),
    Mutation("settling", .settling, .script(Scripts.forgottenPromise)),
    Mutation("confirmation", .confirmation, .script(Scripts.unrecordedClaim)),
    Mutation(
      "hearsay", .hearsay, .script(Scripts.echoOfThePast),
      briefly: .script { Scripts.echoOfThePast($0, seed: 5) }),
    Mutation("evidence of the wire", .wireEvidence, [.wire], [.partition], seeds: 600),
    Mutation(
      "fresh evidence of the wire", .freshEvidence,
      .measure("the slowest of 60 failovers among 20 nodes, in ms", limit: 600) { guards in
        Tables.failover(nodes: 20, policy: .wire, runs: 60, guards: guards).percentile(1)
      },
      briefly: .measure("a failover among 20 nodes, in ms", limit: 600) { guards in
        Tables.failover(nodes: 20, policy: .wire, runs: 1, guards: guards).percentile(1)
      }),
    Mutation("beacons", .beacons, [.wire], [.partition], nodes: [2]),
    Mutation(
      "yielding of the worse ranked heir", .yielding,
      .measure("the slowest of 20 failovers with two first heirs, in ms", limit: 600) { guards in
        Scripts.splitPromises(guards)
      }),
    Mutation("answer of the host", .hostEvidence, .script(Scripts.stalledProcess)),
    Mutation("lateness", .lateness, .script(Scripts.stalledWitness)),
    Mutation(
      "joint sets", .jointSets, [.strict], [.removal, .partition, .stall], nodes: [8, 9], seeds: 600
    ),
    Mutation("order of claims", .order, [.wire], [.partition]),
    Mutation("fresh commitments", .freshCommit, .script(Scripts.staleCommitment)),
    Mutation("comparison of tables", .comparison, .script(Scripts.missedClaim)),
    Mutation("acknowledgements of this life", .thisLife, .script(Scripts.lateAcknowledgement)),
    Mutation(
      "gathering at the start", .gathering,
      .measure("max/mean of the load after a start node by node", limit: 1.1) { guards in
        Tables.scale(nodes: 20, addresses: 1000, stagger: 200, guards: guards).evennessBefore
      },
      briefly: .measure("max/mean of the load after a start node by node", limit: 1.1) { guards in
        Tables.scale(nodes: 5, addresses: 100, stagger: 200, guards: guards).evennessBefore
      }),
  ]

  /// Prints a line for each guard; returns how many were not missed, or show nothing.
  package static func report(only name: String? = nil, _ say: (String) -> Void) -> Int {
    var silent = 0
    for mutation in all where name ?? mutation.name == mutation.name {
      if let fault = mutation.soundness() {
        silent += 1
        say("with \(mutation.name): \(fault)")
      } else if let failure = mutation.failure() {
        say("without \(mutation.name): \(failure)")
      } else {
        silent += 1
        say("without \(mutation.name): nothing is missed")
      }
    }
    return silent
  }
}
