import Addresses
import Assignment
import Resources
import Testing

/// Row S1: several services on one address.
@Suite struct SharedAddressTests {
  static let nodes = ["node-1", "node-2", "node-3"]

  /// Services a and b with 192.0.2.1 under Local, with ready endpoints on these nodes.
  static func cluster(_ a: [String], _ b: [String]) -> Cluster {
    Cluster(
      nodes,
      services: [
        .fixture("a", ["192.0.2.1"], policy: .local, labels: ["app": "a"]),
        .fixture("b", ["192.0.2.1"], policy: .local, labels: ["app": "b"]),
      ],
      slices: [
        .fixture("a", a.map { ($0, .ready) }), .fixture("b", b.map { ($0, .ready) }, number: 2),
      ])
  }

  @Test func announcedWhereAllServicesAreFit() throws {
    let cluster = Self.cluster(["node-1", "node-2"], ["node-2", "node-3"])
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-2"])
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .noLocalEndpoint)
    #expect(cluster.bgp("192.0.2.1", on: "node-1") == .noLocalEndpoint)
    #expect(cluster.bgp("192.0.2.1", on: "node-2") == .announced)
    let report = try #require(cluster.machine(on: "node-1").report(for: ip("192.0.2.1")))
    #expect(report.summary.layer2.sentence.contains("Service default/b"))
    #expect(report.unserved.isEmpty)
    #expect(report.summary.services == [named("a"), named("b")])
  }

  /// No node serves both: those that serve the most keep the address alive, of equals those with
  /// the first service by name, and everybody says so.
  @Test func disjointServicesKeepTheFirstAlive() throws {
    let cluster = Self.cluster(["node-1"], ["node-3"])
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-1"])
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .sharedAddressUnserviceable)
    #expect(cluster.bgp("192.0.2.1", on: "node-1") == .sharedAddressUnserviceable)
    #expect(cluster.layer2("192.0.2.1", on: "node-2") == .noLocalEndpoint)
    #expect(cluster.layer2("192.0.2.1", on: "node-3") == .sharedAddressUnserviceable)
    let report = try #require(cluster.machine(on: "node-3").report(for: ip("192.0.2.1")))
    #expect(!report.summary.layer2.isFit)
    #expect(!report.summary.bgp.isFit)
    #expect(report.unserved == [named("b")])
  }

  /// A service without any endpoint does not take the others down with it.
  @Test func aServiceWithoutEndpointsLeavesTheOthers() throws {
    var cluster = Self.cluster(["node-1", "node-2"], [])
    #expect(cluster.announcers(of: "192.0.2.1").count == 1)
    let report = try #require(cluster.machine(on: "node-1").report(for: ip("192.0.2.1")))
    #expect(report.nodes.filter(\.bgp.isFit).map(\.node).sorted() == ["node-1", "node-2"])
    #expect(report.unserved == [named("b")])
    cluster.slices = []
    #expect(cluster.announcers(of: "192.0.2.1").isEmpty)
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .noLocalEndpoint)
  }

  /// Endpoints on {1,2} and {2,3}, so that only node-2 serves both; then b loses the one there.
  @Test func lossOfTheCommonNode() {
    var machine = Self.cluster(["node-1", "node-2"], ["node-2", "node-3"]).machine(on: "node-2")
    #expect(machine.summary(of: ip("192.0.2.1"))?.layer2.reason == .owner)
    _ = machine.handle(.endpointSlice(.fixture("b", [("node-3", .ready)], number: 2)))
    let summary = machine.summary(of: ip("192.0.2.1"))
    #expect(summary?.layer2.reason == .sharedAddressUnserviceable)
    #expect(summary?.owner == "node-1" || summary?.owner == "node-2")
  }

  /// A service that is not ours has no say.
  @Test func servicesOfOtherClassesHaveNoSay() {
    var cluster = Self.cluster(["node-1"], ["node-3"])
    cluster.services[1].loadBalancerClass = "other"
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .owner)
    cluster.services[0].type = .clusterIP
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .notLoadBalancer)
  }

  /// A service that no advertisement wants announced is not announced through another's address.
  @Test func advertisementsAreNeededForEachService() {
    var cluster = Self.cluster(["node-1"], ["node-1"])
    cluster.configuration.l2Advertisements = [.fixture(services: [.app("a")])]
    cluster.configuration.bgpAdvertisements = [.fixture(services: [.app("a")])]
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .noMatchingAdvertisement)
    #expect(cluster.bgp("192.0.2.1", on: "node-1") == .noMatchingAdvertisement)
    cluster.configuration.l2Advertisements.append(.fixture("b", services: [.app("b")]))
    cluster.configuration.bgpAdvertisements.append(.fixture("b", services: [.app("b")]))
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .owner)
    #expect(cluster.bgp("192.0.2.1", on: "node-1") == .announced)
  }

  @Test func interfacesAreThoseInCommon() {
    var cluster = Self.cluster(["node-1"], ["node-1"])
    cluster.configuration.l2Advertisements = [
      .fixture("a", services: [.app("a")], interfaces: ["eth0", "eth1"]),
      .fixture("b", services: [.app("b")], interfaces: ["eth1", "eth2"]),
    ]
    let machine = cluster.machine(on: "node-1")
    #expect(machine.summary(of: ip("192.0.2.1"))?.interfaces == .names(["eth1"]))
    cluster.interfaces = ["node-1": ["eth0", "eth2"]]
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .noMatchingInterface)
    cluster.interfaces = [:]
    cluster.configuration.l2Advertisements[1].interfaces = ["eth2"]
    #expect(cluster.layer2("192.0.2.1", on: "node-1") == .noMatchingInterface)
  }

  /// Preferred weights count once for each advertisement, whichever service it matches.
  @Test func weightsAreThoseOfAllServices() throws {
    var cluster = Self.cluster(Self.nodes, Self.nodes)
    cluster.configuration.l2Advertisements = [
      .fixture("a", services: [.app("a")], preferred: [(30, .node("node-1"))]),
      .fixture("all", preferred: [(10, .node("node-2"))]),
      .fixture("b", services: [.app("b")], preferred: [(25, .node("node-2"))]),
    ]
    for name in Self.nodes {
      let report = try #require(cluster.machine(on: name).report(for: ip("192.0.2.1")))
      #expect(report.nodes.map(\.node) == ["node-2", "node-1", "node-3"])
      #expect(report.nodes.map(\.weight) == [35, 30, 0])
    }
  }

  /// A node's class is the worst of those it has for the services.
  @Test func theWorstEndpointClassCounts() {
    var cluster = Self.cluster(["node-1", "node-2"], ["node-2"])
    cluster.slices[1] = .fixture(
      "b", [("node-1", .readyWhileTerminating), ("node-2", .ready)], number: 2)
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-2"])
    cluster.slices[0] = .fixture("a", [("node-1", .ready), ("node-2", .readyWhileTerminating)])
    #expect(cluster.announcers(of: "192.0.2.1").count == 1)
  }

  @Test func routesNeedEveryServiceAtThePeer() throws {
    var cluster = Self.cluster(["node-1"], ["node-1"])
    cluster.configuration.peers = [.fixture("inside"), .fixture("outside")]
    cluster.configuration.bgpAdvertisements = [
      .fixture("a", communities: ["64512:1"], services: [.app("a")]),
      .fixture("b", communities: ["64512:2"], services: [.app("b")], peers: ["inside"]),
    ]
    var said = Announcements()
    var machine = Assignment(node: "node-1")
    said.apply(machine.handle(.batch(cluster.events + [.sourcesComplete])))
    #expect(
      said.routes == [
        RouteKey(peer: "inside", prefix: prefix("192.0.2.1/32")): RouteAttributes(
          communities: [.standard(64512, 1), .standard(64512, 2)])
      ])
    let report = try #require(machine.report(for: ip("192.0.2.1")))
    #expect(report.routes.map(\.key.peer) == ["inside", "outside"])
    #expect(report.routes.map(\.decision.verdict) == [.announces, .unfit])
    #expect(report.routes[1].decision.reason == .sharedAddressUnserviceable)
  }
}
