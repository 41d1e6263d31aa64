import Addresses
import Assignment
import Resources
import Testing

/// Which endpoints count besides what their slices say: rows L7 and L8, and the hold of
/// `Documentation/election.md`.
@Suite struct NodeEvidenceTests {
  private static let one = ip("192.0.2.1")
  private typealias Endpoints = [(node: String?, condition: Condition)]

  private static func machine(
    on node: String = "node-2", policy: Service.TrafficPolicy = .local, endpoints: Endpoints,
    nodes: [String] = ["node-1", "node-2", "node-3"], hasElection: Bool = true
  ) -> Assignment {
    let cluster = Cluster(
      nodes, services: [.fixture("web", ["192.0.2.1"], policy: policy)],
      slices: [.fixture("web", endpoints)])
    return cluster.machine(on: node, options: .init(hasElection: hasElection))
  }

  private static func slice(_ endpoints: Endpoints) -> Assignment.Event {
    .endpointSlice(.fixture("web", endpoints))
  }

  private func fit(_ machine: Assignment) throws -> [String] {
    try #require(machine.report(for: Self.one)).nodes.filter(\.layer2.isFit).map(\.node).sorted()
  }

  private func part(_ node: String, in machine: Assignment) throws -> NodeReport {
    let report = try #require(machine.report(for: Self.one))
    return try #require(report.nodes.first { $0.node == node })
  }

  // MARK: L7

  @Test(arguments: [PeerDeath.speaker, .host])
  func l7EndpointsOfADeadNodeDoNotCountForLocal(_ death: PeerDeath) throws {
    var machine = Self.machine(endpoints: [("node-1", .ready), ("node-2", .ready)])
    #expect(try fit(machine) == ["node-1", "node-2"])
    var said = Announcements()
    said.apply(machine.handle(.peerDeath(node: "node-1", death)))
    #expect(said.elections[Self.one]?.nodes.map(\.node) == ["node-2"])
    #expect(try fit(machine) == ["node-2"])
    let dead = try part("node-1", in: machine)
    #expect(dead.layer2.reason == .noLocalEndpoint && dead.bgp.reason == .noLocalEndpoint)
    #expect(dead.layer2.sentence.contains("hold Node node-1 dead"))
    // They are there, for those that come by way of other nodes, where the host forwards on.
    #expect(dead.readyEndpoints == (death == .speaker ? 1 : 0))

    _ = machine.handle(.peerDeath(node: "node-1", nil))
    #expect(try fit(machine) == ["node-1", "node-2"])
    #expect(try part("node-1", in: machine).readyEndpoints == 1)
  }

  /// The only replica was there: nobody else can serve, and the address waits.
  @Test func l7WithoutAnotherReplicaNobodyIsFit() throws {
    var machine = Self.machine(endpoints: [("node-1", .ready)])
    _ = machine.handle(.peerDeath(node: "node-1", .host))
    #expect(try fit(machine) == [])
    #expect(try part("node-2", in: machine).layer2.reason == .noLocalEndpoint)
  }

  /// L3 after L7: where the ready one is dead, the terminating one serves.
  @Test func l7LetsATerminatingEndpointServe() throws {
    var machine = Self.machine(endpoints: [("node-1", .ready), ("node-2", .terminating)])
    #expect(try fit(machine) == ["node-1"])
    _ = machine.handle(.peerDeath(node: "node-1", .host))
    #expect(try fit(machine) == ["node-2"])
  }

  @Test func l7UnderClusterADeadHostDoesNotCountAndADeadSpeakerDoes() throws {
    var machine = Self.machine(policy: .cluster, endpoints: [("node-1", .ready)])
    let all = ["node-1", "node-2", "node-3"]
    #expect(try fit(machine) == all)
    // The node forwards on: a speaker that is started anew must not take the service away.
    _ = machine.handle(.peerDeath(node: "node-1", .speaker))
    #expect(try fit(machine) == all)
    _ = machine.handle(.peerDeath(node: "node-1", .host))
    #expect(try fit(machine) == [])
    let other = try part("node-2", in: machine)
    #expect(other.layer2.reason == .noEndpoint && other.bgp.reason == .noEndpoint)
    #expect(other.layer2.sentence.contains("hold dead: node-1"))
    _ = machine.handle(Self.slice([("node-1", .ready), ("node-3", .ready)]))
    #expect(try fit(machine) == all)
  }

  @Test func l7CostsWorkForTheServicesOfTheNodeOnly() {
    var cluster = Cluster(["node-1", "node-2"])
    for number in 1...50 {
      cluster.services.append(.fixture("web-\(number)", ["192.0.2.\(number)"], policy: .local))
      cluster.slices.append(
        .fixture("web-\(number)", [(number <= 3 ? "node-1" : "node-2", .ready)]))
    }
    var machine = cluster.machine(on: "node-2", options: .init(hasElection: true))
    let before = machine.decisionCount
    _ = machine.handle(.peerDeath(node: "node-1", .host))
    #expect(machine.decisionCount == before + 3)
    _ = machine.handle(.peerDeath(node: "node-1", .host))
    #expect(machine.decisionCount == before + 3)
  }

  // MARK: L8

  private static func unknown(_ name: String) -> Assignment.Event {
    .node(.fixture(name, ready: .unknown))
  }

  @Test func l8LastGoodCountsForFiveMinutesOnANodeThatLives() throws {
    var machine = Self.machine(endpoints: [("node-1", .ready)])
    _ = machine.handle(.time(seconds: 1000))
    _ = machine.handle(Self.unknown("node-1"))
    _ = machine.handle(.time(seconds: 1030))
    _ = machine.handle(Self.slice([("node-1", .notReady)]))
    #expect(try fit(machine) == ["node-1"])
    #expect(try part("node-1", in: machine).readyEndpoints == 1)
    #expect(machine.handle(.time(seconds: 1299)).isEmpty)
    #expect(try fit(machine) == ["node-1"])
    _ = machine.handle(.time(seconds: 1300))
    #expect(try fit(machine) == [])
    #expect(try part("node-1", in: machine).layer2.reason == .noLocalEndpoint)
  }

  @Test(arguments: [Node.ConditionStatus.yes, .no])
  func l8EndsWhenTheKubeletSpeaksAgain(_ ready: Node.ConditionStatus) throws {
    var machine = Self.machine(endpoints: [("node-1", .ready)])
    _ = machine.handle(.batch([Self.unknown("node-1"), Self.slice([("node-1", .notReady)])]))
    #expect(try fit(machine) == ["node-1"])
    _ = machine.handle(.node(.fixture("node-1", ready: ready)))
    #expect(try fit(machine) == [])
  }

  /// The two streams of an API server have no common order.
  @Test func l8TheSliceMayComeFirst() throws {
    var machine = Self.machine(endpoints: [("node-1", .ready)])
    _ = machine.handle(.time(seconds: 1000))
    _ = machine.handle(Self.slice([("node-1", .notReady)]))
    #expect(try fit(machine) == [])
    _ = machine.handle(.time(seconds: 1009))
    _ = machine.handle(Self.unknown("node-1"))
    #expect(try fit(machine) == ["node-1"])
  }

  enum Other: CaseIterable {
    case failedBefore, neverReady, nodeReady, terminates, removed, peersHoldItDead, noElection
  }

  @Test(arguments: Other.allCases)
  func l8HoldsForNothingElse(_ other: Other) throws {
    var machine = Self.machine(
      endpoints: [("node-1", other == .neverReady ? .notReady : .ready)],
      hasElection: other != .noElection)
    _ = machine.handle(.time(seconds: 1000))
    if other == .failedBefore {
      _ = machine.handle(Self.slice([("node-1", .notReady)]))
      _ = machine.handle(.time(seconds: 1011))
    }
    if other == .peersHoldItDead { _ = machine.handle(.peerDeath(node: "node-1", .host)) }
    if other != .nodeReady { _ = machine.handle(Self.unknown("node-1")) }
    switch other {
    case .removed: _ = machine.handle(Self.slice([]))
    case .terminates: _ = machine.handle(Self.slice([("node-1", .terminatingNotServing)]))
    default: _ = machine.handle(Self.slice([("node-1", .notReady)]))
    }
    #expect(try fit(machine) == [])
  }

  // MARK: The hold

  @Test func aHoldBringsBackWhatTurnedBadInTheMinuteBefore() throws {
    var machine = Self.machine(
      endpoints: [("node-1", .ready), ("node-2", .ready), ("node-3", .ready)])
    _ = machine.handle(.time(seconds: 1000))
    _ = machine.handle(
      Self.slice([("node-1", .notReady), ("node-2", .ready), ("node-3", .ready)]))
    _ = machine.handle(.time(seconds: 1061))
    _ = machine.handle(.node(.fixture("node-3", networkUnavailable: true)))
    _ = machine.handle(
      Self.slice([("node-1", .notReady), ("node-2", .notReady), ("node-3", .ready)]))
    #expect(try fit(machine) == [])
    _ = machine.handle(.fitnessHeld(true))
    #expect(try fit(machine) == ["node-2", "node-3"])
    // What turns bad meanwhile is held too; what is removed, or drained, is obeyed.
    _ = machine.handle(.time(seconds: 1200))
    _ = machine.handle(.node(.fixture("node-2", networkUnavailable: true)))
    _ = machine.handle(
      Self.slice([("node-1", .notReady), ("node-2", .notReady), ("node-3", .notReady)]))
    #expect(try fit(machine) == ["node-2", "node-3"])
    _ = machine.handle(.draining(node: "node-2", isDraining: true))
    #expect(try fit(machine) == ["node-3"])
    _ = machine.handle(.draining(node: "node-2", isDraining: false))
    _ = machine.handle(.nodeRemoved("node-3"))
    #expect(try fit(machine) == ["node-2"])
    _ = machine.handle(.fitnessHeld(false))
    #expect(try fit(machine) == [])
    #expect(try part("node-2", in: machine).layer2.reason == .nodeNetworkUnavailable)
  }

  @Test func healthCountsWhatIsBadOfWhatLives() {
    var machine = Self.machine(
      endpoints: [("node-1", .notReady), ("node-2", .ready), ("node-3", .terminating)])
    let health = machine.health
    #expect(health.badNodes == 0 && health.nodes == 3)
    #expect(health.badEndpoints == 1 && health.endpoints == 2, "what terminates is wanted gone")
    #expect(health.failingServices == 1)
    machine.take(.node(.fixture("node-1", ready: .no)))
    machine.take(.node(.fixture("node-2", networkUnavailable: true)))
    #expect(machine.health.badNodes == 2)
    machine.take(.peerDeath(node: "node-1", .host))
    #expect(machine.health.badNodes == 1 && machine.health.nodes == 2)
    #expect(machine.health.badEndpoints == 0 && machine.health.endpoints == 1)
    machine.take(Self.slice([]))
    #expect(machine.health.endpoints == 0 && machine.health.failingServices == 0)
  }

  @Test func whatIsTakenInIsDecidedLater() throws {
    var machine = Self.machine(endpoints: [("node-2", .ready)])
    let before = machine.decisionCount
    machine.take(Self.slice([("node-2", .notReady)]))
    #expect(machine.decisionCount == before)
    #expect(!machine.handle(.fitnessHeld(false)).isEmpty)
    #expect(try fit(machine) == [])
  }
}
