import Addresses
import Resources

struct OverviewStep: TourStep {
  let title = "The lab"

  func run(_ lab: Lab, _ console: Console) async throws {
    let topology = lab.topology
    var rows = [
      "segment: \(topology.router.ipv4)/24 and \(topology.router.ipv6)/64, AS 64513 is the router",
      "",
    ]
    for machine in [topology.router, topology.client] + topology.nodes {
      rows.append(
        "  \(machine.name)".padded(to: 12) + "\(machine.ipv4)".padded(to: 14)
          + "\(machine.ipv6)".padded(to: 20) + "\(machine.mac)")
    }
    rows.append(
      "  outside".padded(to: 12) + "\(topology.outside.ipv4)".padded(to: 14)
        + "\(topology.outside.ipv6)".padded(to: 20) + "behind the router")
    console.say(
      """
      \(topology.nodes.count) nodes, a client and a router that runs BIRD share a layer-2 segment; \
      each is a network namespace.
      Behind each node is a pod, a small HTTP server, reached through an nftables service proxy.
      A second client is behind the router.

      """)
    console.say(rows.joined(separator: "\n").indented(by: "  "))
    console.say("\nThe speakers will read these services:\n")
    for workload in await lab.manifests.workloads {
      let addresses = workload.service.ingress.map(\.description).joined(separator: ", ")
      let nodes = Set(workload.slices.flatMap(\.endpoints).compactMap(\.nodeName)).sorted()
      console.say(
        "    " + workload.name.padded(to: 14)
          + workload.service.externalTrafficPolicy.rawValue.padded(to: 10)
          + addresses.padded(to: 36) + "pods on \(nodes.joined(separator: ", "))")
    }
    console.say("")
    let check = try await Command.output([
      lab.options.binary, "validate", lab.directory.manifests,
    ])
    console.show("client", "bellman validate manifests/", check.output + check.error)
    console.expect("the manifests are valid", check.status == 0)
    try await lab.showRoutes(.ipv4, console)
    let prefixes = try await lab.router.prefixes()
    console.expect(
      "the router knows no service address yet", prefixes.isEmpty, found: "\(prefixes)")
  }
}
