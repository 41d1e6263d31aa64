import Addresses

struct StartSpeakersStep: TourStep {
  let title = "Each node starts its speaker"

  func run(_ lab: Lab, _ console: Console) async throws {
    for node in lab.topology.nodes {
      console.show(node.name, "bellman speaker --manifests manifests/ --node \(node.name) &", "")
    }
    try await lab.startSpeakers()
    let areUp = try await console.expect(
      "every node has its sessions with the router, IPv4 and IPv6"
    ) {
      try await lab.waitForSessions()
    }
    guard areUp else {
      let speaker = try await lab.speaker("node-1")
      let log = speaker.log().lines.suffix(10).joined(separator: "\n")
      throw LabError("the tour cannot go on; the log of node-1 ends with\n\(log)")
    }
    let names = lab.topology.nodes.map(\.name)
    for family in AddressFamily.allCases {
      let cluster = try await lab.address("bgp-cluster", family)
      let local = try await lab.address("bgp-local", family)
      try await console.expect("\(cluster), policy Cluster, comes from every node") {
        try await eventually(equals: names) { try await lab.announcers(cluster) }
      }
      try await console.expect("\(local), policy Local, comes from the node of its pod alone") {
        try await eventually(equals: ["node-1"]) { try await lab.announcers(local) }
      }
    }
    for address in try await lab.layerTwoAddresses() {
      try await console.expect("\(address) has one owner, and all nodes name the same") {
        _ = try await lab.settledOwner(of: address)
      }
    }
    for family in AddressFamily.allCases { try await lab.showRoutes(family, console) }
    console.say("\nWhat the speaker of node-1 says of itself and of the others:\n")
    try await lab.showBellman(["status"], node: "node-1", console)
    try await lab.showBellman(["status", "peers"], node: "node-1", console)
  }
}
