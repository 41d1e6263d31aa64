import Addresses
import NIOCore

struct SpeakerStopsStep: TourStep {
  let title = "A speaker gets SIGTERM, withdraws and says goodbye; then it is started again"

  func run(_ lab: Lab, _ console: Console) async throws {
    let all = lab.topology.nodes.map(\.name)
    let cluster = try await lab.address("bgp-cluster", .ipv4)
    console.show("router", "birdc show protocols", try await lab.router.ask("show protocols"))
    let speaker = try await lab.speaker("node-1")
    let start = NIODeadline.now()
    await speaker.send(.terminate)
    console.show("node-1", "kill -TERM \(speaker.pid)", "")
    let remaining = Array(all.dropFirst())
    try await console.expect("the router has \(cluster) from the others alone") {
      try await eventually(equals: remaining, every: .milliseconds(10)) {
        try await lab.announcers(cluster)
      }
    }
    let elapsed = NIODeadline.now() - start
    let milliseconds = elapsed.nanoseconds / 1_000_000
    console.expect(
      "that took less than a second", elapsed < .seconds(1), found: "\(milliseconds) ms")
    let status = try await speaker.waitForExit(within: .seconds(3))
    console.expect(
      "the speaker ended with status 0", status == 0,
      found: status.map { "status \($0)" } ?? "it still runs")
    let goodbye = lab.router.log().lines.filter {
      $0.contains("node_1_v") && $0.contains("Received: ")
    }.suffix(2).joined(separator: "\n")
    console.show("router", "grep Received: bird.log", goodbye)
    console.expect("the router heard a Cease", goodbye.contains("Administrative shutdown"))
    console.show("router", "birdc show protocols", try await lab.router.ask("show protocols"))
    let reply = try await lab.showRequest(cluster, from: lab.topology.outside, console)
    console.expect("\(cluster) is still served, by way of the others", reply != nil)
    let silent = try await lab.bellman(["status"], node: "node-1")
    console.show("node-1", "bellman status", silent.output + silent.error)
    console.expect("`bellman status` says that no speaker runs", silent.status != 0)

    console.say("\nThe speaker of node-1 is started again.\n")
    try await lab.startSpeaker("node-1")
    try await console.expect("node-1 announces \(cluster) again") {
      try await eventually(equals: all, within: .seconds(20)) {
        try await lab.announcers(cluster)
      }
    }
    try await lab.showRoutes(.ipv4, console)
  }
}
