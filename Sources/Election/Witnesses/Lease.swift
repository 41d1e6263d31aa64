import NIOCore

/// This node's right to answer.
extension Election {
  /// For how long the default gateway may be silent under `gateway`.
  static let gatewayPatience = TimeAmount.seconds(3)

  /// Takes what a peer's heartbeat says about mine.
  mutating func takeAcknowledgement(_ heartbeat: Heartbeat, from peer: Int) {
    if heartbeat.fence > peers[peer].fenceAnnounced {
      peers[peer].fenceAnnounced = heartbeat.fence
    }
    guard heartbeat.flags.contains(.isSettled) else { return }
    if guards.contains(.fence), heartbeat.fence > peers[peer].fenceApplied { return }
    let until = NIODeadline.uptimeNanoseconds(heartbeat.echo) + timers.lease
    guard until > peers[peer].leaseUntil else { return }
    peers[peer].leaseUntil = until
    updateLease()
  }

  /// The lease is the shortest of those of the sets of witnesses that must agree.
  mutating func updateLease() {
    let before = leaseUntil
    if witnesses.isEmpty {
      leaseUntil = ring.isEmpty ? now : now + timers.lease
    } else {
      leaseUntil = lease(of: witnesses)
    }
    if !formerWitnesses.isEmpty { leaseUntil = min(leaseUntil, lease(of: formerWitnesses)) }
    if leaseUntil > now, unleasedSince != nil || !silenced.isEmpty {
      regainLease(since: unleasedSince ?? now)
    }
    if leaseUntil < before, leaseUntil <= now { noteLease() }
  }

  /// The latest time that enough witnesses reach.
  private func lease(of set: [Int]) -> NIODeadline {
    let needed = WitnessSet.acknowledgementsNeeded(of: set.count)
    var rank = 0
    // The needed-th largest of at most six: count for each how many are larger.
    for candidate in set {
      let until = peers[candidate].leaseUntil
      rank = 0
      var equal = 0
      for other in set {
        if peers[other].leaseUntil > until { rank += 1 }
        if peers[other].leaseUntil == until { equal += 1 }
      }
      if rank < needed, rank + equal >= needed { return until }
    }
    return .uptimeNanoseconds(0)
  }

  /// Remembers when the lease ended.
  mutating func noteLease() {
    if isLeased {
      if let since = unleasedSince { regainLease(since: since) }
    } else if unleasedSince == nil {
      unleasedSince = now
    }
  }

  /// Neighbours may have forgotten an owner that was silent for a second; what was set free
  /// meanwhile is answered again.
  private mutating func regainLease(since: NIODeadline) {
    unleasedSince = nil
    defer { silenced.removeAll() }
    guard policy == .strict else {
      if now >= wireUntil { returnToSegment() }
      return
    }
    let isForgotten = now - since > .seconds(1)
    for slot in peers[0].owned
    where slots[slot].phase.holds && !slots[slot].isFenced
      && (isForgotten || silenced.contains(slot))
    {
      if let claim = slots[slot].claim {
        output.append(.answer(slots[slot].address, claim.epoch))
      }
    }
  }

  /// Without a lease a node goes on while its segment is alive (policies `wire` and `gateway`),
  /// but only as long as this process runs in time. Under `gateway` it does not when the gateway is
  /// silent while others on the segment are heard: then it is on the wrong side of a cut.
  mutating func extendWire() {
    guard policy != .strict, now >= graceUntil else { return }
    guard now - segmentHeardAt < .seconds(3) || ring.count <= 1 else { return }
    if policy == .gateway, let since = gatewaySilentSince, now - since >= Self.gatewayPatience {
      return
    }
    if !isLeased, now >= wireUntil { returnToSegment() }
    wireUntil = now + timers.heartbeatInterval.scaled(300)
  }

  /// An owner that could not answer says at once that it can again: its neighbours may be asking the
  /// segment just now whether anybody answers.
  private mutating func returnToSegment() {
    if !peers[0].owned.isEmpty { nextBeacon = now }
  }
}
