import Addresses
import Assignment
import Resources
import Testing

/// The table of MetalLB's BGP controller test: one node with one peer and a pool. As for layer 2,
/// an endpoint that serves without being ready counts only while it terminates.
@Suite struct BGPExpectationTests {
  static let host = prefix("192.0.2.1/32")

  static func cluster(
    _ policy: Service.TrafficPolicy = .cluster,
    _ endpoints: [(node: String?, condition: Condition)] = [("pandora", .ready)]
  ) -> Cluster {
    Cluster(
      ["pandora"], services: [.fixture("web", ["192.0.2.1"], policy: policy)],
      slices: [.fixture("web", endpoints)],
      configuration: Configuration(
        pools: [.both], bgpAdvertisements: [.fixture()], peers: [.fixture("router")]))
  }

  static func routes(_ cluster: Cluster) -> [RouteKey: RouteAttributes] {
    var machine = Assignment(node: "pandora")
    var said = Announcements()
    said.apply(machine.handle(.batch(cluster.events + [.sourcesComplete])))
    return said.routes
  }

  @Test(arguments: [
    (Service.TrafficPolicy.cluster, [("iris", Condition.ready)], true),
    (.cluster, [("pandora", .ready)], true),
    (.local, [("iris", .ready)], false),
    (.local, [("pandora", .ready)], true),
    (.local, [("pandora", .ready), ("pandora", .notReady)], true),
    (.cluster, [], false), (.local, [], false),
    (.cluster, [("iris", .notReady)], false), (.cluster, [("iris", .servingNotReady)], false),
    (.local, [("pandora", .notReady)], false),
    (.cluster, [("iris", .notReady), ("pandora", .ready)], true),
    (.local, [("pandora", .terminating)], true),
    (.local, [("pandora", .terminating), ("iris", .ready)], false),
    (.cluster, [("pandora", .terminating)], true),
    (.local, [("pandora", .readyWhileTerminating)], true),
  ])
  func endpoints(
    _ policy: Service.TrafficPolicy, _ endpoints: [(String, Condition)], _ isAnnounced: Bool
  ) {
    let routes = Self.routes(Self.cluster(policy, endpoints.map { ($0.0, $0.1) }))
    let key = RouteKey(peer: "router", prefix: Self.host)
    #expect(routes == (isAnnounced ? [key: RouteAttributes()] : [:]))
  }

  /// Ready counts also where `serving` is explicitly false.
  @Test func readyWithoutServing() {
    var cluster = Self.cluster(.local)
    cluster.slices[0].endpoints[0].isServing = false
    #expect(Self.routes(cluster).count == 1)
  }

  @Test func withoutConfiguration() {
    var cluster = Self.cluster()
    cluster.configuration = Configuration()
    #expect(Self.routes(cluster).isEmpty)
  }

  @Test func advertisementsOfOtherNodesAndPeerLists() {
    var cluster = Self.cluster()
    cluster.configuration.bgpAdvertisements = [.fixture(nodes: ["iris"])]
    #expect(Self.routes(cluster).isEmpty)
    cluster.configuration.peers = [.fixture("a"), .fixture("b")]
    cluster.configuration.bgpAdvertisements = [.fixture(peers: ["a"])]
    #expect(Self.routes(cluster).keys.map(\.peer) == ["a"])
    cluster.configuration.bgpAdvertisements = [.fixture()]
    #expect(Self.routes(cluster).keys.map(\.peer).sorted() == ["a", "b"])
  }

  /// One life: a second service, one without an address, a shared address, a deletion, a peer that
  /// goes, and the end of the last service.
  @Test func servicesAndPeersComeAndGo() {
    var cluster = Self.cluster()
    cluster.slices.append(.fixture("second", [("pandora", .ready)], number: 2))
    var machine = cluster.machine(on: "pandora")
    func prefixes(_ event: Assignment.Event, _ said: inout Announcements) -> [String] {
      said.apply(machine.handle(event))
      return said.routes.keys.sorted().map { "\($0.peer) \($0.prefix)" }
    }
    var said = Announcements()
    said.apply([
      .announceRoute(peer: "router", prefix: Self.host, attributes: RouteAttributes())
    ])
    #expect(prefixes(.service(.fixture("second", [])), &said) == ["router 192.0.2.1/32"])
    #expect(
      prefixes(.service(.fixture("second", ["192.0.2.5"])), &said)
        == ["router 192.0.2.1/32", "router 192.0.2.5/32"])
    #expect(
      prefixes(.service(.fixture("second", ["192.0.2.1"])), &said) == ["router 192.0.2.1/32"])
    #expect(prefixes(.serviceRemoved(named("web")), &said) == ["router 192.0.2.1/32"])
    cluster.configuration.peers = [.fixture("router"), .fixture("second")]
    #expect(
      prefixes(.configuration(cluster.configuration), &said)
        == ["router 192.0.2.1/32", "second 192.0.2.1/32"])
    cluster.configuration.peers = [.fixture("second")]
    #expect(
      prefixes(.configuration(cluster.configuration), &said) == ["second 192.0.2.1/32"])
    #expect(prefixes(.serviceRemoved(named("second")), &said) == [])
    #expect(said.idleActions == 0)
  }

  /// TestNodeSelectors: routes follow the labels of the node and the selectors of the peer.
  @Test func peersFollowNodeLabels() {
    var cluster = Self.cluster()
    cluster.configuration.peers[0].nodeSelectors = [
      LabelSelector(matchLabels: ["rack": "1"]), LabelSelector(matchLabels: ["rack": "2"]),
    ]
    var machine = cluster.machine(on: "pandora")
    #expect(machine.summary(of: ip("192.0.2.1"))?.routes == [])
    #expect(machine.summary(of: ip("192.0.2.1"))?.bgp.verdict == .standsBy)
    for (rack, count) in [("1", 1), ("2", 1), ("3", 0)] {
      _ = machine.handle(.node(.fixture("pandora", labels: ["rack": rack])))
      #expect(machine.summary(of: ip("192.0.2.1"))?.routes.count == count)
    }
  }

  /// TestLoadBalancerCreation: both protocols at once, and each ends by itself.
  @Test func protocolsAreIndependent() {
    var cluster = Self.cluster()
    cluster.configuration.l2Advertisements = [.fixture()]
    var machine = Assignment(node: "pandora")
    var said = Announcements()
    said.apply(machine.handle(.batch(cluster.events + [.sourcesComplete])))
    #expect(said.layer2.count == 1)
    #expect(said.routes.count == 1)
    cluster.configuration.l2Advertisements = []
    said.apply(machine.handle(.configuration(cluster.configuration)))
    #expect(said.layer2.isEmpty)
    #expect(said.routes.count == 1)
    cluster.configuration.bgpAdvertisements = []
    said.apply(machine.handle(.configuration(cluster.configuration)))
    #expect(said.routes.isEmpty)
    #expect(said.idleActions == 0)
  }
}
