package import Election

#if canImport(Glibc)
  import Glibc
#endif

/// The measured tables: how fast, how often in vain, how much, and how even.
package enum Tables {
  /// All of them, one after the other.
  package static let all: [(name: String, make: @Sendable () -> String)] = [
    (
      "failover",
      {
        failover(runs: [
          (2, 200, 1), (3, 200, 1), (5, 200, 1), (10, 150, 1), (20, 100, 1), (100, 60, 4),
          (1000, 4, 30),
        ])
      }
    ),
    ("stalls", { stalls(nodes: 10, days: 1200, quietDays: 3) }),
    ("cost", { cost([2, 3, 10, 100, 1000]) }),
    ("load", { scaleText() }), ("start", { startsText() }),
  ]

  // MARK: Failover

  /// What a client saw of crashes of owners.
  package struct FailoverRow: Sendable {
    package var nodes: Int
    package var policy: IsolationPolicy
    package var gaps: [Double]

    /// The share of gaps, in milliseconds, that are at most this long.
    package func percentile(_ share: Double) -> Double {
      gaps.isEmpty ? 0 : gaps[min(gaps.count - 1, Int(share * Double(gaps.count)))]
    }
  }

  /// Crashes an owner after some quiet seconds and measures until its addresses are answered.
  ///
  /// - Parameter crashes: How many owners crash in each run, one after the other, of which none comes
  ///   back: a small share of the nodes, or the last ones have too few witnesses.
  package static func failover(
    nodes: Int, policy: IsolationPolicy, runs: Int, crashes: Int = 1,
    timers: Timers = Timers(), guards: Guards = .all
  ) -> FailoverRow {
    var row = FailoverRow(nodes: nodes, policy: policy, gaps: [])
    for run in 0..<runs {
      var scenario = Scenario.quiet(seed: UInt64(run + 1), nodes: nodes, policy: policy)
      scenario.addresses = min(2 * nodes, 60)
      scenario.timers = timers
      scenario.guards = guards
      scenario.isUniform = true
      let world = World(scenario)
      world.loss = 0.002
      world.run(until: 6_000_000_000 + UInt64(run) * 7_919_191 % 1_000_000_000)
      for crash in 0..<crashes {
        // All is quiet again, and heartbeats are anywhere between two.
        if crash > 0 {
          world.run(until: world.now + 2_000_000_000 + world.random.next() % 100_000_000)
        }
        row.gaps += world.crashOwner().map { Double($0) / 1_000_000 }
      }
    }
    row.gaps.sort()
    return row
  }

  private static func failover(runs: [(nodes: Int, runs: Int, crashes: Int)]) -> String {
    var lines = ["crash of an owner, ms    gaps     p50     p90     p99     max"]
    for (nodes, count, crashes) in runs {
      for policy in [IsolationPolicy.strict, .wire] where nodes > 2 || policy == .wire {
        let row = failover(nodes: nodes, policy: policy, runs: count, crashes: crashes)
        lines.append(
          pad("\(nodes) nodes, \(policy.rawValue)", 22) + number(Double(row.gaps.count), 7)
            + [0.5, 0.9, 0.99, 1].map { number(row.percentile($0), 8) }.joined())
      }
    }
    return lines.joined(separator: "\n")
  }

  // MARK: False failovers

  /// What was seen of moves without a failure.
  package struct FalseFailovers: Sendable {
    package var moves: Int
    package var nodeDays: Double
    package var stalls: Int

    package var perNodeDay: Double { Double(moves) / nodeDays }
    /// What the true rate is not above, with a probability of 95 %: at that rate no more than this
    /// many moves are seen in one of 20 such measurements.
    package var upperBound: Double { Tables.poissonBound(moves) / nodeDays }
  }

  /// The mean of a Poisson distribution of which one in 20 draws is at most `count`.
  package static func poissonBound(_ count: Int) -> Double {
    var (low, high) = (0.0, Double(count) * 2 + 10)
    for _ in 0..<60 {
      let mean = (low + high) / 2
      var term = exp(-mean)
      var sum = term
      for draw in 0..<count {
        term *= mean / Double(draw + 1)
        sum += term
      }
      if sum > 0.05 { low = mean } else { high = mean }
    }
    return high
  }

  /// How many times as often as the law has it stalls come, where there are any.
  private static let acceleration = 400.0

  /// Moves of addresses in a cluster where nothing but stalls and lost packets happens, per node
  /// and day. The law of stalls is assumed: ten a day above 100 ms, with a power of -3.3.
  ///
  /// - Parameters:
  ///   - days: Node-days, at least. Days without a stall say nothing that loss alone would not, so
  ///     with stalls these come 400 times as often, and a node-day of the law is 216 s of virtual
  ///     time: it has all its ten stalls, each amid lost packets, but a 400th of the packets that a
  ///     day loses, and two stalls meet 400 times as often as in a day of the law. So what stalls do
  ///     is counted in full or too high, and what loss alone does only by the days without stalls,
  ///     which are days as they are.
  ///   - hasStalls: Whether there are stalls.
  package static func falseFailovers(
    nodes: Int, days: Double, guards: Guards = .all, loss: Double = 0.01, hasStalls: Bool = true
  ) -> FalseFailovers {
    let acceleration = hasStalls ? Self.acceleration : 1
    var result = FalseFailovers(moves: 0, nodeDays: 0, stalls: 0)
    var seed: UInt64 = 1
    while result.nodeDays < days {
      var scenario = Scenario.quiet(seed: seed, nodes: nodes, policy: .strict)
      scenario.addresses = 2 * nodes
      scenario.guards = guards
      var random = Random(seed: seed &+ 99)
      let seconds = 600
      for node in 0..<nodes where hasStalls {
        var at = 6.0
        while true {
          let perSecond = 10.0 * acceleration / 86_400
          at += -log(max(1e-12, random.unit())) / perSecond
          if at > Double(seconds) { break }
          let length = 100 * exp(-log(max(1e-12, random.unit())) / 3.3)
          result.stalls += 1
          scenario.faults.append(
            Fault(at: Int(at * 1000), lasts: Int(min(length, 60_000)), kind: .stall(node: node)))
        }
      }
      let world = World(scenario)
      world.loss = loss
      world.run(until: 6_000_000_000)
      let before = world.statistics.moves
      world.run(until: UInt64(seconds) * 1_000_000_000)
      result.moves += world.statistics.moves - before
      result.nodeDays += Double(seconds - 6) * acceleration * Double(nodes) / 86_400
      seed += 1
    }
    return result
  }

  private static func stalls(nodes: Int, days: Double, quietDays: Double) -> String {
    var lines = ["moved addresses per node-day, 1 % loss            seen   95 % below"]
    for (name, guards, hasStalls) in [
      ("two tiers, stalls by the assumed law", Guards.all, true),
      ("without the answer of the host", Guards.all.subtracting(.hostEvidence), true),
      ("two tiers, no stalls", Guards.all, false),
    ] {
      let result = falseFailovers(
        nodes: nodes, days: hasStalls ? days : quietDays, guards: guards, hasStalls: hasStalls)
      lines.append(
        pad(name, 44) + padLeft(decimals(result.perNodeDay, 4), 10)
          + padLeft(decimals(result.upperBound, 4), 13)
          + "  (\(decimals(result.nodeDays, 1)) node-days, \(result.stalls) stalls)")
    }
    let seconds = Int(86_400 / acceleration)
    lines.append(
      """
      stalls come \(Int(acceleration)) times as often as the law has them: \(seconds) s with the ten stalls of a day
      count as a node-day. What is lost in the rest of a day is in the row without stalls only.
      """)
    return lines.joined(separator: "\n")
  }

  // MARK: Cost

  /// Packets and bytes that a node sends in a second, with headers of Ethernet, IPv4 and UDP.
  package static func cost(
    nodes: Int, seconds: UInt64 = 10
  ) -> (packets: Double, bytes: Double, frames: Double) {
    var scenario = Scenario.quiet(seed: 5, nodes: nodes, policy: .wire)
    scenario.addresses = min(2 * nodes, 60)
    scenario.usesPackets = true
    let world = World(scenario)
    world.run(until: 8_000_000_000)
    let before = world.statistics
    world.run(until: (8 + seconds) * 1_000_000_000)
    let after = world.statistics
    let share = Double(nodes) * Double(seconds)
    let packets = Double(after.packets - before.packets)
    let bytes = Double(after.peerBytes - before.peerBytes) + 42 * packets
    return (packets / share, bytes / share, Double(after.frames - before.frames) / share)
  }

  private static func cost(_ sizes: [Int]) -> String {
    var lines = ["a node sends in a second   packets    bytes   beacons received"]
    for nodes in sizes {
      let cost = cost(nodes: nodes, seconds: nodes > 200 ? 3 : 10)
      lines.append(
        pad("\(nodes) nodes", 25) + number(cost.packets, 9) + number(cost.bytes, 9)
          + number(cost.frames, 12))
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Scale

  /// What happens when one of many nodes with many addresses dies.
  package struct ScaleResult: Sendable {
    package var moved = 0
    package var movedWithoutCause = 0
    package var longestGap = 0.0
    package var maximumLoad = 0
    package var meanLoad = 0.0
    package var rankings = 0
    package var evennessBefore = 0.0
  }

  /// Gives 5,000 addresses to 100 nodes and crashes one.
  ///
  /// - Parameter stagger: The milliseconds between the starts of two nodes.
  package static func scale(
    nodes: Int = 100, addresses: Int = 5000, stagger: Int = 0, guards: Guards = .all
  ) -> ScaleResult {
    var scenario = Scenario.quiet(seed: 3, nodes: nodes, policy: .strict)
    scenario.addresses = addresses
    scenario.isUniform = true
    scenario.stagger = stagger
    scenario.guards = guards
    let world = World(scenario)
    world.run(until: 14_000_000_000 + UInt64(stagger * nodes) * 1_000_000)
    return world.crashAmongMany()
  }

  private static func scaleText() -> String {
    [0, 50].map { scaleText(stagger: $0) }.joined(separator: "\n")
  }

  private static func scaleText(stagger: Int) -> String {
    let result: ScaleResult = scale(nodes: 100, addresses: 5000, stagger: stagger)
    return """
      5,000 addresses, 100 nodes that start \(stagger) ms apart, one dies
      moved \(result.moved), of others \(result.movedWithoutCause)
      longest gap \(Int(result.longestGap)) ms
      load before: max/mean \(decimals(result.evennessBefore, 3))
      load after: max \(result.maximumLoad), max/mean \
      \(decimals(Double(result.maximumLoad) / result.meanLoad, 3))
      rankings made by all survivors together \(result.rankings)
      """
  }

  // MARK: Text

  static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func number(_ value: Double, _ width: Int) -> String {
    padLeft(String(Int(value.rounded())), width)
  }

  static func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private static func decimals(_ value: Double, _ count: Int) -> String {
    var factor = 1.0
    for _ in 0..<count { factor *= 10 }
    return String((value * factor).rounded() / factor)
  }
}

extension Scenario {
  /// A run without faults.
  package static func quiet(seed: UInt64, nodes: Int, policy: IsolationPolicy) -> Scenario {
    var scenario = Scenario(seed: seed, nodes: nodes, policy: policy, seconds: 600, mix: [])
    scenario.stopsAtFailure = false
    scenario.milliseconds = 3_600_000
    scenario.timers = Timers()
    return scenario
  }
}

extension World {
  /// Crashes a node that owns something and returns for how long nobody answered for each of its
  /// addresses, in nanoseconds; four seconds where nobody came.
  package func crashOwner() -> [UInt64] {
    let owners = Set(addresses.indices.flatMap { enabled[$0] }).sorted()
    guard !owners.isEmpty else { return [] }
    let victim = nodes[owners[random.below(owners.count)]]
    let lost = addresses.indices.filter { enabled[$0].contains(victim.index) }
    let start = now
    shutDown(victim, remembers: true)
    victim.isHostUp = false
    var gaps: [UInt64] = []
    var open = Set(lost)
    while !open.isEmpty, now < start + 4_000_000_000 {
      run(until: now + 1_000_000)
      for address in open where enabled[address].contains(where: { isAnswering(address, $0) }) {
        gaps.append(now - start)
        open.remove(address)
      }
    }
    return gaps + open.map { _ in 4_000_000_000 }
  }

  /// Crashes a node and measures what moved, and how evenly.
  func crashAmongMany() -> Tables.ScaleResult {
    var result = Tables.ScaleResult()
    let owners = enabled.map(\.first)
    result.evennessBefore =
      Double(loads().max() ?? 0) * Double(nodes.count) / Double(addresses.count)
    let rankings = nodes.map(\.election.counters.rankings)
    let victim = nodes.count / 2
    result.longestGap = Double(crash(victim)) / 1_000_000
    run(until: now + 3_000_000_000)
    for address in addresses.indices where enabled[address].first != owners[address] {
      if owners[address] == victim {
        result.moved += 1
      } else {
        result.movedWithoutCause += 1
      }
    }
    result.maximumLoad = loads().max() ?? 0
    result.meanLoad = Double(addresses.count) / Double(nodes.count - 1)
    result.rankings = zip(nodes, rankings).reduce(0) { $0 + $1.0.election.counters.rankings - $1.1 }
    return result
  }

  private func loads() -> [Int] {
    var loads = [Int](repeating: 0, count: nodes.count)
    for owners in enabled {
      for owner in owners { loads[owner] += 1 }
    }
    return loads
  }

  private func crash(_ index: Int) -> UInt64 {
    let lost = addresses.indices.filter { enabled[$0].contains(index) }
    let start = now
    shutDown(nodes[index], remembers: true)
    nodes[index].isHostUp = false
    while now < start + 4_000_000_000 {
      run(until: now + 5_000_000)
      if lost.allSatisfy({ !enabled[$0].isEmpty }) { return now - start }
    }
    return now - start
  }
}
