import Addresses
import Assignment
import Resources
import Testing

/// A row of the table "Who may announce": a change to a cluster in which node-1 may announce
/// 192.0.2.1 by both protocols, and what becomes of it.
struct Row: CustomTestStringConvertible, Sendable {
  let name: String
  let layer2: Reason
  let bgp: Reason
  let change: @Sendable (inout Cluster) -> Void

  init(
    _ name: String, _ layer2: Reason, bgp: Reason? = nil,
    _ change: @escaping @Sendable (inout Cluster) -> Void
  ) {
    self.name = name
    self.layer2 = layer2
    self.bgp = bgp ?? layer2
    self.change = change
  }

  var testDescription: String { name }
}

@Suite struct WhoMayAnnounceTests {
  static let base = Cluster(
    ["node-1"], services: [.fixture("web", ["192.0.2.1"])],
    slices: [.fixture("web", [("node-1", .ready)])])

  static let rows: [Row] = [
    Row("nothing is wrong", .owner, bgp: .announced) { _ in },
    Row("type ClusterIP", .notLoadBalancer) { $0.services[0].type = .clusterIP },
    Row("type NodePort", .notLoadBalancer) { $0.services[0].type = .nodePort },
    Row("other class", .otherLoadBalancerClass) { $0.services[0].loadBalancerClass = "other" },
    Row("in no pool", .addressInNoPool) { $0.configuration.pools = [] },
    Row("beside the pool", .addressInNoPool) {
      $0.configuration.pools = [.fixture("pool", ["192.0.2.2/32", "192.0.2.0/32"])]
    },
    Row("no Node object", .nodeUnknown) { $0.nodes = [.fixture("node-2")] },
    Row("no advertisement", .noMatchingAdvertisement) {
      $0.configuration.l2Advertisements = []
      $0.configuration.bgpAdvertisements = []
    },
    Row("advertisements of another pool", .noMatchingAdvertisement) {
      $0.configuration.l2Advertisements = [.fixture(pools: ["else"])]
      $0.configuration.bgpAdvertisements = [.fixture(pools: ["else"])]
    },
    Row("advertisements of other services", .noMatchingAdvertisement) {
      $0.configuration.l2Advertisements = [.fixture(services: [.app("else")])]
      $0.configuration.bgpAdvertisements = [.fixture(services: [.app("else")])]
    },
    Row("advertisements on other nodes", .noMatchingAdvertisement) {
      $0.configuration.l2Advertisements = [.fixture(nodes: ["node-2"])]
      $0.configuration.bgpAdvertisements = [.fixture(nodes: ["node-2"])]
    },
    Row("no advertisement for all three at once", .noMatchingAdvertisement) {
      $0.services[0].metadata.labels = ["app": "web"]
      $0.configuration.l2Advertisements = [
        .fixture("a", nodes: ["node-2"], services: [.app("web")]),
        .fixture("b", nodes: ["node-1"], services: [.app("else")]),
      ]
      $0.configuration.bgpAdvertisements = [
        .fixture("a", nodes: ["node-2"], services: [.app("web")]),
        .fixture("b", nodes: ["node-1"], services: [.app("else")]),
      ]
    },
    Row("layer 2 only", .owner, bgp: .noMatchingAdvertisement) {
      $0.configuration.bgpAdvertisements = []
    },
    Row("BGP only", .noMatchingAdvertisement, bgp: .announced) {
      $0.configuration.l2Advertisements = []
    },
    Row("excluded by label", .nodeExcluded) {
      $0.nodes[0].metadata.labels["node.kubernetes.io/exclude-from-external-load-balancers"] = ""
    },
    Row("network unavailable", .nodeNetworkUnavailable) { $0.nodes[0].isNetworkUnavailable = true },
    Row("node being deleted", .nodeLeaving) { $0.nodes[0].metadata.isBeingDeleted = true },
    Row("autoscaler removes the node", .nodeLeaving) {
      $0.nodes[0].taints = ["ToBeDeletedByClusterAutoscaler"]
    },
    Row("out of service", .nodeOutOfService) {
      $0.nodes[0].taints = ["node.kubernetes.io/out-of-service"]
    },
    Row("draining", .nodeDraining) { $0.draining = ["node-1"] },
    Row("not ready", .owner, bgp: .announced) { $0.nodes[0].ready = .no },
    Row("readiness unknown", .owner, bgp: .announced) { $0.nodes[0].ready = .unknown },
    Row("cordoned", .owner, bgp: .announced) { $0.nodes[0].isUnschedulable = true },
    Row("other taints", .owner, bgp: .announced) {
      $0.nodes[0].taints = ["node.kubernetes.io/unschedulable", "dedicated"]
    },
    Row("no interface matches", .noMatchingInterface, bgp: .announced) {
      $0.configuration.l2Advertisements = [.fixture(interfaces: ["eth9"])]
      $0.interfaces = ["node-1": ["eth0"]]
    },
    Row("no interface at all", .noMatchingInterface, bgp: .announced) {
      $0.interfaces = ["node-1": []]
    },
    Row("interfaces unknown", .owner, bgp: .announced) {
      $0.configuration.l2Advertisements = [.fixture(interfaces: ["eth9"])]
    },
    Row("no peer on this node", .owner, bgp: .noSessionToPeer) {
      $0.configuration.peers = [.fixture("router", nodes: ["node-2"])]
    },
    Row("no session", .owner, bgp: .noSessionToPeer) {
      $0.configuration.peers = [.fixture("silent")]
    },
    Row("Local without local endpoint", .noLocalEndpoint) {
      $0.services[0].externalTrafficPolicy = .local
      $0.slices = [.fixture("web", [("node-2", .ready)])]
    },
    Row("Local without any endpoint", .noLocalEndpoint) {
      $0.services[0].externalTrafficPolicy = .local
      $0.slices = []
    },
    Row("Local with an endpoint of the other family", .noLocalEndpoint) {
      $0.services[0].externalTrafficPolicy = .local
      $0.slices = [.fixture("web", [("node-1", .ready)], family: .ipv6)]
    },
    Row("Cluster without endpoint", .noEndpoint) { $0.slices = [] },
    Row("Cluster with an endpoint of the other family", .noEndpoint) {
      $0.slices = [.fixture("web", [("node-1", .ready)], family: .ipv6)]
    },
    Row("advertisements disagree", .owner, bgp: .conflictingAdvertisements) {
      $0.configuration.bgpAdvertisements = [
        .fixture("a", localPref: 100), .fixture("b", localPref: 200),
      ]
    },
  ]

  @Test(arguments: rows) func row(_ row: Row) throws {
    var cluster = Self.base
    row.change(&cluster)
    var machine = cluster.machine(on: "node-1")
    _ = machine.handle(.session(peer: "router", isUp: true))
    let summary = try #require(machine.summary(of: ip("192.0.2.1")))
    #expect(summary.layer2.reason == row.layer2)
    #expect(summary.bgp.reason == row.bgp)
    #expect(!summary.layer2.sentence.isEmpty)
    #expect(!summary.bgp.sentence.isEmpty)
    #expect((summary.interfaces != nil) == (summary.layer2.verdict == .announces))
    #expect(summary.routes.isEmpty == (summary.bgp.verdict != .announces))
    let positive: Set<Reason> = [.owner, .announced, .noSessionToPeer]
    #expect(summary.layer2.isFit == positive.contains(row.layer2))
    #expect(summary.bgp.isFit == positive.contains(row.bgp))
    let report = try #require(machine.report(for: ip("192.0.2.1")))
    let own = try #require(report.nodes.first { $0.node == "node-1" })
    #expect(own.layer2 == summary.layer2)
    #expect(own.bgp == summary.bgp)
  }

  /// Each condition hides those of later rows.
  @Test func theFirstRowDecides() {
    var cluster = Self.base
    func expect(_ reason: Reason, bgp: Reason? = nil) {
      #expect(cluster.layer2("192.0.2.1", on: "node-1") == reason)
      #expect(cluster.bgp("192.0.2.1", on: "node-1") == bgp ?? reason)
    }
    cluster.slices = []
    expect(.noEndpoint)
    cluster.interfaces = ["node-1": []]
    expect(.noMatchingInterface, bgp: .noEndpoint)
    cluster.draining = ["node-1"]
    expect(.nodeDraining)
    cluster.nodes[0].taints = ["node.kubernetes.io/out-of-service"]
    expect(.nodeOutOfService)
    cluster.nodes[0].metadata.isBeingDeleted = true
    expect(.nodeLeaving)
    cluster.nodes[0].isNetworkUnavailable = true
    expect(.nodeNetworkUnavailable)
    cluster.nodes[0].metadata.labels["node.kubernetes.io/exclude-from-external-load-balancers"] = ""
    expect(.nodeExcluded)
    cluster.configuration.l2Advertisements = []
    cluster.configuration.bgpAdvertisements = []
    expect(.noMatchingAdvertisement)
    cluster.nodes = []
    expect(.nodeUnknown)
    cluster.configuration.pools = []
    expect(.addressInNoPool)
    cluster.services[0].loadBalancerClass = "other"
    expect(.otherLoadBalancerClass)
    cluster.services[0].type = .nodePort
    expect(.notLoadBalancer)
  }

  @Test func aServiceWithoutAddressIsReported() throws {
    var cluster = Self.base
    cluster.services.append(.fixture("pending", []))
    let machine = cluster.machine(on: "node-1")
    #expect(machine.servicesWithoutAddress() == [named("pending")])
    let report = try #require(machine.report(for: named("pending")))
    #expect(report.service.refusal?.reason == .noAddress)
    #expect(report.addresses.isEmpty)
    #expect(machine.report(for: named("web"))?.service.refusal == nil)
    #expect(machine.report(for: named("absent")) == nil)
  }

  @Test(
    arguments: [
      (served: nil, found: nil, isServed: true), (served: nil, found: "a", isServed: false),
      (served: "a", found: "a", isServed: true), (served: "a", found: "b", isServed: false),
      (served: "a", found: nil, isServed: false),
    ] as [(served: String?, found: String?, isServed: Bool)])
  func classesMatchExactly(_ row: (served: String?, found: String?, isServed: Bool)) throws {
    var cluster = Self.base
    cluster.services[0].loadBalancerClass = row.found
    let machine = cluster.machine(
      on: "node-1", options: Assignment.Options(loadBalancerClass: row.served))
    let summary = try #require(machine.summary(of: ip("192.0.2.1")))
    #expect(summary.layer2.reason == (row.isServed ? .owner : .otherLoadBalancerClass))
  }

  @Test func sentencesNameWhatDecided() throws {
    var cluster = Self.base
    cluster.services[0].externalTrafficPolicy = .local
    cluster.nodes.append(.fixture("node-2"))
    let summary = try #require(cluster.machine(on: "node-2").summary(of: ip("192.0.2.1")))
    #expect(
      summary.layer2.sentence
        == "Service default/web: externalTrafficPolicy is Local and Node node-2 has no ready"
        + " endpoint of IPv4")
    #expect(summary.owner == "node-1")
  }
}
