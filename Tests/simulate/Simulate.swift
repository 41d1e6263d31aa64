import Election
import ElectionSimulator

#if canImport(Glibc)
  import Glibc
#endif

/// Runs the simulator of the election. See `usage`.
@main struct Simulate {
  static let usage = """
    usage: simulate [run] [key=value ...]   random faults, one run for each seed
           simulate tables                  the measured tables
           simulate mutations               remove each guard and see that it is missed
           simulate regressions             run the seeds that found a fault once
    keys:  seed=1        the first seed
           seeds=100     how many seeds
           steps=0       stop after so many steps; 0 for all seeds
           seconds=600   virtual time of each run
           nodes=0       how many nodes; 0 for what the seed says
           model=product as speakers run; recorded where the API records claims, as older seeds did
           policy=       wire, strict or gateway; what the seed says without it
           packets=0     1 to encode, seal and open every message
           trace=0       1 to print what happens
           shrink=1      0 to leave a failing script as it is
           mutation=     the name of a guard that is removed; the run is that of its check
           only=         one of the tables (failover, stalls, cost, load, start) or of the guards
    """

  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    var command = "run"
    if let first = arguments.first, !first.contains("=") { command = arguments.removeFirst() }
    var options: [String: String] = [:]
    for argument in arguments {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        say(usage)
        exit(2)
      }
      options[parts[0]] = parts[1]
    }
    switch command {
    case "run": run(options)
    case "tables":
      for (name, table) in Tables.all where options["only"] ?? name == name { say(table()) }
    case "mutations":
      let missed = Mutations.report(only: options["only"]) { say($0) }
      exit(missed == 0 ? 0 : 1)
    case "regressions":
      exit(Regressions.report { say($0) } == 0 ? 0 : 1)
    default:
      say(usage)
      exit(2)
    }
  }

  private static func run(_ options: [String: String]) {
    func number(_ key: String, _ standard: Int) -> Int {
      options[key].flatMap(Int.init) ?? standard
    }
    let first = UInt64(max(0, number("seed", 1)))
    let limit = number("steps", 0)
    var total = Statistics()
    var failures = 0
    var runs = 0
    for seed in first..<(first + UInt64(max(1, number("seeds", 100)))) {
      var scenario = Scenario(
        seed: seed, nodes: number("nodes", 0) > 0 ? number("nodes", 0) : nil,
        policy: options["policy"].flatMap(IsolationPolicy.init(rawValue:)),
        seconds: number("seconds", 600),
        model: options["model"].flatMap(Model.init(rawValue:)) ?? .product)
      scenario.usesPackets = number("packets", 0) == 1
      if let name = options["mutation"],
        let mutated = Mutations.all.first(where: { $0.name == name })?.scenario(seed: seed)
      {
        scenario = mutated
      }
      let world = World(scenario, isTracing: number("trace", 0) == 1)
      let findings = world.run()
      total.add(world.statistics)
      runs += 1
      for line in world.trace { say(line) }
      if let finding = findings.first {
        failures += 1
        say("seed \(seed) (\(scenario.nodes) nodes, \(scenario.policy.rawValue)): \(finding)")
        if number("shrink", 1) == 1 {
          for fault in Shrinking.shortest(scenario, of: finding).faults { say("  \(fault)") }
        }
      }
      if runs % 100 == 0 { say("\(runs) seeds, \(total.steps) steps, \(failures) failures") }
      if limit > 0, total.steps >= limit { break }
    }
    say(
      "\(runs) seeds, \(total.steps) steps, \(total.packets) packets, \(total.moves) moves,"
        + " \(total.duplicates) double answers (longest \(total.longestDuplicate / 1_000_000) ms),"
        + " \(failures) failures")
    exit(failures == 0 ? 0 : 1)
  }

  /// Prints a line at once, also into a file.
  static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}
