import Addresses
import NIOCore

/// What follows from a claim that is heard of.
extension Election {
  /// Takes in a claim that a peer tells about, or the segment carries.
  mutating func learn(_ row: Row, from peer: Int, onWire: Bool) {
    guard let slot = slot(for: row.address) else { return }
    let claim = row.claim
    guard let known = slots[slot].claim else {
      adopt(slot, claim, row.grounds)
      return
    }
    if known == claim {
      // What stood on disk or in the API came without a word about it.
      if slots[slot].grounds == .untold { slots[slot].grounds = row.grounds }
      return
    }
    if known.isSameGrant(as: claim), !known.isVacant, !claim.isVacant, slots[slot].phase.answers {
      return
    }
    guard claim.prevails(over: known, addressHash: slots[slot].hash) else {
      answerOutdated(slot, claim, from: peer)
      return
    }
    if slots[slot].phase.holds, known.owner == id {
      if mayReassert(slot, against: claim, known) {
        reassert(slot, known)
        return
      }
      guard guards.contains(.order) || claim.owner == id else { return }
      yield(slot, onWire: onWire)
    } else if slots[slot].phase == .draining, claim.owner != known.owner {
      stop(slot)
    }
    let isTold = row.grounds != .untold || !known.isSameGrant(as: claim)
    adopt(slot, claim, isTold ? row.grounds : slots[slot].grounds)
  }

  private mutating func adopt(_ slot: Int, _ claim: Claim, _ grounds: Grounds) {
    switch slots[slot].phase {
    case .candidate, .claiming, .probing:
      if slots[slot].phase != .candidate { abandonAttempt(slot) }
      slots[slot].phase = .idle
    case .idle, .announcing, .preparing, .draining: break
    }
    setClaim(slot, claim, .learnt, grounds)
    if !guards.contains(.hearsay), claim.owner == id, !claim.isVacant,
      slots[slot].phase == .idle, slots[slot].standing == .fit
    {
      startAnnouncing(slot)
      return
    }
    contest(slot)
  }

  /// Somebody believes in a claim that this node knows to be overruled.
  private mutating func answerOutdated(_ slot: Int, _ claim: Claim, from peer: Int) {
    if slots[slot].phase.holds {
      guard claim.owner != id else { return }
      sendClaim(slot, to: peer)
      if policy != .strict { sendClaim(slot, to: Self.segment) }
    } else if peer > 0, claim.owner == peers[peer].id {
      sendClaim(slot, to: peer)
    }
  }

  /// An owner that has kept its lease was never replaced by a quorum: who took the address on the
  /// wire only gives way.
  private func mayReassert(_ slot: Int, against claim: Claim, _ known: Claim) -> Bool {
    policy != .strict && isLeased && !slots[slot].isFenced && slots[slot].phase == .announcing
      && claim.owner != id && claim.epoch.quorum == known.epoch.quorum
  }

  private mutating func reassert(_ slot: Int, _ known: Claim) {
    counters.reasserted += 1
    setClaim(
      slot,
      Claim(
        owner: id, incarnation: configuration.incarnation,
        epoch: Epoch(quorum: max(known.epoch.quorum, slots[slot].promisedEpoch) + 1)),
      .reasserted, Grounds(.reasserted))
    startAnnouncing(slot)
  }

  /// Stops answering because another claim prevails. An address that changes hands too often
  /// is not taken on the wire for a minute, unless its owner gives it up.
  private mutating func yield(_ slot: Int, onWire: Bool) {
    counters.yielded += 1
    stop(slot)
    if now - slots[slot].flipsSince > .seconds(60) {
      slots[slot].flips = 0
      slots[slot].flipsSince = now
    }
    slots[slot].flips += 1
    if slots[slot].flips > 5 { slots[slot].barredUntil = now + .seconds(60) }
  }

  /// Ends all that this node does about an address.
  mutating func stop(_ slot: Int) {
    if slots[slot].phase == .claiming || slots[slot].phase == .probing { abandonAttempt(slot) }
    let answered = slots[slot].phase.answers
    slots[slot].phase = .idle
    plan(slot, for: -1)
    slots[slot].leaveBy = nil
    slots[slot].heir = -1
    slots[slot].isConfirmed = true
    slots[slot].isFenced = false
    flags.removeAll { $0.slot == slot }
    electorates[slot] = nil
    if answered { output.append(.silence(slots[slot].address, forwardFor: .seconds(5))) }
  }

  /// Records a claim and says so to its owner.
  mutating func confirm(_ row: Row, to peer: Int) {
    learn(row, from: peer, onWire: false)
    guard isSettled, let slot = slotIndices[row.address],
      slots[slot].claim?.isSameGrant(as: row.claim) == true
    else { return }
    send(.confirmed, Row(address: row.address, claim: row.claim), to: peer)
  }
}
