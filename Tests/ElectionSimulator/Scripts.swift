package import Election
import NIOCore

/// Directed scripts of faults, for what random faults meet too seldom. Each returns what is broken;
/// nothing with all guards in force.
package enum Scripts {
  /// A witness promises an address away, restarts without its memory, and is then on the side of the
  /// former owner, whose lease it would renew while the heir still has its own.
  package static func forgottenPromise(_ guards: Guards) -> [Finding] {
    let world = world(nodes: 5, guards)
    world.run(until: 6_000_000_000)
    let owner = world.answering(0)[0]
    let others = (0..<5).filter { $0 != owner }
    world.cut([owner, others[0]], from: Array(others[1...]))
    guard let heir = world.newOwner(besides: owner) else { return world.findings }
    let rest = others[1...].filter { $0 != heir }
    world.cut([owner, others[0], rest[0]], from: [heir, rest[1]])
    world.inject(.kill(node: rest[0], remembers: false), lasting: 30)
    _ = world.run(milliseconds: 1000)
    return world.findings
  }

  /// A witness of a take-over restarts with its memory of the claim, but without the list of what it
  /// has to tell the former owner, and is then on that one's side.
  package static func forgottenFence(_ guards: Guards) -> [Finding] {
    trySeeds { forgottenFence(guards, seed: $0) }
  }

  /// The same with one seed.
  package static func forgottenFence(_ guards: Guards, seed: UInt64) -> [Finding] {
    let (world, owner, companion, heir, rest) = takenOver(guards, seed: seed)
    guard let heir else { return world.findings }
    world.inject(.kill(node: rest[0], remembers: true), lasting: 30)
    _ = world.run(milliseconds: 2000)
    world.cut([owner, companion, rest[0]], from: [heir, rest[1]])
    // Lost packets let the acknowledgement arrive before the claim.
    world.loss = 0.3
    _ = world.run(milliseconds: 1000)
    return world.findings
  }

  /// An heir and its own witnesses are cut off from those who promised, before these hear of its
  /// claim; the promises expire and another heir gets them. The API, which would tell, is away.
  ///
  /// - Parameter heirs: The timers of the two heirs.
  package static func unrecordedClaim(_ guards: Guards, heirs: Timers) -> [Finding] {
    let (world, ring) = wide(guards, heirs: heirs)
    world.inject(.outage, lasting: 60_000)
    world.inject(.crash(node: ring[0], remembers: true), lasting: 60_000)
    guard
      let heir = world.first(
        from: [ring[8], ring[16]], for: 2000,
        where: { world, node in
          world.activity(of: node) == .claiming
        }), let place = ring.firstIndex(of: heir)
    else { return world.findings }
    let side = [heir] + neighbours(of: place, on: ring)
    let rest = ring.filter { !side.contains($0) }
    world.cut(side, from: rest, bothWays: false)
    guard world.newOwner(besides: ring[0]) == heir else { return world.findings }
    world.cut(side, from: rest)
    _ = world.run(milliseconds: 3000)
    return world.findings
  }

  package static func unrecordedClaim(_ guards: Guards) -> [Finding] {
    unrecordedClaim(guards, heirs: Timers())
  }

  /// An heir is suspended between its consent and the commitment, the owner dies, and a third node
  /// takes the address; then the heir wakes up with the commitment in its socket.
  package static func staleCommitment(_ guards: Guards) -> [Finding] {
    let (world, ring) = wide(guards, model: .recorded)
    world.inject(.leaving(address: 0, node: ring[0], milliseconds: nil), lasting: 60_000)
    let member = MemberID(name: "node-\(ring[0])")
    guard
      world.first(
        from: [ring[0]], for: 20_000,
        where: { world, node in
          world.machine(node).claim(to: world.addresses[0])?.owner != member
        }) != nil, let claim = world.machine(ring[0]).claim(to: world.addresses[0])
    else { return world.findings }
    let heir = claim.owner == MemberID(name: "node-\(ring[8])") ? ring[8] : ring[16]
    let other = heir == ring[8] ? ring[16] : ring[8]
    world.inject(.suspend(node: heir, clockStops: false), lasting: 2500)
    world.inject(.crash(node: ring[0], remembers: true), lasting: 60_000)
    world.cut([other], from: [heir])
    _ = world.run(milliseconds: 4000)
    return world.findings
  }

  /// A process stalls for two seconds while its host answers.
  package static func stalledProcess(_ guards: Guards) -> [Finding] {
    let world = world(nodes: 5, guards)
    world.run(until: 6_000_000_000)
    let owner = world.answering(0)[0]
    world.inject(.stall(node: owner), lasting: 2000)
    _ = world.run(milliseconds: 2500)
    if world.answering(0) != [owner] {
      world.find(.l2, "\(world.answering(0)) answer in place of the stalled node-\(owner)")
    }
    return world.findings
  }

  /// Two nodes each hold themselves the best heir, so that both ask at once. Returns the slowest
  /// failover of some, in milliseconds.
  package static func splitPromises(_ guards: Guards) -> Double {
    var slowest = 0.0
    for seed in 1...20 {
      let world = world(nodes: 5, guards, seed: UInt64(seed))
      world.run(until: 6_000_000_000)
      let owner = world.answering(0)[0]
      let others = (0..<5).filter { $0 != owner }
      for heir in others {
        let candidates = heir == others[0] || heir == others[1] ? [owner, heir] : [owner]
        world.tell(
          heir,
          .address(
            world.addresses[0], candidates.contains(heir) ? .fit : .unfit,
            candidates.map { Candidate(MemberID(name: "node-\($0)")) }))
      }
      slowest = max(slowest, world.crashOwner().map { Double($0) / 1_000_000 }.max() ?? 0)
    }
    return slowest
  }

  // MARK: Parts

  /// The findings of the first seed that has any.
  static func trySeeds(_ script: (UInt64) -> [Finding]) -> [Finding] {
    (1...20).lazy.map(script).first { !$0.isEmpty } ?? []
  }

  /// Five nodes without their API, half a second after an heir has taken over from an owner that was cut
  /// off together with a companion; without an heir where nobody did.
  static func takenOver(
    _ guards: Guards, seed: UInt64
  ) -> (world: World, owner: Int, companion: Int, heir: Int?, rest: [Int]) {
    let world = world(nodes: 5, guards, seed: seed)
    world.run(until: 6_000_000_000)
    let owner = world.answering(0)[0]
    let others = (0..<5).filter { $0 != owner }
    world.inject(.outage, lasting: 60_000)
    world.cut([owner, others[0]], from: Array(others[1...]))
    guard let heir = world.newOwner(besides: owner) else {
      return (world, owner, others[0], nil, [])
    }
    _ = world.run(milliseconds: 500)
    return (world, owner, others[0], heir, others[1...].filter { $0 != heir })
  }

  static func world(
    nodes: Int, _ guards: Guards, seed: UInt64 = 11, policy: IsolationPolicy = .strict,
    timersOfNodes: [Int: Timers] = [:], model: Model = .product
  ) -> World {
    var scenario = Scenario.quiet(seed: seed, nodes: nodes, policy: policy)
    scenario.addresses = 1
    scenario.isUniform = true
    scenario.guards = guards
    scenario.timersOfNodes = timersOfNodes
    scenario.model = model
    return World(scenario)
  }

  /// A cluster in which the owner of the address, the first on the ring, and its two heirs, the 9th
  /// and the 17th, have no witness in common; and its ring.
  private static func wide(
    _ guards: Guards, heirs: Timers = Timers(), model: Model = .product
  ) -> (World, [Int]) {
    let ring = (0..<24).sorted { MemberID(name: "node-\($0)") < MemberID(name: "node-\($1)") }
    let world = world(
      nodes: 24, guards, timersOfNodes: [ring[8]: heirs, ring[16]: heirs], model: model)
    world.setFit([ring[0]], for: 0)
    world.run(until: 8_000_000_000)
    world.setFit([ring[0], ring[8], ring[16]], for: 0)
    world.run(until: 14_000_000_000)
    return (world, ring)
  }

  static func neighbours(of place: Int, on ring: [Int]) -> [Int] {
    [-3, -2, -1, 1, 2, 3].map { ring[(place + $0 + ring.count) % ring.count] }
  }
}

extension World {
  /// Runs until another node answers for the first address; nil when none does within five seconds.
  func newOwner(besides owner: Int) -> Int? {
    first(from: nodes.indices.filter { $0 != owner }, for: 5000) { world, node in
      world.answering(0).contains(node)
    }
  }

  /// Runs in small steps until something is true of a node; nil when it is not in time.
  fileprivate func first(
    from choice: [Int], for milliseconds: Int, where isTrue: (World, Int) -> Bool
  ) -> Int? {
    for _ in 0..<(milliseconds * 10) {
      run(until: now + 100_000)
      if let node = choice.first(where: { isTrue(self, $0) }) { return node }
    }
    return nil
  }

  fileprivate func activity(of node: Int) -> AddressView.Activity? {
    machine(node).addresses(at: clock(node)).first { $0.address == addresses[0] }?.activity
  }
}
