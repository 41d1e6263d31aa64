import Addresses

struct LayerTwoRequestStep: TourStep {
  let title = "A request by layer 2"

  func run(_ lab: Lab, _ console: Console) async throws {
    console.say(
      "The client asks the segment who has the address; the one node that owns it answers.\n")
    let client = lab.topology.client
    try await lab.flushNeighbours(of: client)

    let cluster = try await lab.address("l2-cluster", .ipv4)
    let clusterReply = try await lab.showRequest(cluster, from: client, console)
    let clusterOwner = try await lab.showNeighbour(cluster, console)
    console.expect("a node answered for \(cluster)", clusterOwner != nil)
    console.expect(
      "under Cluster the pod saw an address of a node", clusterReply.map(\.client).isNode(in: lab),
      found: clusterReply?.client ?? "no reply")

    for family in AddressFamily.allCases {
      let local = try await lab.address("l2-local", family)
      let reply = try await lab.showRequest(local, from: client, console)
      let owner = try await lab.showNeighbour(local, console)
      console.expect("node-1, which has the pod, owns \(local)", owner == "node-1")
      console.expect(
        "under Local the pod saw the client itself",
        reply?.client == client.address(family).description, found: reply?.client ?? "no reply")
    }
  }
}

extension Optional<String> {
  /// Whether this is the address that a node hides clients behind: its own on the segment, or its
  /// own on the pod network when the pod is on the same node.
  func isNode(in lab: Lab) -> Bool {
    flatMap { IPAddress($0) }.flatMap(lab.topology.forwarder) != nil
  }
}
