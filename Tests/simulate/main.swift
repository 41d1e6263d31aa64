import ElectionSimulator

let arguments = CommandLine.arguments
let first = arguments.count > 1 ? UInt64(arguments[1]) ?? 1 : 1
let count = arguments.count > 2 ? UInt64(arguments[2]) ?? 10 : 10
var steps = 0
for seed in first..<(first + count) {
  let world = World(Scenario(seed: seed), isTracing: arguments.count > 3)
  let findings = world.run()
  steps += world.statistics.steps
  if arguments.count > 3 { for line in world.trace { print(line) } }
  if !findings.isEmpty {
    print(seed, world.scenario.policy, world.scenario.nodes, findings)
  }
}
print("steps", steps)
