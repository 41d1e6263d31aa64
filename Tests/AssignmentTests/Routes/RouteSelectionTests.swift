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
