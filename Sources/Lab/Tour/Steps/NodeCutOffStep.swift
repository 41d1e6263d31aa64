import Addresses

struct NodeCutOffStep: TourStep {
  let title = "The owner is cut off from the segment, and connected again"

  func run(_ lab: Lab, _ console: Console) async throws {
    let address = try await lab.address("l2-cluster", .ipv4)
    let owner = try await lab.settledOwner(of: address)
    let others = lab.topology.nodes.map(\.name).filter { $0 != owner }
    try await lab.serve("l2-cluster", withoutPodOf: owner)
    let requests = try await lab.startRequests(to: address, from: lab.topology.client)
    let start = try await lab.cutOff(owner)
    console.show("segment", "ip link set \(owner) nomaster   # its own link stays up", "")
    let heir = try await lab.settledOwner(of: address, among: others)
    console.expect("\(heir) has taken \(address) over", heir != owner)
    try await lab.showSeen(requests, of: address, since: start, console)

    let healed = Timestamp.now
    try await lab.reconnect(owner)
    console.show("segment", "ip link set \(owner) master segment", "")
    try await console.expect("\(owner) yields to the later claim: \(heir) stays the owner") {
      try await eventually(equals: heir) { try await lab.settledOwner(of: address) }
    }
    let seen = try await lab.showSeen(requests, of: address, since: healed, console)
    // Under `wire` both answer until the one hears of the other's later claim (DESIGN.md, S2).
    console.expect(
      "no request was without an answer", seen.failed[.noAnswer] == nil, found: seen.text)
    await requests.stop()
    try await lab.serve("l2-cluster", withoutPodOf: nil)
  }
}
