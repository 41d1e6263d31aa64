import Testing

@testable import Lab

@Suite struct NetworkPlanTests {
  private let plan = NetworkPlan(topology)

  private func addresses(_ namespace: String) throws -> [String] {
    try #require(plan.addresses.first { $0.namespace == namespace }).commands
  }

  @Test func settingsCoverEveryNamespace() {
    #expect(plan.settings.map(\.namespace) == topology.namespaces)
    for (namespace, lines) in plan.settings {
      #expect(lines.contains("net.ipv6.conf.all.accept_dad = 0"), "\(namespace)")
      #expect(lines.contains("net.ipv6.conf.default.accept_dad = 0"), "\(namespace)")
    }
  }

  @Test func nodesAndRouterForwardAndClientsDoNot() {
    let forwarding = plan.settings.filter { $0.lines.contains("net.ipv4.ip_forward = 1") }
    #expect(
      Set(forwarding.map(\.namespace))
        == Set(topology.nodes.map(\.namespace) + [topology.router.namespace]))
  }

  @Test func nodesKnowTheWayToEachOthersPods() throws {
    let commands = try addresses(topology.nodes[0].namespace)
    #expect(commands.contains("address replace 198.51.100.129/30 dev cni0"))
    #expect(commands.contains("route replace 198.51.100.132/30 via 192.0.2.12"))
    #expect(commands.contains("route replace 2001:db8:0:103::/64 via 2001:db8:0:2::13"))
    #expect(!commands.contains { $0.hasPrefix("route replace 198.51.100.128/30") })
  }

  @Test func everyCableEndsInANamespaceOfTheLab() {
    let ends = plan.links.map(\.commands).joined().filter { $0.contains(" netns ") }
      .compactMap { $0.split(separator: " ").last.map(String.init) }
    let expected =
      [topology.router, topology.client, topology.outside].map(\.namespace)
      + topology.nodes.map(\.namespace) + topology.pods.map(\.machine.namespace)
    #expect(ends.sorted() == expected.sorted())
  }
}
