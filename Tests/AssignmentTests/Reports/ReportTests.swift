import Addresses
import Assignment
import Resources
import Testing

@Suite struct ReportTests {
  static func cluster() -> Cluster {
    var cluster = Cluster(
      ["node-1", "node-2", "node-3", "node-4"],
      services: [
        .fixture("web", ["2001:db8::1", "192.0.2.1"], policy: .local), .fixture("idle", []),
        .fixture("inside", [], type: .clusterIP),
      ],
      slices: [
        .fixture(
          "web",
          [
            ("node-1", .ready), ("node-1", .ready), ("node-2", .terminating),
            ("node-3", .readyWhileTerminating), (nil, .ready),
          ])
      ])
    cluster.configuration.l2Advertisements = [
      .fixture("a", preferred: [(20, .node("node-3"))]), .fixture("b", nodes: ["node-1"]),
    ]
    return cluster
  }

  @Test func addressReport() throws {
    var machine = Self.cluster().machine(on: "node-3")
    _ = machine.handle(.interfaces(node: "node-3", names: ["eth1", "eth0"]))
    let report = try #require(machine.report(for: ip("192.0.2.1")))
    #expect(report.summary.address == ip("192.0.2.1"))
    #expect(report.summary.pool == "pool")
    #expect(report.summary.policies == [.local])
    #expect(report.summary.owner == "node-1")
    #expect(report.summary.interfaces == nil)
    #expect(report.interfaces == ["eth0", "eth1"])
    #expect(report.nodes.map(\.node) == ["node-1", "node-3", "node-2", "node-4"])
    #expect(report.nodes.map(\.rank) == [1, 2, nil, nil])
    #expect(report.nodes.map(\.weight) == [0, 20, 0, 0])
    #expect(report.nodes.map(\.readyEndpoints) == [2, 1, 0, 0])
    #expect(report.nodes.map(\.terminatingEndpoints) == [0, 0, 1, 0])
    #expect(
      report.nodes.map(\.layer2.reason) == [.owner, .candidate, .noLocalEndpoint, .noLocalEndpoint])
    #expect(
      report.nodes[1].layer2.sentence
        == "Node node-1 owns 192.0.2.1: it ranks before Node node-3 by its state: ready, against"
        + " ready, endpoints ready while terminating")
    #expect(report.nodes[2].layer2.sentence.contains("are terminating, while other endpoints"))
    #expect(report.routes.map(\.key.prefix) == [prefix("192.0.2.1/32")])
    #expect(report.routes.map(\.addresses) == [[ip("192.0.2.1")]])
    #expect(machine.report(for: ip("192.0.2.77")) == nil)
  }

  @Test func serviceReport() throws {
    let machine = Self.cluster().machine(on: "node-1")
    let (service, addresses) = try #require(machine.report(for: named("web")))
    #expect(service.addresses == [ip("192.0.2.1"), ip("2001:db8::1")])
    #expect(service.refusal == nil)
    #expect(service.endpoints.map(\.family) == [.ipv4, .ipv6])
    #expect(service.endpoints.map(\.ready) == [4, 0])
    #expect(service.endpoints.map(\.terminating) == [1, 0])
    #expect(addresses.map(\.summary.address) == service.addresses)
    #expect(addresses[1].summary.layer2.reason == .noLocalEndpoint)
    #expect(machine.report(for: named("idle"))?.service.refusal?.reason == .noAddress)
    #expect(machine.report(for: named("inside"))?.service.refusal?.reason == .notLoadBalancer)
    #expect(machine.services() == [named("idle"), named("inside"), named("web")])
    #expect(machine.servicesWithoutAddress() == [named("idle")])
  }

  @Test func addressesAreSorted() {
    let machine = Self.cluster().machine(on: "node-1")
    #expect(machine.addresses().map(\.address) == [ip("192.0.2.1"), ip("2001:db8::1")])
    #expect(machine.addresses()[0].interfaces == .all)
    #expect(machine.addresses()[0].routes.map(\.peer) == ["router"])
  }

  /// What a drain says of what nobody else will announce.
  @Test func whoElseMayAnnounceAnAddress() {
    let address = ip("192.0.2.1")
    var cluster = Cluster(
      ["node-1", "node-2"], services: [.fixture("web", ["192.0.2.1"], policy: .local)],
      slices: [.fixture("web", [("node-1", .ready)])])
    cluster.configuration.l2Advertisements = []
    #expect(!cluster.machine(on: "node-1").mayBeAnnouncedElsewhere(address))
    var other = cluster.machine(on: "node-2")
    #expect(other.mayBeAnnouncedElsewhere(address))
    _ = other.handle(.draining(node: "node-1", isDraining: true))
    #expect(!other.mayBeAnnouncedElsewhere(address))
    #expect(other.mayBeAnnouncedElsewhere(ip("192.0.2.77")))
    cluster.configuration.bgpAdvertisements = []
    #expect(!cluster.machine(on: "node-2").mayBeAnnouncedElsewhere(address))
    cluster.configuration.l2Advertisements = [.fixture("a")]
    #expect(cluster.machine(on: "node-2").mayBeAnnouncedElsewhere(address))
  }

  /// The own node is listed also where it has no Node object.
  @Test func theOwnNodeIsAlwaysListed() throws {
    let report = try #require(Self.cluster().machine(on: "ghost").report(for: ip("192.0.2.1")))
    let own = try #require(report.nodes.first { $0.node == "ghost" })
    #expect(own.layer2.reason == .nodeUnknown)
    #expect(own.bgp.reason == .nodeUnknown)
  }

  /// Every reason has a name of its own, as the manual lists them.
  @Test func namesOfReasons() {
    let names = Reason.allCases.map(\.rawValue)
    #expect(Set(names).count == names.count)
    let table = [
      "notLoadBalancer", "otherLoadBalancerClass", "noAddress", "addressInNoPool",
      "noMatchingAdvertisement", "nodeExcluded", "nodeNetworkUnavailable", "nodeLeaving",
      "nodeOutOfService", "nodeDraining", "nodeUnknown", "noMatchingInterface", "noSessionToPeer",
      "noLocalEndpoint", "noEndpoint", "healthCheckFailing",
    ]
    #expect(Set(names).isSuperset(of: table))
  }
}
