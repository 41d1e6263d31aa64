import Election

/// How long a cluster takes that starts with nothing.
extension Tables {
  /// What fresh nodes find when they start.
  package enum Start: String, CaseIterable, Sendable {
    case fresh = "all at once"
    case lossy = "5 % loss"
    case oneByOne = "names one by one"
  }

  /// Starts fresh nodes within 0.3 s of each other under `strict`; returns after which times, in
  /// milliseconds, every address had one owner that answers and that all name. A minute where that
  /// did not happen.
  package static func starts(nodes: Int, _ start: Start, runs: Int) -> [Double] {
    (1...runs).map { startTime(seed: UInt64($0), nodes: nodes, start) }.sorted()
  }

  static func startsText() -> String {
    var lines = ["start of 5 fresh nodes, strict, ms          p50     p90     p99     max"]
    for start in Start.allCases {
      let times = starts(nodes: 5, start, runs: 300)
      let shares = [0.5, 0.9, 0.99, 1].map { times[min(times.count - 1, Int($0 * 300))] }
      lines.append(pad(start.rawValue, 39) + shares.map { number($0, 8) }.joined())
    }
    return lines.joined(separator: "\n")
  }

  private static func startTime(seed: UInt64, nodes: Int, _ start: Start) -> Double {
    var scenario = Scenario.quiet(seed: seed, nodes: nodes, policy: .strict)
    // Names that come one by one are told by hand.
    if start == .oneByOne { scenario.faults = [Fault(at: 0, lasts: 3_600_000, kind: .outage)] }
    let world = World(scenario)
    if start == .lossy { world.loss = 0.05 }
    var listed = [Int](repeating: start == .oneByOne ? 0 : nodes, count: nodes)
    var random = Random(seed: seed)
    while world.milliseconds < 60_000 {
      _ = world.run(milliseconds: 10)
      for node in 0..<nodes where listed[node] < nodes && world.nodes[node].isProcessUp {
        // Every 0.2 s on average it hears of one more.
        guard listed[node] == 0 || random.below(20) == 0 else { continue }
        listed[node] += 1
        let names = (0..<nodes).prefix(listed[node]).map { "node-\(($0 + node) % nodes)" }
        world.tell(node, .members(names))
      }
      if world.isAgreed { break }
    }
    return Double(world.milliseconds)
  }
}

extension World {
  /// Whether every address that somebody may have has one owner that answers and that all name.
  fileprivate var isAgreed: Bool {
    addresses.indices.allSatisfy { address in
      let names = Set(nodes.map { $0.election.claim(to: addresses[address])?.owner })
      return answering(address).count == 1 && names.count == 1
        && names.first == nodes[answering(address)[0]].id
    }
  }
}
