import Addresses

struct EndpointMovesStep: TourStep {
  let title = "The only endpoint of the Local services moves to node-2"

  func run(_ lab: Lab, _ console: Console) async throws {
    let client = lab.topology.client
    let addresses = [
      try await lab.address("l2-local", .ipv4), try await lab.address("l2-local", .ipv6),
    ]
    let prefixes = [
      try await lab.address("bgp-local", .ipv4), try await lab.address("bgp-local", .ipv6),
    ]
    console.say("Before:\n")
    _ = try await lab.showNeighbour(addresses[0], console)
    console.show(
      "router", "birdc show route \(prefixes[0])/32",
      try await lab.router.ask("show route \(prefixes[0])/32"))

    console.say("\nThe EndpointSlices are edited; nobody is restarted.\n")
    try await lab.edit { manifests, topology in
      for name in ["l2-local", "bgp-local"] {
        try manifests.moveEndpoint(of: name, to: "node-2", topology: topology)
      }
    }
    for address in addresses {
      try await console.expect("the client's kernel has learned node-2's MAC for \(address)") {
        let mac = try lab.topology.node("node-2").mac
        try await eventually(equals: mac) { try await lab.neighbour(address, of: client) }
      }
    }
    for prefix in prefixes {
      try await console.expect("the router has \(prefix) from node-2 alone") {
        try await eventually(equals: ["node-2"]) { try await lab.announcers(prefix) }
      }
    }
    console.say("\nAfter:\n")
    _ = try await lab.showNeighbour(addresses[0], console)
    console.show(
      "router", "birdc show route \(prefixes[0])/32",
      try await lab.router.ask("show route \(prefixes[0])/32"))
    for (address, machine) in [(addresses[0], client), (prefixes[0], lab.topology.outside)] {
      let reply = try await lab.showRequest(address, from: machine, console)
      console.expect("\(address) is answered by the pod on node-2", reply?.node == "node-2")
    }
    try await lab.showBellman(["explain", "lab/l2-local"], node: "node-1", console)
  }
}
