import Addresses

struct NodeUnavailableStep: TourStep {
  let title = "A node's network becomes unavailable, and comes back"

  func run(_ lab: Lab, _ console: Console) async throws {
    let all = lab.topology.nodes.map(\.name)
    guard let last = all.last else { return }
    let cluster = try await lab.address("bgp-cluster", .ipv4)
    let owned = try await lab.address("l2-cluster", .ipv4)
    console.say("\(last) gets the condition NetworkUnavailable.\n")
    try await lab.edit { manifests, _ in
      try manifests.setNetworkUnavailable(true, node: last)
    }
    try await console.expect("the router has no route from \(last) any more") {
      try await eventually("no route from \(last)") {
        let next = try lab.topology.node(last)
        return try await lab.router.routes().allSatisfy {
          $0.nextHop != .v4(next.ipv4) && $0.nextHop != .v6(next.ipv6)
        }
      }
    }
    try await lab.showRoutes(.ipv4, console)
    try await lab.showBellman(["explain", "\(cluster)"], node: last, console)
    try await console.expect("\(last) does not own \(owned)") {
      try await eventually("another node owns it") {
        try await lab.settledOwner(of: owned) != last
      }
    }
    for (address, machine) in [(cluster, lab.topology.outside), (owned, lab.topology.client)] {
      let reply = try await lab.showRequest(address, from: machine, console)
      console.expect("\(address) is still served", reply != nil)
    }
    let owner = try await lab.showNeighbour(owned, console)
    console.expect("the client's kernel knows that", owner != nil && owner != last)

    console.say("\nThe condition goes.\n")
    try await lab.edit { manifests, _ in
      try manifests.setNetworkUnavailable(false, node: last)
    }
    try await console.expect("\(last) announces \(cluster) again") {
      try await eventually(equals: all) { try await lab.announcers(cluster) }
    }
  }
}
