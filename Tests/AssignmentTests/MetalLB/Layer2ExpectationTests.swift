import Addresses
import Assignment
import Resources
import Testing

/// The layer-2 cases of MetalLB's own tests, by their names. Where MetalLB's hash picks the winner
/// of several, ours picks one too, though not the same. Where MetalLB lets an endpoint that is
/// serving but not ready take part, ours asks for a ready one, or for a terminating one while none
/// is ready.
@Suite struct Layer2ExpectationTests {
  static let one = "iris1"
  static let two = "iris2"

  static func cluster(
    _ policy: Service.TrafficPolicy, _ endpoints: [(node: String?, condition: Condition)],
    advertisements: [L2Advertisement] = [.fixture()]
  ) -> Cluster {
    Cluster(
      [one, two], services: [.fixture("web", ["192.0.2.1"], policy: policy)],
      slices: [.fixture("web", endpoints)],
      configuration: Configuration(pools: [.both], l2Advertisements: advertisements))
  }

  /// TestShouldAnnounceEPSlices: the nodes of which exactly one announces.
  @Test(arguments: [
    ([(one, Condition.ready), (one, .ready)], [one]),
    ([(one, .notReady), (one, .notReady)], []),
    ([(one, .ready), (two, .servingNotReady)], [one]),
    ([(one, .notReady), (two, .notReady)], []),
    ([(one, .ready), (two, .notReady)], [one]),
    ([(one, .ready), (two, .ready)], [one, two]),
    ([(two, .ready)], [two]),
    ([(one, .ready), (two, .ready), (two, .ready)], [one, two]),
    ([(one, .ready), (two, .ready), (one, .ready)], [one, two]),
    ([(one, .ready), (two, .ready), (one, .notReady)], [one, two]),
    ([(one, .ready), (two, .notReady), (two, .notReady)], [one]),
  ])
  func shouldAnnounceEPSlices(_ endpoints: [(String, Condition)], _ eligible: [String]) throws {
    let cluster = Self.cluster(.local, endpoints.map { ($0.0, $0.1) })
    let announcers = cluster.announcers(of: "192.0.2.1")
    #expect(announcers.count == (eligible.isEmpty ? 0 : 1))
    #expect(Set(announcers).isSubset(of: eligible))
    let report = try #require(cluster.machine(on: Self.one).report(for: ip("192.0.2.1")))
    #expect(report.nodes.filter(\.layer2.isFit).map(\.node).sorted() == eligible)
  }

  @Test func shouldAnnounceEPSlicesOfTwoServices() {
    var cluster = Self.cluster(.local, [(Self.two, .ready)])
    cluster.services.append(.fixture("other", ["192.0.2.2"], policy: .local))
    cluster.slices.append(.fixture("other", [(Self.one, .ready)], number: 2))
    #expect(cluster.announcers(of: "192.0.2.1") == [Self.two])
    #expect(cluster.announcers(of: "192.0.2.2") == [Self.one])
  }

  struct FromNodes: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let policy: Service.TrafficPolicy
    let endpoints: [String]
    let advertisements: [[String]]
    var excluded: [String] = []
    var ignoresLabel = false
    /// The nodes of which exactly one announces.
    let eligible: [String]
    /// The reason of nodes that are not eligible.
    var reason: Reason?
  }

  static let fromNodes: [FromNodes] = [
    FromNodes(
      testDescription: "Cluster, advertised on one", policy: .cluster, endpoints: [one],
      advertisements: [[one]], eligible: [one], reason: .noMatchingAdvertisement),
    FromNodes(
      testDescription: "Local, an advertisement for each", policy: .local, endpoints: [one],
      advertisements: [[one], [two]], eligible: [one], reason: .noLocalEndpoint),
    FromNodes(
      testDescription: "Cluster, advertised on both", policy: .cluster, endpoints: [one],
      advertisements: [[one, two]], eligible: [one, two]),
    FromNodes(
      testDescription: "Cluster, endpoints on both, advertised on one", policy: .cluster,
      endpoints: [one, two], advertisements: [[one]], eligible: [one],
      reason: .noMatchingAdvertisement),
    FromNodes(
      testDescription: "Local, advertised on the other only", policy: .local, endpoints: [one],
      advertisements: [[two]], eligible: []),
    FromNodes(
      testDescription: "Cluster, second excluded", policy: .cluster, endpoints: [one],
      advertisements: [[one, two]], excluded: [two], eligible: [one], reason: .nodeExcluded),
    FromNodes(
      testDescription: "Cluster, first excluded", policy: .cluster, endpoints: [one],
      advertisements: [[one, two]], excluded: [one], eligible: [two], reason: .nodeExcluded),
    FromNodes(
      testDescription: "Cluster, both excluded", policy: .cluster, endpoints: [one],
      advertisements: [[one, two]], excluded: [one, two], eligible: [], reason: .nodeExcluded),
    FromNodes(
      testDescription: "Local, both excluded, label ignored", policy: .local, endpoints: [one],
      advertisements: [[one, two]], excluded: [one, two], ignoresLabel: true, eligible: [one],
      reason: .noLocalEndpoint),
  ]

  @Test(arguments: fromNodes) func shouldAnnounceFromNodes(_ row: FromNodes) throws {
    var cluster = Self.cluster(
      row.policy, row.endpoints.map { ($0, .ready) },
      advertisements: row.advertisements.enumerated().map {
        .fixture("l2-\($0.offset)", nodes: $0.element)
      })
    for index in cluster.nodes.indices where row.excluded.contains(cluster.nodes[index].name) {
      cluster.nodes[index].metadata.labels[NodeGateTests.label] = ""
    }
    let options = Assignment.Options(ignoreExcludeLabel: row.ignoresLabel)
    let announcers = cluster.announcers(of: "192.0.2.1", options: options)
    #expect(announcers.count == (row.eligible.isEmpty ? 0 : 1))
    #expect(Set(announcers).isSubset(of: row.eligible))
    guard let reason = row.reason else { return }
    for node in [Self.one, Self.two] where !row.eligible.contains(node) {
      let machine = cluster.machine(on: node, options: options)
      #expect(machine.summary(of: ip("192.0.2.1"))?.layer2.reason == reason)
    }
  }

  /// A node selected by one advertisement only and with endpoints on another: nobody announces, and
  /// each node says why.
  @Test func localAdvertisedElsewhere() {
    let cluster = Self.cluster(
      .local, [(Self.one, .ready)], advertisements: [.fixture(nodes: [Self.two])])
    #expect(cluster.layer2("192.0.2.1", on: Self.one) == .noMatchingAdvertisement)
    #expect(cluster.layer2("192.0.2.1", on: Self.two) == .noLocalEndpoint)
  }

  /// TestUsableNodesEPSlices: endpoints in several slices, or several on one node.
  @Test func usableNodes() throws {
    var cluster = Self.cluster(.local, [(Self.one, .ready)])
    cluster.slices.append(.fixture("web", [(Self.two, .ready)], number: 2))
    func usable() throws -> [String] {
      let report = try #require(cluster.machine(on: Self.one).report(for: ip("192.0.2.1")))
      return report.nodes.filter(\.layer2.isFit).map(\.node).sorted()
    }
    #expect(try usable() == [Self.one, Self.two])
    cluster.slices[1] = .fixture("web", [(Self.one, .ready)], number: 2)
    #expect(try usable() == [Self.one])
    cluster.slices[1] = .fixture("web", [(Self.one, .notReady)], number: 2)
    #expect(try usable() == [Self.one])
  }

  /// TestClusterPolicy: exactly one of two speakers announces each of 255 addresses, whichever node
  /// has the endpoint; services with the same address have the same announcer; both win some.
  @Test func clusterPolicy() {
    let addresses = (0...254).map { "192.0.2.\($0)" }
    var winners: [[String?]] = []
    for node in [Self.one, Self.two] {
      let cluster = Cluster(
        [Self.one, Self.two],
        services: [.fixture("a", addresses), .fixture("b", addresses)],
        slices: [
          .fixture("a", [(node, .ready)]), .fixture("b", [(node, .ready)], number: 2),
        ])
      let views = [Self.one, Self.two].map { cluster.machine(on: $0).addresses() }
      for (first, second) in zip(views[0], views[1]) {
        #expect([first, second].filter { $0.layer2.verdict == .announces }.count == 1)
        #expect(first.owner == second.owner)
        #expect(first.services == [named("a"), named("b")])
      }
      winners.append(views[0].map(\.owner))
    }
    #expect(winners[0] == winners[1])
    #expect(Set(winners[0]) == [Self.one, Self.two])
  }

  /// TestL2ServiceSelectors.
  @Test(arguments: [
    ([], true), ([LabelSelector.app("web")], true), ([.app("else")], false),
    ([.app("else"), .app("web")], true),
  ])
  func serviceSelectors(_ selectors: [LabelSelector], _ matches: Bool) {
    var cluster = Self.cluster(
      .cluster, [(Self.one, .ready)], advertisements: [.fixture(services: selectors)])
    cluster.services[0].metadata.labels = ["app": "web"]
    #expect(cluster.announcers(of: "192.0.2.1").count == (matches ? 1 : 0))
    if !matches { #expect(cluster.layer2("192.0.2.1", on: Self.one) == .noMatchingAdvertisement) }
  }

  /// TestL2SharedIPWithServiceSelectors: MetalLB refuses to share an address once a service selector
  /// is involved, because its nodes might disagree. Ours elect by the address and judge all of its
  /// services together, so there is nothing to refuse; the annotation decides nothing.
  @Test(arguments: ["metallb.io/allow-shared-ip", "metallb.universe.tf/allow-shared-ip"])
  func sharedAddressWithServiceSelectors(_ annotation: String) {
    var cluster = Self.cluster(
      .cluster, [(Self.one, .ready)], advertisements: [.fixture(services: [.app("web")])])
    cluster.services = ["web", "other"].map {
      .fixture($0, ["192.0.2.1"], labels: ["app": "web"], annotations: [annotation: "key"])
    }
    cluster.slices.append(.fixture("other", [(Self.two, .ready)], number: 2))
    #expect(cluster.announcers(of: "192.0.2.1").count == 1)
  }

  /// TestL2ElectionConsistentButAdsPerNode: one winner, with its own interface.
  @Test func interfacesByNode() throws {
    let cluster = Self.cluster(
      .cluster, [(Self.one, .ready)],
      advertisements: [
        .fixture("a", nodes: [Self.one], interfaces: ["eth0"]),
        .fixture("b", nodes: [Self.two], interfaces: ["eth1"]),
      ])
    let announcers = cluster.announcers(of: "192.0.2.1")
    #expect(announcers.count == 1)
    let winner = try #require(announcers.first)
    #expect(
      cluster.machine(on: winner).summary(of: ip("192.0.2.1"))?.interfaces
        == .names([winner == Self.one ? "eth0" : "eth1"]))
  }

  /// TestL2NoMatchingAdForServiceAndNode.
  @Test func noAdvertisementForServiceAndNode() {
    var cluster = Self.cluster(
      .cluster, [(Self.one, .ready)],
      advertisements: [
        .fixture("other", services: [.app("else")]),
        .fixture("mine", nodes: ["ghost"], services: [.app("web")]),
      ])
    cluster.services[0].metadata.labels = ["app": "web"]
    for node in [Self.one, Self.two] {
      #expect(cluster.layer2("192.0.2.1", on: node) == .noMatchingAdvertisement)
    }
  }

  /// TestL2ServiceSelectorFiltersCandidateNodes.
  @Test func serviceSelectorsFilterCandidates() {
    var cluster = Self.cluster(
      .cluster, [(Self.one, .ready)],
      advertisements: [
        .fixture("foo", nodes: [Self.one], services: [.app("foo")]),
        .fixture("bar", nodes: [Self.two], services: [.app("bar")]),
      ])
    cluster.services[0].metadata.labels = ["app": "foo"]
    #expect(cluster.announcers(of: "192.0.2.1") == [Self.one])
    cluster.services[0].metadata.labels = ["app": "bar"]
    #expect(cluster.announcers(of: "192.0.2.1") == [Self.two])
  }
}
