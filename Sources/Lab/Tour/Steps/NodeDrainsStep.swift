import Addresses

struct NodeDrainsStep: TourStep {
  let title = "The owner is drained"

  func run(_ lab: Lab, _ console: Console) async throws {
    let address = try await lab.address("l2-cluster", .ipv4)
    let owner = try await lab.settledOwner(of: address)
    // With its only pod here, nobody could take an address of Local, and the drain would wait.
    try await lab.serve("l2-local", withoutPodOf: nil)
    let requests = try await lab.startRequests(to: address, from: lab.topology.client)
    let start = Timestamp.now
    try await lab.showBellman(["drain", "--deadline", "20s"], node: owner, console)
    let heir = try await lab.settledOwner(of: address)
    console.expect("\(heir) has got \(address) from it", heir != owner)
    let seen = try await lab.showSeen(requests, of: address, since: start, console)
    console.expect(
      "no request was without an answer", seen.failed[.noAnswer] == nil, found: seen.text)
    try await lab.showBellman(["status", "members"], node: owner, console)

    try await lab.showBellman(["drain", "--undo"], node: owner, console)
    try await console.expect("\(heir) keeps \(address)") {
      try await eventually(equals: heir) { try await lab.settledOwner(of: address) }
    }
    await requests.stop()
  }
}
