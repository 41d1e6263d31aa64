package import Election
import NIOCore

/// Directed scripts of nodes that were away: killed, stalled, or cut off.
extension Scripts {
  /// An owner is killed and forgets; the one neighbour that does not know of its heir tells it that
  /// it is the owner.
  package static func echoOfThePast(_ guards: Guards) -> [Finding] {
    trySeeds { echoOfThePast(guards, seed: $0) }
  }

  /// The same with one seed.
  package static func echoOfThePast(_ guards: Guards, seed: UInt64) -> [Finding] {
    let (world, owner, companion, heir, rest) = takenOver(guards, seed: seed)
    guard let heir else { return world.findings }
    // Neither does a witness of the heir know any more what it has to tell the former owner.
    world.inject(.kill(node: rest[0], remembers: true), lasting: 30)
    _ = world.run(milliseconds: 2000)
    world.inject(.kill(node: owner, remembers: false), lasting: 50)
    _ = world.run(milliseconds: 400)
    world.cut([owner, companion, rest[0]], from: [heir, rest[1]])
    // Lost packets let the acknowledgements arrive before the claim.
    world.loss = 0.3
    _ = world.run(milliseconds: 1000)
    return world.findings
  }

  /// The only witness of an owner stalls for two seconds; what the owner sent meanwhile is in its
  /// socket.
  package static func stalledWitness(_ guards: Guards) -> [Finding] {
    let world = world(nodes: 2, guards, policy: .wire)
    world.run(until: 6_000_000_000)
    let owner = world.answering(0)[0]
    world.inject(.stall(node: 1 - owner), lasting: 2000)
    _ = world.run(milliseconds: 2500)
    if world.answering(0) != [owner] {
      world.find(.l2, "\(world.answering(0)) answer in place of node-\(owner), which was heard")
    }
    return world.findings
  }

  /// A node that may not have an address is cut off while that gets another owner.
  package static func missedClaim(_ guards: Guards) -> [Finding] {
    let world = world(nodes: 5, guards)
    world.run(until: 6_000_000_000)
    let owner = world.answering(0)[0]
    let others = (0..<5).filter { $0 != owner }
    world.setFit([owner] + others[1...], for: 0)
    world.run(until: 8_000_000_000)
    world.inject(.outage, lasting: 60_000)
    world.cut([others[0]], from: [owner] + others[1...])
    world.inject(.crash(node: owner, remembers: true), lasting: 60_000)
    guard world.newOwner(besides: owner) != nil else { return world.findings }
    _ = world.run(milliseconds: 3000)
    world.cut([], from: [])
    _ = world.run(milliseconds: 5000)
    let claims = Set(others.map { world.machine($0).claim(to: world.addresses[0]) })
    if claims.count > 1 { world.find(.l3, "the tables of \(others) differ") }
    return world.findings
  }

  /// The owner is restarted, and late packets acknowledge versions of its witnesses that its former
  /// process had. Then it hears that two nodes are gone, chooses others, and is with these and one
  /// of the former on one side of a cut.
  package static func lateAcknowledgement(_ guards: Guards) -> [Finding] {
    let world = world(nodes: 9, guards)
    world.run(until: 6_000_000_000)
    let owner = world.answering(0)[0]
    let before = world.clock(owner).uptimeNanoseconds
    let ring = (0..<9).sorted { MemberID(name: "node-\($0)") < MemberID(name: "node-\($1)") }
    guard let place = ring.firstIndex(of: owner) else { return world.findings }
    world.inject(.kill(node: owner, remembers: true), lasting: 30)
    _ = world.run(milliseconds: 3000)
    for node in 0..<9 where node != owner {
      let late = Heartbeat(
        sentAt: 1, echo: before, silence: 500, flags: .isSettled, fence: 0, fenceApplied: 0,
        witnessVersion: 1, witnessVersionKnown: 9, held: 0, digest: 0)
      world.tell(
        owner,
        .packet(
          .heartbeat(late), from: MemberID(name: "node-\(node)"),
          incarnation: world.machine(node).configuration.incarnation,
          receivedAt: world.clock(owner)))
    }
    _ = world.run(milliseconds: 500)
    let around = neighbours(of: place, on: ring)
    let far = ring.filter { $0 != owner && !around.contains($0) }
    let side = [owner, around[0]] + far
    let rest = ring.filter { !side.contains($0) }
    world.cut(side, from: rest)
    let gone = [around[4], around[5]]
    world.tell(owner, .members(ring.filter { !gone.contains($0) }.map { "node-\($0)" }))
    _ = world.run(milliseconds: 3000)
    return world.findings
  }

  /// An owner with a long silence is cut off from both its witnesses in the moment in which these are
  /// restarted, with a short silence of their own.
  package static func shorterSilence(remembers: Bool) -> [Finding] {
    var scenario = Scenario.quiet(seed: 11, nodes: 3, policy: .strict)
    scenario.addresses = 1
    scenario.isUniform = true
    scenario.timersOfNodes[0] = Timers(.calm)
    scenario.timersOfNodes[0]?.silence = .milliseconds(2500)
    scenario.timersOfNodes[0]?.settling = .milliseconds(2500)
    scenario.timersOfNodes[1] = Timers(.fast)
    scenario.timersOfNodes[2] = Timers(.fast)
    scenario.timersOfNodes[0]?.stalledSilence = .milliseconds(2500)
    let world = World(scenario)
    world.setFit([0], for: 0)
    world.run(until: 10_000_000_000)
    world.setFit([0, 1, 2], for: 0)
    world.run(until: 14_000_000_000)
    guard world.answering(0) == [0] else {
      world.find(.l3, "node-0 does not answer")
      return world.findings
    }
    for witness in 1...2 { world.inject(.kill(node: witness, remembers: remembers), lasting: 1) }
    world.cut([0], from: [1, 2])
    // Without their files they wait first for whom they do not know, which L1 does not allow for.
    _ = world.run(milliseconds: 15_000)
    let isAnswered = world.answering(0).count == 1
    if !isAnswered { world.find(.l3, "nobody answers") }
    return world.findings.filter { $0.invariant != .l1 }
  }
}
