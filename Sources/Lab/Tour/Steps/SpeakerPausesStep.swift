import Addresses

struct SpeakerPausesStep: TourStep {
  let title = "The speaker of the owner is paused, and wakes up"

  func run(_ lab: Lab, _ console: Console) async throws {
    let address = try await lab.address("l2-cluster", .ipv4)
    let owner = try await lab.settledOwner(of: address)
    let others = lab.topology.nodes.map(\.name).filter { $0 != owner }
    let speaker = try await lab.speaker(owner)
    let requests = try await lab.startRequests(to: address, from: lab.topology.client)
    console.say(
      """
      A speaker that is stalled answers no more, but the kernel of \(owner) goes on forwarding: others \
      give it three seconds before they take \(address) over.

      """)
    let start = Timestamp.now
    await speaker.send(.stop)
    console.show(owner, "kill -STOP \(speaker.pid)", "")
    var heir = owner
    try await console.expect("another node has taken \(address) over") {
      heir = try await lab.settledOwner(of: address, among: others)
    }
    let heirName = heir
    await speaker.send(.continue)
    console.show(owner, "kill -CONT \(speaker.pid)", "")
    try await console.expect("\(owner) has woken up and names \(heirName)") {
      try await eventually(equals: heirName) { try await lab.settledOwner(of: address) }
    }
    try await lab.showSeen(requests, of: address, since: start, console)
    let known = try await lab.showNeighbour(address, console)
    console.expect("the client's kernel has the MAC of \(heirName)", known == heirName)
    await requests.stop()
  }
}
