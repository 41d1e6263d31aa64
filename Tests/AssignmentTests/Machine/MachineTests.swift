import Addresses
import Assignment
import Resources
import Testing

/// The machine around the decisions: when it speaks, in which order, and for how much work.
@Suite struct MachineTests {
  static let one = ip("192.0.2.1")

  @Test func announcesNothingBeforeTheSourcesAreRead() throws {
    let cluster = WhoMayAnnounceTests.base
    var machine = Assignment(node: "node-1")
    for event in cluster.events { #expect(machine.handle(event).isEmpty) }
    #expect(machine.decisionCount == 0)
    let summary = try #require(machine.summary(of: Self.one))
    #expect(summary.layer2.reason == .sourcesIncomplete)
    #expect(summary.bgp.reason == .sourcesIncomplete)
    let report = try #require(machine.report(for: Self.one))
    #expect(report.nodes.map(\.layer2.reason) == [.sourcesIncomplete])
    #expect(report.routes.isEmpty)
    #expect(
      machine.handle(.sourcesComplete) == [
        .announceLayer2(address: Self.one, interfaces: .all, reason: .owner),
        .announceRoute(
          peer: "router", prefix: prefix("192.0.2.1/32"), attributes: RouteAttributes()),
        .decisionsChanged([Self.one]),
      ])
    #expect(machine.handle(.sourcesComplete).isEmpty)
  }

  @Test func aBatchIsDecidedOnce() {
    var machine = WhoMayAnnounceTests.base.machine(on: "node-1")
    let decisions = machine.decisionCount
    let slice = { EndpointSlice.fixture("web", [("node-1", $0)]) }
    #expect(
      machine.handle(
        .batch([
          .endpointSlice(slice(.notReady)), .batch([.endpointSlice(slice(.terminating))]),
          .endpointSlice(slice(.ready)),
        ])
      ).isEmpty)
    #expect(machine.decisionCount == decisions + 1)
    #expect(machine.handle(.batch([])).isEmpty)
  }

  @Test func actionsAreSorted() {
    let addresses = ["192.0.2.30", "2001:db8::9", "192.0.2.4", "2001:db8::1", "192.0.2.200"]
    var cluster = Cluster(
      ["node-1"], services: [.fixture("web", addresses)],
      slices: [
        .fixture("web", [("node-1", .ready)]), .fixture("web", [("node-1", .ready)], family: .ipv6),
      ])
    cluster.configuration.peers = [.fixture("b"), .fixture("a")]
    var machine = Assignment(node: "node-1")
    let actions = machine.handle(.batch(cluster.events + [.sourcesComplete]))
    let sorted = addresses.map(ip).sorted()
    let routes = ["a", "b"].flatMap { peer in
      sorted.map { address in
        Assignment.Action.announceRoute(
          peer: peer, prefix: IPPrefix(host: address), attributes: RouteAttributes())
      }
    }
    #expect(
      actions
        == sorted.map { .announceLayer2(address: $0, interfaces: .all, reason: .owner) } + routes
        + [.decisionsChanged(sorted)])
    let ends = machine.handle(.draining(node: "node-1", isDraining: true))
    #expect(ends.count == 16)
    for (address, action) in zip(sorted, ends) {
      guard case .withdrawLayer2(address, let decision) = action else {
        Issue.record("\(action)")
        continue
      }
      #expect(decision.reason == .nodeDraining)
    }
  }

  /// Changes that no decision reads cost nothing.
  @Test func irrelevantChangesDecideNothing() {
    var cluster = WhoMayAnnounceTests.base
    cluster.nodes.append(.fixture("node-2"))
    var machine = cluster.machine(on: "node-1")
    let decisions = machine.decisionCount
    var node = cluster.nodes[1]
    node.internalAddresses = [ip("198.51.100.9")]
    node.metadata.labels["unrelated"] = "label"
    node.taints = ["unrelated"]
    #expect(machine.handle(.node(node)).isEmpty)
    node.metadata.name.name = "node-1"
    node.metadata.labels["kubernetes.io/hostname"] = "node-1"
    #expect(machine.handle(.node(node)).isEmpty)
    var service = cluster.services[0]
    service.ports = [Service.Port(port: 80)]
    service.metadata.annotations = ["a": "b"]
    #expect(machine.handle(.service(service)).isEmpty)
    #expect(machine.handle(.serviceRemoved(named("absent"))).isEmpty)
    #expect(machine.handle(.endpointSliceRemoved(named("absent"))).isEmpty)
    #expect(machine.handle(.endpointSlice(.fixture("absent", [("node-1", .ready)]))).isEmpty)
    #expect(machine.handle(.nodeRemoved("absent")).isEmpty)
    #expect(machine.handle(.draining(node: "absent", isDraining: true)).isEmpty)
    #expect(machine.handle(.configuration(cluster.configuration)).isEmpty)
    #expect(machine.decisionCount == decisions)
  }

  /// A label decides only where the advertisements of a pool read it.
  @Test func labelsTouchThePoolsThatReadThem() {
    var cluster = Cluster(
      ["node-1", "node-2"],
      services: [.fixture("a", ["192.0.2.1"]), .fixture("b", ["192.0.2.129"])],
      slices: [
        .fixture("a", [("node-1", .ready)]), .fixture("b", [("node-1", .ready)], number: 2),
      ],
      configuration: Configuration(
        pools: [.fixture("low", ["192.0.2.0/25"]), .fixture("high", ["192.0.2.128/25"])],
        l2Advertisements: [.fixture("low", pools: ["low"]), .fixture("high", pools: ["high"])]))
    cluster.configuration.l2Advertisements[1].nodeSelectors = [
      LabelSelector(matchLabels: ["edge": "yes"])
    ]
    var machine = cluster.machine(on: "node-1")
    let decisions = machine.decisionCount
    #expect(machine.summary(of: ip("192.0.2.129"))?.owner == nil)
    _ = machine.handle(.node(.fixture("node-1", labels: ["edge": "yes"])))
    #expect(machine.decisionCount == decisions + 1)
    #expect(machine.summary(of: ip("192.0.2.129"))?.owner == "node-1")
  }

  /// Sessions are shown and decide nothing.
  @Test func sessionsAreShown() throws {
    var cluster = WhoMayAnnounceTests.base
    cluster.configuration.peers = [.fixture("a"), .fixture("b")]
    var machine = cluster.machine(on: "node-1")
    let decisions = machine.decisionCount
    func shown() throws -> Decision {
      let report = try #require(machine.report(for: Self.one))
      #expect(report.nodes[0].bgp == report.summary.bgp)
      return report.summary.bgp
    }
    #expect(try shown().reason == .noSessionToPeer)
    #expect(try shown().verdict == .announces)
    #expect(
      machine.handle(.session(peer: "a", isUp: true)) == [.decisionsChanged([Self.one])])
    #expect(try shown().reason == .announced)
    #expect(try shown().sentence.hasSuffix("no session is up to b"))
    let report = try #require(machine.report(for: Self.one))
    #expect(report.routes.map(\.decision.reason) == [.announced, .noSessionToPeer])
    #expect(machine.handle(.session(peer: "b", isUp: true)).count == 1)
    #expect(try !shown().sentence.contains("no session"))
    #expect(machine.handle(.session(peer: "b", isUp: true)).isEmpty)
    #expect(machine.handle(.session(peer: "stranger", isUp: true)).isEmpty)
    _ = machine.handle(.session(peer: "a", isUp: false))
    _ = machine.handle(.session(peer: "b", isUp: false))
    #expect(try shown().reason == .noSessionToPeer)
    #expect(machine.decisionCount == decisions)
  }

  /// What keeps the node from announcing withdraws at once, by both protocols, with its reason.
  @Test func aDrainWithdrawsAtOnce() {
    var machine = WhoMayAnnounceTests.base.machine(on: "node-1")
    var said = Announcements()
    said.apply([
      .announceLayer2(address: Self.one, interfaces: .all, reason: .owner),
      .announceRoute(
        peer: "router", prefix: prefix("192.0.2.1/32"), attributes: RouteAttributes()),
    ])
    let begun = machine.handle(.draining(node: "node-1", isDraining: true))
    said.apply(begun)
    #expect(said == Announcements())
    #expect(machine.summary(of: Self.one)?.bgp.reason == .nodeDraining)
    said.apply(machine.handle(.draining(node: "node-1", isDraining: false)))
    #expect(said.layer2.count == 1)
    #expect(said.routes.count == 1)
    #expect(said.idleActions == 0)
  }
}
