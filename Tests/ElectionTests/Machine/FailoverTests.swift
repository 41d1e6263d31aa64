import Election
import ElectionSimulator
import NIOCore
import TestSupport
import Testing

/// What an operator sees of single events in a quiet cluster of whole machines.
@Suite(.ownThread, .serialized) struct FailoverTests {
  private static func quiet(
    _ nodes: Int, _ policy: IsolationPolicy, addresses: Int = 6
  ) -> World {
    var scenario = Scenario.quiet(seed: 11, nodes: nodes, policy: policy)
    scenario.addresses = addresses
    scenario.isUniform = true
    let world = World(scenario)
    world.run(until: 6_000_000_000)
    return world
  }

  private func owners(_ world: World) -> [Int] {
    world.addresses.indices.map { world.answering($0).first ?? -1 }
  }

  @Test(arguments: [(3, IsolationPolicy.strict), (5, .strict), (2, .wire), (5, .wire)])
  func aCrashIsOverInSixTenthsOfASecond(_ nodes: Int, _ policy: IsolationPolicy) {
    let row = Tables.failover(nodes: nodes, policy: policy, runs: 4)
    #expect(!row.gaps.isEmpty)
    #expect(row.percentile(0.5) < 520)
    #expect(row.percentile(1) <= 600)
  }

  @Test func crashesOneAfterTheOtherAreEachOverInTime() {
    let row = Tables.failover(nodes: 20, policy: .strict, runs: 1, crashes: 3)
    #expect(row.gaps.count >= 3)
    #expect(row.percentile(1) <= 600)
  }

  @Test func aNodeThatReturnsTakesNothingBack() {
    let world = Self.quiet(4, .strict)
    let victim = owners(world)[0]
    world.inject(.crash(node: victim, remembers: true), lasting: 3000)
    _ = world.run(milliseconds: 2000)
    let moved = owners(world)
    #expect(!moved.contains(victim) && !moved.contains(-1))
    #expect(world.run(milliseconds: 8000) == 0)
    #expect(owners(world) == moved)
  }

  @Test(arguments: IsolationPolicy.allCases)
  func aDrainMovesEverythingWithoutAGap(_ policy: IsolationPolicy) {
    let world = Self.quiet(4, policy)
    let drained = owners(world)[0]
    world.inject(.drain(node: drained), lasting: 4000)
    #expect(world.run(milliseconds: 2000) == 0)
    let moved = owners(world)
    #expect(!moved.contains(drained) && !moved.contains(-1))
    // The end of the drain moves nothing back.
    #expect(world.run(milliseconds: 4000) == 0)
    #expect(owners(world) == moved)
    #expect(world.machine(drained).counters.yielded == 0)
  }

  @Test func aRestartWithinItsHoldMovesNothing() {
    let world = Self.quiet(4, .strict)
    let before = owners(world)
    world.inject(.restart(node: before[0]), lasting: 2500)
    _ = world.run(milliseconds: 2800)
    #expect(owners(world) == before)
    #expect(world.run(milliseconds: 3000) == 0)
    #expect(owners(world) == before)
  }

  @Test func aProcessThatIsKilledFailsOverWithoutItsHold() {
    let world = Self.quiet(4, .strict)
    let before = owners(world)
    world.inject(.kill(node: before[0], remembers: true), lasting: 2500)
    _ = world.run(milliseconds: 600)
    #expect(!owners(world).contains(before[0]) && !owners(world).contains(-1))
  }

  /// Whether the others miss a member that has died; not if it had said that it would leave, since its
  /// kernel goes on serving what it knows.
  @Test(arguments: [true, false])
  func onlyWhoDiesUnannouncedIsLost(leaves: Bool) {
    let world = Self.quiet(4, .strict)
    let victim = owners(world)[0]
    let other = (victim + 1) % 4
    if leaves { world.inject(.drain(node: victim), lasting: 8000) }
    _ = world.run(milliseconds: 1000)
    world.inject(.kill(node: victim, remembers: true), lasting: 5000)
    _ = world.run(milliseconds: 2000)
    let name = world.machine(victim).configuration.node
    let states = world.machine(other).members(at: world.clock(other))
    #expect(states.first { $0.name == name }?.state == .dead)
    #expect(
      world.machine(other).lostMembers(at: world.clock(other))
        == (leaves ? [] : [MemberID(name: name)]))
  }

  /// The host answers, so its node goes on forwarding: the addresses stay for three seconds.
  @Test func aStalledProcessOfALivingHostKeepsItsAddresses() {
    let world = Self.quiet(4, .strict)
    let before = owners(world)
    world.inject(.stall(node: before[0]), lasting: 2000)
    _ = world.run(milliseconds: 1900)
    let others = world.addresses.indices.filter { before[$0] != before[0] }
    #expect(others.allSatisfy { world.answering($0) == [before[$0]] })
    _ = world.run(milliseconds: 200)
    #expect(owners(world) == before)
  }

  @Test func aSuspendedNodeIsSilentWhenItWakes() {
    let world = Self.quiet(4, .strict)
    let before = owners(world)
    world.inject(.suspend(node: before[0], clockStops: false), lasting: 3000)
    // Every invariant is checked in each step; here S1 is what matters.
    _ = world.run(milliseconds: 6000)
    #expect(world.findings == [])
    #expect(!owners(world).contains(before[0]) && !owners(world).contains(-1))
  }

  @Test func withoutQuorumStrictIsSilentAndWireGoesOn() {
    for (policy, answers) in [(IsolationPolicy.strict, false), (.wire, true)] {
      let world = Self.quiet(2, policy, addresses: 4)
      let owner = owners(world)[0]
      let address = 0
      world.inject(.crash(node: 1 - owner, remembers: true), lasting: 60_000)
      _ = world.run(milliseconds: 3000)
      #expect(world.answering(address) == (answers ? [owner] : []))
      let reasons = world.machine(owner).disagreements(at: world.clock(owner)).map(\.reason)
      #expect(reasons.contains(.noQuorum))
    }
  }

  /// Also where most nodes may have none of the addresses: they do not count for the mean.
  @Test(arguments: [3, 10]) func rebalancingEvensTheLoadOutSlowly(_ nodes: Int) {
    let world = Self.quiet(nodes, .strict, addresses: 24)
    for address in world.addresses.indices { world.setFit([0, 1, 2], for: address) }
    _ = world.run(milliseconds: 6000)
    for victim in 1...2 { world.inject(.drain(node: victim), lasting: 2000) }
    _ = world.run(milliseconds: 9000)
    func load(_ node: Int) -> Int { owners(world).count { $0 == node } }
    #expect(load(0) == 24)
    for node in 0..<nodes { world.inject(.rebalance(node: node), lasting: 60_000) }
    #expect(world.run(milliseconds: 2500) == 0)
    // One address a second.
    #expect((20...22).contains(load(0)))
    #expect(world.run(milliseconds: 20_000) == 0)
    for node in 0..<3 { #expect((7...9).contains(load(node))) }
  }

  /// What the command says and what the machine does are one: up to 1.5 times the mean nothing moves.
  @Test(arguments: [(12, 0...0), (13, 1...4)])
  func rebalancingBeginsAboveOneAndAHalfTimesTheMean(_ half: Int, _ expected: ClosedRange<Int>) {
    let world = Self.quiet(3, .strict, addresses: 24)
    for address in world.addresses.indices { world.setFit([address < half ? 0 : 1], for: address) }
    _ = world.run(milliseconds: 9000)
    for address in world.addresses.indices { world.setFit([0, 1, 2], for: address) }
    _ = world.run(milliseconds: 6000)
    let before = owners(world)
    #expect(before.count { $0 == 0 } == half)
    let loads = world.machine(0).rebalancingLoads
    #expect(loads == ["node-0": half, "node-1": 24 - half, "node-2": 0])
    for node in 0..<3 { world.inject(.rebalance(node: node), lasting: 60_000) }
    _ = world.run(milliseconds: 2500)
    let moved = zip(before, owners(world)).count { $0 != $1 }
    #expect(expected.contains(moved))
  }

  @Test func membersShowWhoIsSilentAndWhoSaysSo() throws {
    let world = Self.quiet(4, .strict)
    world.inject(.crash(node: 2, remembers: true), lasting: 60_000)
    _ = world.run(milliseconds: 1500)
    let members = world.machine(0).members(at: world.clock(0))
    #expect(members.map(\.name) == ["node-0", "node-1", "node-2", "node-3"])
    #expect(members[0].state == .own)
    #expect(members[1].state == .alive)
    #expect(members[2].state == .dead)
    #expect(members[2].suspectedBy.count >= 2)
    #expect(members[2].addresses == 0)
    #expect(members[3].witnesses == ["node-0", "node-1", "node-2"])
    let margin = try #require(members[1].leaseMargin)
    #expect(margin > .milliseconds(200) && margin < .milliseconds(490))
    let lease = world.machine(0).lease(at: world.clock(0))
    #expect(lease.isHeld && lease.witnesses == 3 && lease.acknowledging == 2 && lease.needed == 2)
  }
}
