import Addresses
import Election
import NIOCore

/// The invariants that are about time: unfit owners, unanswered addresses, moves without a cause, and
/// the state at the end.
extension World {
  /// What is judged at regular times: S4, L1, and the policy `gateway`.
  func sample() {
    if !contested.isEmpty { checkDuplicates() }
    for address in addresses.indices {
      var isAnswered = false
      for index in enabled[address] where isAnswering(address, index) {
        isAnswered = true
        let clock = nodes[index].local(now)
        if let mustStop = nodes[index].mustStopAt[address],
          clock > mustStop + .milliseconds(200), now > nodes[index].stalledUntil + 200_000_000
        {
          find(
            .s4,
            "\(nodes[index].name) answers for \(addresses[address])"
              + " \((clock - mustStop).nanoseconds / 1_000_000) ms after it knew better")
        }
        checkGateway(address, nodes[index])
      }
      if isAnswered {
        if let since = uncoveredSince[address] {
          statistics.gaps.append(now - since)
          uncoveredSince[address] = nil
        }
      } else if uncoveredSince[address] == nil {
        uncoveredSince[address] = now
      } else if !isStopped {
        checkCoverage(address)
      }
    }
    if !isCalm, now >= calmAt + 6_000_000_000 {
      isCalm = true
      checkLiveness()
    }
  }

  private func checkGateway(_ address: Int, _ node: SimulatedNode) {
    let clock = node.local(now)
    // It is judged at each heartbeat, for three of them.
    let patience = 3_000_000_000 + scenario.timers.heartbeatInterval.nanoseconds * 7 / 2
    guard let lost = node.gatewayLostAt, clock - lost > .nanoseconds(patience),
      !node.election.lease(at: clock).isHeld
    else { return }
    find(
      .gateway,
      "\(node.name) answers for \(addresses[address])"
        + " \((clock - lost).nanoseconds / 1_000_000) ms after it lost its gateway")
  }

  // MARK: L1

  /// L1: an address that somebody can have is answered soon. After a single crash in a quiet cluster
  /// within 0.1 s of the silence of the profile, here with 0.2 s for the lost and late packets that the
  /// simulated network always has; by the slow path, and after everything else, within 4 s of the last
  /// change, or later by as much as the silence is longer than that of the profile `default`.
  private func checkCoverage(_ address: Int) {
    guard let since = uncoveredSince[address], now > lastDisturbance, loss < 0.01,
      hasQuorum(address), mayReplaceEndedLife(address),
      active.allSatisfy({ scenario.faults[$0].kind.isCrash }),
      candidates[address].contains(where: { candidate in
        indexOfNode[candidate.member].map { isAble(nodes[$0]) } ?? false
      })
    else { return }
    let isSingle =
      active.count == 1 && lastDisturbance > previousDisturbance + 6_000_000_000
      && since >= lastDisturbance && since < lastDisturbance + 50_000_000
    let uncovered = now - max(since, lastDisturbance)
    let silence = UInt64(scenario.timers.silence.nanoseconds)
    if uncovered > (isSingle ? silence + 300_000_000 : max(silence + 3_500_000_000, 4_000_000_000))
    {
      find(
        .l1,
        "nobody answers for \(addresses[address]) since \((now - since) / 1_000_000) ms"
          + (isSingle ? " after a single crash" : ""))
    }
  }

  /// Whether a node could have an address. Who lost a quorum of its witnesses in the middle of their
  /// change cannot: a change needs those that were before (joint sets, election.md 3.2).
  private func isAble(_ node: SimulatedNode) -> Bool {
    guard node.isRunning(at: now), !node.isDraining, !removed.contains(node.index) else {
      return false
    }
    let lease = node.election.lease(at: node.local(now))
    return lease.isHeld || !lease.isChanging
  }

  /// Whether enough witnesses run for whoever is to answer: a quorum that promises in place of the
  /// former owner, or to the owner itself when it is back, and a quorum for the lease of the heir.
  private func hasQuorum(_ address: Int) -> Bool {
    let witnesses = min(WitnessSet.limit, nodes.count - removed.count - 1)
    let down = nodes.count { !removed.contains($0.index) && !$0.isRunning(at: now) }
    let isOwnerDown = nodes.allSatisfy { node in
      guard node.isRunning(at: now),
        let owner = node.election.claim(to: addresses[address]).flatMap({ indexOfNode[$0.owner] })
      else { return true }
      return !nodes[owner].isRunning(at: now)
    }
    let promising = witnesses - WitnessSet.promisesNeeded(of: witnesses) + (isOwnerDown ? 1 : 0)
    let leasing = witnesses - WitnessSet.acknowledgementsNeeded(of: witnesses)
    return down <= min(promising, leasing)
  }

  /// Whether, of the witnesses of a life that claimed and has ended, enough run to promise to
  /// whoever comes next, its next life included. They are those that it chose itself. A node that
  /// was added since is none of them, so that it does not make up for one that is down: a change of
  /// witnesses needs those that were before (joint sets, election.md 3.2), and nobody changes those
  /// of a life that has ended.
  private func mayReplaceEndedLife(_ address: Int) -> Bool {
    let hash = RendezvousHash.hash(addresses[address])
    var last: Claim?
    for node in nodes where node.isRunning(at: now) {
      guard let claim = node.election.claim(to: addresses[address]) else { continue }
      if last.map({ claim.prevails(over: $0, addressHash: hash) }) ?? true { last = claim }
    }
    guard let last else { return true }
    let lives =
      [(last.owner, last.incarnation)]
      + (last.isProvisional ? [(last.via, last.viaIncarnation)] : [])
    return lives.allSatisfy { owner, life in
      guard let index = indexOfNode[owner],
        !nodes[index].isRunning(at: now) || nodes[index].incarnation != life,
        let sets = chosenWitnesses[index]?[life]
      else { return true }
      return [sets.current, sets.former].allSatisfy { set in
        let down = set.count { member in
          indexOfNode[member].map { !removed.contains($0) && !nodes[$0].isRunning(at: now) }
            ?? false
        }
        return down <= set.count - min(set.count, WitnessSet.promisesNeeded(of: set.count))
      }
    }
  }

  // MARK: L2 and L3

  /// L2: while nothing happens, nothing moves.
  func checkStillness(_ address: Int, _ claim: Claim, _ cause: Election.Cause) {
    if isCalm || active.isEmpty && now > lastDisturbance + 15_000_000_000 {
      noteMove(address, claim, cause)
    }
  }

  /// L2: in the calm nothing moves.
  private func noteMove(_ address: Int, _ claim: Claim, _ cause: Election.Cause) {
    find(
      .l2,
      "\(addresses[address]) moves to \(name(of: claim.owner)) without a cause (\(cause.rawValue))")
  }

  /// L3: some seconds after the last fault every address that somebody can have is answered once.
  func checkLiveness() {
    for address in addresses.indices where !isStopped {
      let answering = enabled[address].filter { isAnswering(address, $0) }
      let able = candidates[address].filter { candidate in
        indexOfNode[candidate.member].map { nodes[$0].isRunning(at: now) } ?? false
      }
      if answering.count != (able.isEmpty ? 0 : 1) {
        find(
          .l3,
          "\(answering.count) answer for \(addresses[address]), \(able.count) could"
            + " (\(answering.map { nodes[$0].name }))")
      }
    }
  }

  /// L3: all tables agree in the end.
  func checkEnd() {
    guard !isStopped, scenario.milliseconds > 0 else { return }
    checkLiveness()
    let living = nodes.filter { $0.isRunning(at: now) && !removed.contains($0.index) }
    for address in addresses where !isStopped {
      let claims = Set(living.map { $0.election.claim(to: address) })
      if claims.count > 1 {
        find(
          .l3,
          "tables differ about \(address): "
            + claims.map { claim in
              claim.map { "\(name(of: $0.owner)) \($0.epoch)" } ?? "nothing"
            }.sorted().joined(separator: ", "))
      }
    }
  }
}
