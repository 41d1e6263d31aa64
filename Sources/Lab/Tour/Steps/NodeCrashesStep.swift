import Addresses

struct NodeCrashesStep: TourStep {
  let title = "The owner of an address crashes, and comes back"

  func run(_ lab: Lab, _ console: Console) async throws {
    let address = try await lab.address("l2-cluster", .ipv4)
    let owner = try await lab.settledOwner(of: address)
    try await lab.serve("l2-cluster", withoutPodOf: owner)
    console.say(
      "A client asks for \(address), which \(owner) owns, every 5 ms. The pods are on other nodes.\n"
    )
    let requests = try await lab.startRequests(to: address, from: lab.topology.client)

    let speaker = try await lab.speaker(owner)
    let crash = try await lab.crash(owner)
    console.show(owner, "kill -KILL \(speaker.pid); ip link set eth0 down", "")
    let heir = try await lab.settledOwner(of: address)
    console.expect("\(heir) has taken \(address) over", heir != owner)
    try await lab.showSeen(requests, of: address, since: crash, console)
    _ = try await lab.showNeighbour(address, console)

    console.say("\n\(owner) comes back.\n")
    let back = Timestamp.now
    try await lab.restoreLinks(of: owner)
    try await lab.startSpeaker(owner)
    console.show(owner, "ip link set eth0 up; bellman speaker ... &", "")
    try await console.expect("\(owner) takes nothing back: it too names \(heir)") {
      try await eventually(equals: heir) { try await lab.settledOwner(of: address) }
    }
    let seen = try await lab.showSeen(requests, of: address, since: back, console)
    console.expect(
      "the client saw nothing of that", seen.failureCount == 0 && seen.nodes == [heir],
      found: seen.text)
    await requests.stop()
    try await lab.serve("l2-cluster", withoutPodOf: nil)
  }
}
