import Addresses

struct BGPRequestStep: TourStep {
  let title = "A request by BGP"

  func run(_ lab: Lab, _ console: Console) async throws {
    console.say(
      "The client outside knows the router only; the router has the address from the speakers.\n")
    let outside = lab.topology.outside
    for family in AddressFamily.allCases {
      let cluster = try await lab.address("bgp-cluster", family)
      let reply = try await lab.showRequest(cluster, from: outside, console)
      console.expect(
        "under Cluster the pod saw an address of a node", reply.map(\.client).isNode(in: lab),
        found: reply?.client ?? "no reply")
      let local = try await lab.address("bgp-local", family)
      let localReply = try await lab.showRequest(local, from: outside, console)
      console.expect(
        "under Local the pod saw the client itself",
        localReply?.client == outside.address(family).description,
        found: localReply?.client ?? "no reply")
    }
    let local = try await lab.address("bgp-local", .ipv4)
    let question = "show route \(IPPrefix(host: local)) all"
    console.show("router", "birdc \(question)", try await lab.router.ask(question))
    let route = try await lab.router.routes(.ipv4).first { $0.prefix == IPPrefix(host: local) }
    console.expect(
      "the route has the AS path, the next hop and the communities that the manifests ask for",
      route?.asPath == [AddressPlan.nodeAS]
        && route?.nextHop == .v4(lab.topology.nodes[0].ipv4)
        && route?.communities == [.init(64512, 100)]
        && route?.largeCommunities == [.init(64512, 1, 100)],
      found: route.map { "\($0)" } ?? "no route")
  }
}
