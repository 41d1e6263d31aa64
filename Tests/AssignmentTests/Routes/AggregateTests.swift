import Addresses
import Assignment
import Resources
import Testing

/// Routes that several addresses need.
@Suite struct AggregateTests {
  static let net = prefix("192.0.2.0/24")

  static func withdrawals(_ actions: [Assignment.Action]) -> [IPPrefix: Reason] {
    var found: [IPPrefix: Reason] = [:]
    for case .withdrawRoute(_, let prefix, let decision) in actions {
      found[prefix] = decision.reason
    }
    return found
  }

  @Test func anAggregateStaysAsLongAsAnyAddressNeedsIt() throws {
    var cluster = Cluster(
      ["node-1"],
      services: [.fixture("a", ["192.0.2.1"]), .fixture("b", ["192.0.2.2", "192.0.2.3"])],
      slices: [
        .fixture("a", [("node-1", .ready)]), .fixture("b", [("node-1", .ready)], number: 2),
      ])
    cluster.configuration.bgpAdvertisements = [.fixture(length: 24)]
    var machine = Assignment(node: "node-1")
    var said = Announcements()
    said.apply(machine.handle(.batch(cluster.events + [.sourcesComplete])))
    let key = RouteKey(peer: "router", prefix: Self.net)
    #expect(Array(said.routes.keys) == [key])
    #expect(
      machine.report(for: ip("192.0.2.2"))?.routes.first?.addresses
        == [ip("192.0.2.1"), ip("192.0.2.2"), ip("192.0.2.3")])

    #expect(Self.withdrawals(machine.handle(.serviceRemoved(named("a")))).isEmpty)
    let last = machine.handle(.endpointSliceRemoved(cluster.slices[1].metadata.name))
    #expect(Self.withdrawals(last) == [Self.net: .noEndpoint])
  }

  /// The new routes are announced before the old ones are withdrawn, and the withdrawal says that
  /// the advertisements have changed.
  @Test func aChangeOfAggregationLeavesNoGap() throws {
    var cluster = WhoMayAnnounceTests.base
    var machine = cluster.machine(on: "node-1")
    cluster.configuration.bgpAdvertisements = [.fixture(length: 24)]
    let actions = machine.handle(.configuration(cluster.configuration))
    let announced = try #require(
      actions.firstIndex {
        if case .announceRoute("router", Self.net, _) = $0 { return true } else { return false }
      })
    let withdrawn = try #require(
      actions.firstIndex {
        if case .withdrawRoute("router", prefix("192.0.2.1/32"), _) = $0 { return true }
        return false
      })
    #expect(announced < withdrawn)
    #expect(Self.withdrawals(actions) == [prefix("192.0.2.1/32"): .noMatchingAdvertisement])
  }

  /// Two pools in one aggregate, whose advertisements contradict each other: communities unite,
  /// the highest preference holds in whatever order the services come, and the report says so.
  @Test(arguments: [["a", "b"], ["b", "a"]])
  func contradictoryAddresses(_ order: [String]) throws {
    let services: [String: Service] = [
      "a": .fixture("a", ["192.0.2.1"]), "b": .fixture("b", ["192.0.2.129"]),
    ]
    let cluster = Cluster(
      ["node-1"], services: order.compactMap { services[$0] },
      slices: [
        .fixture("a", [("node-1", .ready)]), .fixture("b", [("node-1", .ready)], number: 2),
      ],
      configuration: Configuration(
        pools: [.fixture("low", ["192.0.2.0/25"]), .fixture("high", ["192.0.2.128/25"])],
        bgpAdvertisements: [
          .fixture("a", pools: ["low"], length: 24, localPref: 200, communities: ["64512:1"]),
          .fixture("b", pools: ["high"], length: 24, localPref: 300, communities: ["64512:2"]),
        ], peers: [.fixture("router")]))
    var machine = cluster.machine(on: "node-1")
    _ = machine.handle(.session(peer: "router", isUp: true))
    let route = try #require(machine.report(for: ip("192.0.2.129"))?.routes.first)
    #expect(
      route.attributes
        == RouteAttributes(
          localPreference: 300, communities: [.standard(64512, 1), .standard(64512, 2)]))
    #expect(route.decision.verdict == .announces)
    #expect(route.decision.reason == .conflictingAdvertisements)
    #expect(route.decision.sentence.contains("200 for 192.0.2.1, 300 for 192.0.2.129"))

    let actions = machine.handle(.serviceRemoved(named("b")))
    #expect(
      actions.contains(
        .announceRoute(
          peer: "router", prefix: Self.net,
          attributes: RouteAttributes(
            localPreference: 200, communities: [.standard(64512, 1)]))))
    #expect(machine.report(for: ip("192.0.2.1"))?.routes.first?.decision.reason == .announced)
  }
}
