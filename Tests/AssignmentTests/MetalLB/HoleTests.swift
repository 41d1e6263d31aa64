import Addresses
import Assignment
import Resources
import Testing

/// What goes wrong in MetalLB's decisions and must not go wrong in ours.
@Suite struct HoleTests {
  static let nodes = (1...5).map { "node-\($0)" }

  /// A dual-stack service and a single-stack one that share the IPv6 address: the unit of election
  /// is the address, so either has exactly one announcer, in every node's view the same.
  @Test func dualStackSharesWithSingleStack() {
    for number in 1...40 {
      let (v4, v6) = ("192.0.2.\(number)", "2001:db8::\(number)")
      let cluster = Cluster(
        Self.nodes, services: [.fixture("a", [v4, v6]), .fixture("b", [v6])],
        slices: [
          .fixture("a", [("node-1", .ready)]), .fixture("b", [("node-2", .ready)], number: 2),
          .fixture("a", [("node-1", .ready)], family: .ipv6),
          .fixture("b", [("node-2", .ready)], family: .ipv6, number: 2),
        ])
      let views = Self.nodes.map { cluster.machine(on: $0) }
      for address in [v4, v6] {
        let summaries = views.compactMap { $0.summary(of: ip(address)) }
        #expect(summaries.filter { $0.layer2.verdict == .announces }.count == 1)
        #expect(Set(summaries.map(\.owner)).count == 1)
      }
    }
  }

  /// The order of the ingress list means nothing, so that a controller that rewrites it moves
  /// nothing; and a second family leaves the first one alone.
  @Test func theOrderOfIngressMeansNothing() {
    let slices: [EndpointSlice] = [
      .fixture("web", [("node-1", .ready)]), .fixture("web", [("node-1", .ready)], family: .ipv6),
    ]
    let service = Service.fixture("web", ["192.0.2.1", "2001:db8::1"])
    let cluster = Cluster(Self.nodes, services: [service], slices: slices)
    for node in Self.nodes {
      var machine = cluster.machine(on: node)
      let before = machine.addresses()
      #expect(machine.handle(.service(.fixture("web", ["2001:db8::1", "192.0.2.1"]))).isEmpty)
      #expect(machine.addresses() == before)
      let less = machine.handle(.service(.fixture("web", ["192.0.2.1"])))
      #expect(less.last == .decisionsChanged([ip("2001:db8::1")]))
      let more = machine.handle(.service(service))
      #expect(more.last == .decisionsChanged([ip("2001:db8::1")]))
    }
  }

  /// Shared address under Local whose services have different endpoints, as with different
  /// `publishNotReadyAddresses`: one announcer, and it serves both.
  @Test func sharedAddressWithDifferentEndpoints() {
    let cluster = Cluster(
      Self.nodes,
      services: [
        .fixture("a", ["192.0.2.1"], policy: .local), .fixture("b", ["192.0.2.1"], policy: .local),
      ],
      slices: [
        .fixture("a", [("node-1", .ready), ("node-2", .ready), ("node-3", .ready)]),
        .fixture(
          "b", [("node-1", .notReady), ("node-2", .ready), ("node-4", .ready)], number: 2),
      ])
    #expect(cluster.announcers(of: "192.0.2.1") == ["node-2"])
  }

  /// A node whose pods only terminate loses to one with ready pods, for every address.
  @Test func readyBeforeTerminating() {
    let addresses = (1...30).map { "192.0.2.\($0)" }
    let cluster = Cluster(
      Self.nodes, services: [.fixture("web", addresses, policy: .local)],
      slices: [
        .fixture(
          "web",
          [("node-1", .terminating), ("node-2", .terminating), ("node-3", .ready)])
      ])
    #expect(cluster.machine(on: "node-1").addresses().allSatisfy { $0.owner == "node-3" })
  }

  /// A v4-only backend draws no v6.
  @Test func familiesAreJudgedApart() {
    let cluster = Cluster(
      Self.nodes, services: [.fixture("web", ["192.0.2.1", "2001:db8::1"])],
      slices: [.fixture("web", [("node-1", .ready)])])
    #expect(cluster.announcers(of: "192.0.2.1").count == 1)
    #expect(cluster.announcers(of: "2001:db8::1").isEmpty)
    #expect(cluster.bgp("2001:db8::1", on: "node-1") == .noEndpoint)
  }

  /// Objects that are told again, in whatever order, are no change.
  @Test func objectsToldAgainAreNoChange() {
    let cluster = Cluster(
      Self.nodes, services: [.fixture("web", ["192.0.2.1"])],
      slices: [.fixture("web", [("node-1", .ready)])])
    var machine = cluster.machine(on: "node-1")
    let decisions = machine.decisionCount
    for event in cluster.events.reversed() {
      #expect(machine.handle(event).isEmpty)
    }
    #expect(machine.decisionCount == decisions)
  }
}
