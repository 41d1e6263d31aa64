import Addresses
import NIOCore

struct SpeakerStopsStep: TourStep {
  let title = "A speaker gets SIGTERM, withdraws and says goodbye; then it is started again"

  func run(_ lab: Lab, _ console: Console) async throws {
    let all = lab.topology.nodes.map(\.name)
    let owned = try await lab.address("l2-cluster", .ipv4)
    let node = try await lab.settledOwner(of: owned)
    let cluster = try await lab.address("bgp-cluster", .ipv4)
    console.show("router", "birdc show protocols", try await lab.router.ask("show protocols"))
    let speaker = try await lab.speaker(node)
    console.say("\n\(node) owns \(owned), for which a client asks every 5 ms.\n")
    let requests = try await lab.startRequests(to: owned, from: lab.topology.client)
    let begin = Timestamp.now
    let start = NIODeadline.now()
    await speaker.send(.terminate)
    console.show(node, "kill -TERM \(speaker.pid)", "")
    let remaining = all.filter { $0 != node }
    try await console.expect("the router has \(cluster) from the others alone") {
      try await eventually(equals: remaining, every: .milliseconds(10)) {
        try await lab.announcers(cluster)
      }
    }
    let elapsed = NIODeadline.now() - start
    let milliseconds = elapsed.nanoseconds / 1_000_000
    // An address that nobody else can take, as one of Local with its only pod here, is kept for three
    // seconds before the speaker gives it up and goes.
    console.expect(
      "that took \(milliseconds) ms, less than four seconds", elapsed < .seconds(4),
      found: "\(milliseconds) ms")
    let status = try await speaker.waitForExit(within: .seconds(3))
    await lab.forgetSpeaker(node)
    console.expect(
      "the speaker ended with status 0", status == 0,
      found: status.map { "status \($0)" } ?? "it still runs")
    let heir = try await lab.settledOwner(of: owned)
    console.expect("\(heir) has got \(owned) from it", heir != node)
    try await lab.showSeen(requests, of: owned, since: begin, console)
    let sessions = AddressFamily.allCases.map { BirdConfiguration.protocolName(node: node, $0) }
    let goodbye = lab.router.log().lines.filter { line in
      sessions.contains { line.contains($0) } && line.contains("Received: ")
    }.suffix(2).joined(separator: "\n")
    console.show("router", "grep Received: bird.log", goodbye)
    console.expect("the router heard a Cease", goodbye.contains("Administrative shutdown"))
    console.show("router", "birdc show protocols", try await lab.router.ask("show protocols"))
    let reply = try await lab.showRequest(cluster, from: lab.topology.outside, console)
    console.expect("\(cluster) is still served, by way of the others", reply != nil)
    let silent = try await lab.bellman(["status"], node: node)
    console.show(node, "bellman status", silent.output + silent.error)
    console.expect("`bellman status` says that no speaker runs", silent.status != 0)

    console.say("\nThe speaker of \(node) is started again.\n")
    try await lab.startSpeaker(node)
    try await console.expect("\(node) announces \(cluster) again") {
      try await eventually(equals: all, within: .seconds(20)) {
        try await lab.announcers(cluster)
      }
    }
    try await console.expect("\(heir) keeps \(owned)") {
      try await eventually(equals: heir) { try await lab.settledOwner(of: owned) }
    }
    await requests.stop()
    try await lab.showRoutes(.ipv4, console)
  }
}
