import Addresses
import Assignment
import Resources
import Testing

/// Which routes the BGPAdvertisements make of one service's addresses.
@Suite struct RouteSelectionTests {
  static let v4 = prefix("192.0.2.1/32")
  static let v6 = prefix("2001:db8::1/128")

  /// What node-1 says with these advertisements and peers about 192.0.2.1 and 2001:db8::1.
  static func routes(
    _ advertisements: [BGPAdvertisement], peers: [BGPPeer] = [.fixture("router")],
    aliases: [String: CommunityValue] = [:]
  ) -> [RouteKey: RouteAttributes] {
    let cluster = Cluster(
      ["node-1"], services: [.fixture("web", ["192.0.2.1", "2001:db8::1"])],
      slices: [
        .fixture("web", [("node-1", .ready)]), .fixture("web", [("node-1", .ready)], family: .ipv6),
      ],
      configuration: Configuration(
        pools: [.both], bgpAdvertisements: advertisements, peers: peers, communityAliases: aliases))
    var machine = Assignment(node: "node-1")
    var said = Announcements()
    said.apply(machine.handle(.batch(cluster.events + [.sourcesComplete])))
    #expect(said.idleActions == 0)
    return said.routes
  }

  static func key(_ peer: String, _ prefix: IPPrefix) -> RouteKey {
    RouteKey(peer: peer, prefix: prefix)
  }

  @Test func hostRoutesOfBothFamilies() {
    #expect(
      Self.routes([.fixture()]) == [
        Self.key("router", Self.v4): RouteAttributes(),
        Self.key("router", Self.v6): RouteAttributes(),
      ])
  }

  @Test func aRouteGoesToThePeersThatCarryItsFamilyAlone() {
    let peers: [BGPPeer] = [
      .fixture("four", at: "203.0.113.1", dualStack: false),
      .fixture("six", at: "2001:db8::ffff", dualStack: false),
      .fixture("both", at: "2001:db8::fffe"),
    ]
    #expect(
      Self.routes([.fixture()], peers: peers).keys.sorted() == [
        Self.key("both", Self.v4), Self.key("both", Self.v6), Self.key("four", Self.v4),
        Self.key("six", Self.v6),
      ])
  }

  @Test func attributes() {
    let routes = Self.routes(
      [.fixture(localPref: 300, communities: ["no-export", "64512:7", "large:1:2:3", "64512:7"])],
      aliases: ["no-export": .standard(65535, 65281)])
    #expect(
      routes[Self.key("router", Self.v4)]
        == RouteAttributes(
          localPreference: 300,
          communities: [.standard(64512, 7), .standard(65535, 65281), .large(1, 2, 3)]))
  }

  @Test func aggregationByFamily() {
    let routes = Self.routes([.fixture(length: 26, lengthV6: 64)])
    #expect(
      Set(routes.keys) == [
        Self.key("router", prefix("192.0.2.0/26")), Self.key("router", prefix("2001:db8::/64")),
      ])
  }

  /// A host route with its own attributes beside the aggregate: two advertisements of one pool.
  @Test func severalLengthsMakeSeveralRoutes() {
    let routes = Self.routes([
      .fixture("host", localPref: 100, communities: ["64512:1"]),
      .fixture("net", length: 24, localPref: 1000),
    ])
    #expect(routes[Self.key("router", Self.v4)]?.localPreference == 100)
    #expect(routes[Self.key("router", prefix("192.0.2.0/24"))]?.localPreference == 1000)
    #expect(routes[Self.key("router", prefix("192.0.2.0/24"))]?.communities == [])
  }

  @Test func communitiesUnite() {
    let routes = Self.routes([
      .fixture("a", localPref: 5, communities: ["64512:2", "64512:1"]),
      .fixture("b", localPref: 5, communities: ["64512:3", "64512:1"]),
    ])
    #expect(
      routes[Self.key("router", Self.v4)]
        == RouteAttributes(
          localPreference: 5,
          communities: [.standard(64512, 1), .standard(64512, 2), .standard(64512, 3)]))
  }

  @Test func peersByName() {
    let peers: [BGPPeer] = [.fixture("a"), .fixture("b"), .fixture("c", nodes: ["node-2"])]
    func told(_ names: [String]) -> [String] {
      Self.routes([.fixture(peers: names)], peers: peers).keys.filter { $0.prefix == Self.v4 }
        .map(\.peer).sorted()
    }
    #expect(told([]) == ["a", "b"])
    #expect(told(["b"]) == ["b"])
    #expect(told(["b", "absent"]) == ["b"])
    #expect(told(["c"]) == [])
    #expect(told(["absent"]) == [])
  }

  /// Different local preferences collide exactly where prefix, peer and node are the same.
  @Test(arguments: [
    ("same prefix and peer", BGPAdvertisement.fixture("b", localPref: 200), true),
    ("unset against set", .fixture("b"), true),
    ("other length", .fixture("b", length: 24, lengthV6: 64, localPref: 200), false),
    ("other peer", .fixture("b", localPref: 200, peers: ["else"]), false),
    ("same peer by name", .fixture("b", localPref: 200, peers: ["router"]), true),
    ("other node", .fixture("b", localPref: 200, nodes: ["node-2"]), false),
    ("other pool", .fixture("b", pools: ["else"], localPref: 200), false),
    ("other service", .fixture("b", localPref: 200, services: [.app("else")]), false),
    ("same preference", .fixture("b", localPref: 100), false),
  ])
  func conflicts(_ name: String, _ second: BGPAdvertisement, _ collides: Bool) throws {
    let first = BGPAdvertisement.fixture("a", localPref: 100)
    var cluster = WhoMayAnnounceTests.base
    cluster.configuration.bgpAdvertisements = [first, second]
    let summary = try #require(cluster.machine(on: "node-1").summary(of: ip("192.0.2.1")))
    #expect((summary.bgp.reason == .conflictingAdvertisements) == collides)
    #expect(summary.bgp.isFit == !collides)
    if collides {
      #expect(summary.bgp.sentence.contains("BGPAdvertisement a"))
      #expect(summary.bgp.sentence.contains("BGPAdvertisement b"))
    }
  }

  /// Zero means unset, as in MetalLB.
  @Test func zeroPreferenceIsUnset() {
    let routes = Self.routes([.fixture("a", localPref: 0), .fixture("b")])
    #expect(routes[Self.key("router", Self.v4)] == RouteAttributes())
  }

  /// A conflict at one peer costs the routes to the others nothing.
  @Test func aConflictConcernsItsRouteOnly() throws {
    var cluster = WhoMayAnnounceTests.base
    cluster.configuration.peers = [.fixture("one"), .fixture("two")]
    cluster.configuration.bgpAdvertisements = [
      .fixture("a", localPref: 100), .fixture("b", localPref: 200, peers: ["two"]),
    ]
    var machine = cluster.machine(on: "node-1")
    _ = machine.handle(.session(peer: "one", isUp: true))
    let report = try #require(machine.report(for: ip("192.0.2.1")))
    #expect(report.summary.bgp.reason == .announced)
    #expect(report.routes.map(\.key.peer) == ["one", "two"])
    #expect(report.routes.map(\.decision.reason) == [.announced, .conflictingAdvertisements])
    #expect(report.routes[1].attributes == nil)
  }
}

/// What annotations say, for which MetalLB's kinds have no field.
@Suite struct RouteOptionsTests {
  static let v4 = prefix("192.0.2.1/32")

  static func routes(
    _ advertisements: [BGPAdvertisement], peers: [BGPPeer] = [.fixture("router")]
  ) -> [RouteKey: RouteAttributes] {
    RouteSelectionTests.routes(advertisements, peers: peers)
  }

  static func advertisement(
    _ name: String, _ edit: (inout BGPRouteOptions) -> Void
  ) -> BGPAdvertisement {
    var advertisement = BGPAdvertisement.fixture(name)
    edit(&advertisement.options.routes)
    return advertisement
  }

  @Test func anAdvertisementComesBeforeThePeerAndCommunitiesUnite() {
    var peer = BGPPeer.fixture("router")
    peer.options.routes.multiExitDiscriminator = 10
    peer.options.routes.prependCount = 3
    peer.options.routes.communities = [.standard(64512, 9)]
    peer.options.routes.extendedCommunities = [ExtendedCommunityValue(rawValue: 9)]
    peer.options.routes.nextHopIPv4 = IPv4Address(203, 0, 113, 9)
    let advertisement = Self.advertisement("a") {
      $0.multiExitDiscriminator = 20
      $0.communities = [.standard(64512, 1)]
      $0.extendedCommunities = [ExtendedCommunityValue(rawValue: 1)]
      $0.nextHopIPv6 = IPv6Address("2001:db8::9")
    }
    let attributes = Self.routes([advertisement], peers: [peer])[
      RouteKey(peer: "router", prefix: Self.v4)]
    #expect(attributes?.multiExitDiscriminator == 20)
    #expect(attributes?.prependCount == 3)
    #expect(attributes?.communities == [.standard(64512, 1), .standard(64512, 9)])
    #expect(attributes?.extendedCommunities.map(\.rawValue) == [1, 9])
    #expect(attributes?.nextHopIPv6 == IPv6Address("2001:db8::9"))
    #expect(attributes?.nextHopIPv4 == nil, "that of a peer is the session's")
  }

  @Test func whatOnlyOneAdvertisementSaysHolds() {
    let attributes = Self.routes([
      Self.advertisement("a") { $0.multiExitDiscriminator = 5 },
      Self.advertisement("b") { $0.prependCount = 2 },
    ])[RouteKey(peer: "router", prefix: Self.v4)]
    #expect(attributes?.multiExitDiscriminator == 5)
    #expect(attributes?.prependCount == 2)
  }

  struct Conflict: Sendable, CustomTestStringConvertible {
    let text: String
    let edit: @Sendable (inout BGPRouteOptions, _ isFirst: Bool) -> Void
    var testDescription: String { text }
    init(_ text: String, _ edit: @escaping @Sendable (inout BGPRouteOptions, Bool) -> Void) {
      self.text = text
      self.edit = edit
    }
  }

  @Test(
    "different values are a conflict that names both",
    arguments: [
      Conflict("bellman.dev/med is 5") { $0.multiExitDiscriminator = $1 ? 5 : 6 },
      Conflict("bellman.dev/as-path-prepend is 0") { $0.prependCount = $1 ? 0 : 1 },
      Conflict("bellman.dev/next-hop is 192.0.2.7") {
        $0.nextHopIPv4 = IPv4Address(192, 0, 2, $1 ? 7 : 8)
      },
    ])
  func conflicts(_ row: Conflict) throws {
    var cluster = WhoMayAnnounceTests.base
    cluster.configuration.bgpAdvertisements = [
      Self.advertisement("a") { row.edit(&$0, true) },
      Self.advertisement("b") { row.edit(&$0, false) },
    ]
    let summary = try #require(cluster.machine(on: "node-1").summary(of: ip("192.0.2.1")))
    #expect(summary.bgp.reason == .conflictingAdvertisements)
    #expect(summary.bgp.sentence.contains(row.text), "\(summary.bgp.sentence)")
    #expect(summary.bgp.sentence.contains("BGPAdvertisement a and "))
    #expect(summary.bgp.sentence.contains("BGPAdvertisement b"))
  }

  @Test(
    "under Local a route tells how many endpoints the node has",
    arguments: [
      (
        .local, ["node-1": [.ready], "node-2": [.ready, .ready, .ready]],
        ["node-1": 1, "node-2": 3]
      ),
      (.local, ["node-1": [.ready, .notReady, .terminating], "node-2": [.ready]], ["node-1": 1]),
      (.local, ["node-1": [.terminating, .terminating], "node-2": [.notReady]], ["node-1": 2]),
      (
        .cluster, ["node-1": [.ready], "node-2": [.ready, .ready]], ["node-1": nil, "node-2": nil]
      ),
    ] as [(Service.TrafficPolicy, [String: [Condition]], [String: Int?])])
  func weights(
    policy: Service.TrafficPolicy, endpoints: [String: [Condition]], weights: [String: Int?]
  ) throws {
    var advertisement = BGPAdvertisement.fixture()
    advertisement.options.weighsEndpoints = true
    let cluster = Cluster(
      ["node-1", "node-2"], services: [.fixture("web", ["192.0.2.1"], policy: policy)],
      slices: [
        .fixture("web", endpoints.flatMap { node, states in states.map { (node, $0) } })
      ],
      configuration: Configuration(
        pools: [.both], bgpAdvertisements: [advertisement], peers: [.fixture("router")]))
    for (node, weight) in weights {
      let report = try #require(cluster.machine(on: node).report(for: ip("192.0.2.1")))
      let attributes = try #require(report.routes.first?.attributes)
      #expect(attributes.endpointCount == weight, "\(node)")
    }
  }

  /// Two addresses of one aggregate: the router sees their endpoints together.
  @Test func weightsOfAnAggregateAddUp() throws {
    var advertisement = BGPAdvertisement.fixture(length: 24)
    advertisement.options.weighsEndpoints = true
    let cluster = Cluster(
      ["node-1"],
      services: [
        .fixture("a", ["192.0.2.1"], policy: .local), .fixture("b", ["192.0.2.2"], policy: .local),
      ],
      slices: [
        .fixture("a", [("node-1", .ready), ("node-1", .ready)]),
        .fixture("b", [("node-1", .ready), ("node-1", .ready), ("node-1", .ready)], number: 2),
      ],
      configuration: Configuration(
        pools: [.both], bgpAdvertisements: [advertisement], peers: [.fixture("router")]))
    var machine = cluster.machine(on: "node-1")
    #expect(
      machine.report(for: ip("192.0.2.1"))?.routes.first?.attributes?.endpointCount == 5)
    _ = machine.handle(.serviceRemoved(named("a")))
    #expect(
      machine.report(for: ip("192.0.2.2"))?.routes.first?.attributes?.endpointCount == 3)
  }
}

/// What a route's end says about the node's data path.
@Suite struct StillForwardsTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let reason: Reason
    let expected: Bool
    let edit: @Sendable (inout Cluster) -> Void
    var testDescription: String { reason.rawValue }
    init(
      _ reason: Reason, _ expected: Bool, _ edit: @escaping @Sendable (inout Cluster) -> Void
    ) {
      self.reason = reason
      self.expected = expected
      self.edit = edit
    }
  }

  @Test(arguments: [
    Row(.nodeExcluded, true) {
      $0.nodes = [
        .fixture(
          "node-1", labels: ["node.kubernetes.io/exclude-from-external-load-balancers": ""])
      ]
    },
    Row(.nodeLeaving, true) { $0.nodes = [.fixture("node-1", deleted: true)] },
    Row(.nodeNetworkUnavailable, false) {
      $0.nodes = [.fixture("node-1", networkUnavailable: true)]
    },
    Row(.noEndpoint, false) { $0.slices = [.fixture("web", [("node-1", .notReady)])] },
    Row(.noMatchingAdvertisement, true) { $0.configuration.bgpAdvertisements = [] },
    Row(.notLoadBalancer, false) { $0.services[0].type = .clusterIP },
    Row(.addressInNoPool, false) { $0.configuration.pools = [] },
  ])
  func decisions(_ row: Row) throws {
    var cluster = WhoMayAnnounceTests.base
    row.edit(&cluster)
    let summary = try #require(cluster.machine(on: "node-1").summary(of: ip("192.0.2.1")))
    #expect(summary.bgp.reason == row.reason)
    #expect(summary.bgp.stillForwards == row.expected)
  }

  @Test("under Local, terminating endpoints still take traffic", arguments: [true, false])
  func local(isTerminating: Bool) throws {
    let cluster = Cluster(
      ["node-1", "node-2"], services: [.fixture("web", ["192.0.2.1"], policy: .local)],
      slices: [
        .fixture("web", [("node-1", isTerminating ? .terminating : .notReady), ("node-2", .ready)])
      ])
    let summary = try #require(cluster.machine(on: "node-1").summary(of: ip("192.0.2.1")))
    #expect(summary.bgp.reason == .noLocalEndpoint)
    #expect(summary.bgp.stillForwards == isTerminating)
  }
}
