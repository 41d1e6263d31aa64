import Election
import ElectionSimulator
import NIOCore
import TestSupport
import Testing

/// What is done where peers, API and segment contradict each other: a test for each row of the table
/// in the design, with what the status says of it.
@Suite(.ownThread, .serialized) struct PlaneDisagreementTests {
  private static func quiet(_ nodes: Int, _ policy: IsolationPolicy, addresses: Int = 4) -> World {
    var scenario = Scenario.quiet(seed: 11, nodes: nodes, policy: policy)
    scenario.addresses = addresses
    scenario.isUniform = true
    let world = World(scenario)
    world.run(until: 6_000_000_000)
    for node in 0..<nodes {
      for other in 0..<nodes where other != node {
        world.tell(node, .readiness(member(other), isReady: true))
      }
    }
    return world
  }

  private static func member(_ node: Int) -> MemberID { MemberID(name: "node-\(node)") }

  private func reasons(_ world: World, at node: Int) -> [PlaneDisagreement.Reason] {
    world.machine(node).disagreements(at: world.clock(node)).map(\.reason)
  }

  /// Peers: dead. API: ready. Segment: silent.
  @Test func whoIsDeadToItsPeersIsReplacedThoughReady() {
    let world = Self.quiet(4, .strict)
    let owner = world.answering(0)[0]
    world.inject(.crash(node: owner, remembers: true), lasting: 60_000)
    _ = world.run(milliseconds: 650)
    #expect(world.answering(0).count == 1 && world.answering(0) != [owner])
    let heir = world.answering(0)[0]
    let views = world.machine(heir).disagreements(at: world.clock(heir))
    #expect(views.contains { $0.reason == .deadThoughReady && $0.node == "node-\(owner)" })
  }

  /// Peers: dead. API: ready. Segment: the owner is heard. Policy `wire`.
  @Test func anOwnerHeardOnTheSegmentKeepsItsAddresses() {
    let world = Self.quiet(4, .wire)
    let owner = world.answering(0)[0]
    let others = (0..<4).filter { $0 != owner }
    world.cut([owner], from: others)
    #expect(world.run(milliseconds: 5000) == 0)
    #expect(world.answering(0) == [owner])
    #expect(reasons(world, at: others[0]).contains(.deadThoughOnSegment))
  }

  /// The same under `strict`: the owner is silent, and its addresses are taken over.
  @Test func anOwnerHeardOnTheSegmentIsReplacedUnderStrict() {
    let world = Self.quiet(4, .strict)
    let owner = world.answering(0)[0]
    world.cut([owner], from: (0..<4).filter { $0 != owner })
    _ = world.run(milliseconds: 600)
    #expect(world.answering(0) == [])
    _ = world.run(milliseconds: 3500)
    #expect(world.answering(0).count == 1 && world.answering(0) != [owner])
    #expect(world.findings == [])
  }

  /// Peers: alive. API: not ready. Segment: heard.
  @Test func aNodeThatIsNotReadyKeepsItsAddresses() {
    let world = Self.quiet(4, .wire)
    let owner = world.answering(0)[0]
    for node in 0..<4 where node != owner {
      world.tell(node, .readiness(Self.member(owner), isReady: false))
    }
    #expect(world.run(milliseconds: 5000) == 0)
    #expect(world.answering(0) == [owner])
    for node in 0..<4 where node != owner {
      #expect(reasons(world, at: node) == [.aliveThoughNotReady])
    }
  }

  /// Peers: alive. API: more than half turned bad. What follows for fitness is `PanicHold`'s.
  @Test func whenMostTurnBadNothingMoves() {
    let world = Self.quiet(4, .wire)
    let before = world.addresses.indices.map { world.answering($0) }
    for node in 1..<4 { world.tell(0, .readiness(Self.member(node), isReady: false)) }
    #expect(world.run(milliseconds: 5000) == 0)
    #expect(world.addresses.indices.map { world.answering($0) } == before)
    #expect(reasons(world, at: 0).contains(.sourceSuspect))
    world.tell(0, .readiness(Self.member(1), isReady: true))
    world.tell(0, .readiness(Self.member(2), isReady: true))
    #expect(!reasons(world, at: 0).contains(.sourceSuspect))
  }

  /// Peers: alive. API: the node is gone.
  @Test func aRemovedNodeStops() {
    let world = Self.quiet(4, .wire)
    let owner = world.answering(0)[0]
    let other = (0..<4).first { $0 != owner } ?? 0
    world.tell(
      other, .members((0..<4).filter { $0 != owner }.map { "node-\($0)" }))
    #expect(reasons(world, at: other).contains(.aliveThoughRemoved))
    world.inject(.removal(node: owner), lasting: 60_000)
    _ = world.run(milliseconds: 2500)
    #expect(world.answering(0).count == 1 && world.answering(0) != [owner])
    #expect(world.findings == [])
  }

  /// Peers: any. API: not reachable. Segment: any.
  @Test func withoutTheAPIFailoverGoesOn() {
    let world = Self.quiet(4, .strict)
    let owner = world.answering(0)[0]
    world.inject(.outage, lasting: 60_000)
    world.inject(.crash(node: owner, remembers: true), lasting: 60_000)
    _ = world.run(milliseconds: 650)
    #expect(world.answering(0).count == 1 && world.answering(0) != [owner])
    #expect(reasons(world, at: world.answering(0)[0]).contains(.sourceUnreachable))
  }

  /// Peers: no quorum. API: reachable. Segment: silent after probes.
  @Test(arguments: [IsolationPolicy.wire, .strict])
  func withoutQuorumTheSilenceOfTheSegmentDecides(_ policy: IsolationPolicy) {
    let world = Self.quiet(5, policy)
    let owner = world.answering(0)[0]
    let survivors = Array((0..<5).filter { $0 != owner }.prefix(2))
    for node in 0..<5 where !survivors.contains(node) {
      world.inject(.crash(node: node, remembers: true), lasting: 60_000)
    }
    _ = world.run(milliseconds: 4000)
    #expect(world.answering(0).count == (policy == .wire ? 1 : 0))
    #expect(survivors.contains { reasons(world, at: $0).contains(.noQuorum) })
  }
}
