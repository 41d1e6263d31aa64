import Addresses
import Assignment
import Resources
import Testing

/// The rows of the table "Service gates" that endpoints decide, each with its name.
@Suite struct EndpointPolicyTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let row: String
    let policy: Service.TrafficPolicy
    let endpoints: [(node: String?, condition: Condition)]
    /// The nodes of node-1 and node-2 that are fit.
    let fit: [String]
    /// The owner where the row names one.
    let owner: String?

    init(
      _ row: String, _ policy: Service.TrafficPolicy,
      _ endpoints: [(node: String?, condition: Condition)], fit: [String], owner: String? = nil
    ) {
      self.row = row
      self.policy = policy
      self.endpoints = endpoints
      self.fit = fit
      self.owner = owner
    }

    var testDescription: String { row }
  }

  static let both = ["node-1", "node-2"]
  static let cases: [Case] = [
    Case("C1: ready somewhere", .cluster, [("node-9", .ready)], fit: both),
    Case("C1: ready on no node", .cluster, [(nil, .ready)], fit: both),
    Case("C2: only terminating", .cluster, [("node-1", .terminating)], fit: both),
    Case("C3: none", .cluster, [], fit: []),
    Case("C3: not ready", .cluster, [("node-1", .notReady)], fit: []),
    Case(
      "C3: serving, neither ready nor terminating", .cluster,
      [("node-1", .servingNotReady)], fit: []),
    Case(
      "C3: terminating without serving", .cluster,
      [("node-1", .terminatingNotServing)], fit: []),
    Case("L1: ready here", .local, [("node-1", .ready)], fit: ["node-1"], owner: "node-1"),
    Case("L1: ready on both", .local, [("node-1", .ready), ("node-2", .ready)], fit: both),
    Case(
      "L1: a ready beside a failed one", .local,
      [("node-1", .ready), ("node-1", .notReady)], fit: ["node-1"], owner: "node-1"),
    Case(
      "L2: terminating here, ready there", .local,
      [("node-1", .terminating), ("node-2", .ready)], fit: ["node-2"], owner: "node-2"),
    Case(
      "L2: ready endpoints on no node", .local,
      [("node-1", .terminating), (nil, .ready)], fit: []),
    Case(
      "L3: only terminating anywhere", .local,
      [("node-1", .terminating)], fit: ["node-1"], owner: "node-1"),
    Case(
      "L3: terminating on both", .local,
      [("node-1", .terminating), ("node-2", .terminating)], fit: both),
    Case(
      "L4: endpoints elsewhere only", .local,
      [("node-2", .ready)], fit: ["node-2"], owner: "node-2"),
    Case(
      "L4: terminating elsewhere only", .local,
      [("node-2", .terminating)], fit: ["node-2"], owner: "node-2"),
    Case("L5: none", .local, [], fit: []),
    Case(
      "L5: none that serves", .local,
      [("node-1", .terminatingNotServing), ("node-2", .notReady)], fit: []),
    Case(
      "L6: ready while terminating, alone", .local,
      [("node-1", .readyWhileTerminating)], fit: ["node-1"], owner: "node-1"),
    Case(
      "L6: ready while terminating ranks behind ready, 1", .local,
      [("node-1", .readyWhileTerminating), ("node-2", .ready)], fit: both, owner: "node-2"),
    Case(
      "L6: ready while terminating ranks behind ready, 2", .local,
      [("node-1", .ready), ("node-2", .readyWhileTerminating)], fit: both, owner: "node-1"),
    Case(
      "L6: one that stays counts for the node", .local,
      [("node-1", .readyWhileTerminating), ("node-1", .ready), ("node-2", .readyWhileTerminating)],
      fit: both, owner: "node-1"),
  ]

  @Test(arguments: cases, AddressFamily.allCases)
  func row(_ row: Case, _ family: AddressFamily) throws {
    let address = family == .ipv4 ? "192.0.2.1" : "2001:db8::1"
    let cluster = Cluster(
      Self.both, services: [.fixture("web", [address], policy: row.policy)],
      slices: [.fixture("web", row.endpoints, family: family)])
    let report = try #require(cluster.machine(on: "node-1").report(for: ip(address)))
    #expect(report.nodes.filter(\.layer2.isFit).map(\.node).sorted() == row.fit)
    #expect(report.nodes.filter(\.bgp.isFit).map(\.node).sorted() == row.fit)
    if let owner = row.owner { #expect(report.summary.owner == owner) }
    #expect((report.summary.owner != nil) == !row.fit.isEmpty)
    #expect(cluster.announcers(of: address) == report.summary.owner.map { [$0] } ?? [])
  }

  /// S2: whatever makes a service no longer ours withdraws at once.
  @Test(arguments: ["removed", "type", "class", "address"])
  func s2ServiceIsNoLongerOurs(_ how: String) throws {
    let service = Service.fixture("web", ["192.0.2.1"])
    let cluster = Cluster(
      ["node-1"], services: [service], slices: [.fixture("web", [("node-1", .ready)])])
    var machine = cluster.machine(on: "node-1")
    var changed = service
    let actions: [Assignment.Action]
    switch how {
    case "type": changed.type = .clusterIP
    case "class": changed.loadBalancerClass = "other"
    case "address": changed.ingress = []
    default: break
    }
    actions = machine.handle(
      how == "removed" ? .serviceRemoved(service.metadata.name) : .service(changed))
    let reasons = actions.compactMap { action -> Reason? in
      switch action {
      case .withdrawLayer2(ip("192.0.2.1"), let decision): decision.reason
      case .withdrawRoute("router", prefix("192.0.2.1/32"), let decision): decision.reason
      case .announceLayer2, .announceRoute, .withdrawLayer2, .withdrawRoute, .elect, .endElection,
        .decisionsChanged:
        nil
      }
    }
    let expected: Reason =
      switch how {
      case "type": .notLoadBalancer
      case "class": .otherLoadBalancerClass
      default: .noService
      }
    #expect(reasons == [expected, expected])
    #expect(actions.last == .decisionsChanged([ip("192.0.2.1")]))
  }

  /// S3: `internalTrafficPolicy` changes no announcement; reports say what it does inside.
  @Test func s3InternalTrafficPolicyDecidesNothing() throws {
    var service = Service.fixture("web", ["192.0.2.1"])
    let cluster = Cluster(
      ["node-1", "node-2"], services: [service], slices: [.fixture("web", [("node-2", .ready)])])
    var machine = cluster.machine(on: "node-1")
    let before = machine.addresses()
    service.internalTrafficPolicy = .local
    #expect(machine.handle(.service(service)).isEmpty)
    #expect(machine.addresses() == before)
    let report = try #require(machine.report(for: service.metadata.name))
    #expect(report.service.internalTrafficPolicy == .local)
    #expect(report.service.internalTraffic.contains("callers inside"))
  }

  /// Families are judged apart: IPv4 endpoints on one node and IPv6 ones on another make two owners.
  @Test func dualStackHasAnOwnerPerFamily() {
    let cluster = Cluster(
      ["node-1", "node-2"],
      services: [.fixture("web", ["192.0.2.1", "2001:db8::1"], policy: .local)],
      slices: [
        .fixture("web", [("node-1", .ready)]), .fixture("web", [("node-2", .ready)], family: .ipv6),
      ])
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-1"])
    #expect(cluster.announcers(of: "2001:db8::1") == ["node-2"])
  }

  /// What happens to endpoints one after the other: a rollout, a recreation and a change of policy,
  /// with the owner after each step.
  @Test func rolloutMovesOnce() {
    var machine = Cluster(
      ["node-1", "node-2"], services: [.fixture("web", ["192.0.2.1"], policy: .local)]
    ).machine(on: "node-1")
    func step(_ endpoints: [(node: String?, condition: Condition)]) -> String? {
      _ = machine.handle(.endpointSlice(.fixture("web", endpoints)))
      return machine.summary(of: ip("192.0.2.1"))?.owner
    }
    #expect(step([("node-1", .ready)]) == "node-1")
    #expect(step([("node-1", .terminating), ("node-2", .ready)]) == "node-2")
    #expect(step([("node-2", .ready)]) == "node-2")
    #expect(step([("node-2", .terminating)]) == "node-2")
    #expect(step([]) == nil)
    #expect(step([("node-1", .ready)]) == "node-1")
    _ = machine.handle(.service(.fixture("web", ["192.0.2.1"], policy: .cluster)))
    #expect(machine.summary(of: ip("192.0.2.1"))?.owner != nil)
  }
}
