import NIOCore

/// The first moments of an owner: it says its claim to all, and has it recorded by a quorum before
/// the first promise can expire.
extension Election {
  /// After which times, in milliseconds since the claim, it is said again.
  private static let repetitions: [Int64] = [30, 80, 200, 400, 1100]

  /// Answers for an address from now on. The claim is in the table already.
  mutating func startAnnouncing(_ slot: Int) {
    guard let claim = slots[slot].claim else { return }
    slots[slot].phase = .announcing
    slots[slot].since = now
    slots[slot].step = 0
    if slots[slot].standing == .fit { slots[slot].leaveBy = nil }
    slots[slot].isConfirmed = electorates[slot] == nil
    slots[slot].isFenced = false
    electorates[slot]?.confirm(by: 0)
    output.append(.answer(slots[slot].address, claim.epoch))
    // A provisional claim is for its witnesses only; all others hear of it when it is recorded.
    if let electorate = electorates[slot] {
      for peer in electorate.peers { sendClaim(slot, to: peer, .claimsToConfirm) }
    } else {
      tellAll(slot)
    }
    if policy != .strict {
      sendClaim(slot, to: Self.segment)
      if nextBeacon == .distantFuture, guards.contains(.beacons) { nextBeacon = now }
    }
    schedule(slot, now + .milliseconds(Self.repetitions[0]))
    countConfirmations(slot)
  }

  mutating func sayAgain(_ slot: Int) {
    if let leaveBy = slots[slot].leaveBy, now >= leaveBy {
      vacate(slot, .gaveUp)
      return
    }
    if !slots[slot].isConfirmed, now >= slots[slot].confirmBy {
      guard failConfirmation(slot) else { return }
    }
    startHandOverIfLeaving(slot)
    guard slots[slot].phase == .announcing else { return }
    let isRepeating = slots[slot].step < Self.repetitions.count
    guard isRepeating || !slots[slot].isConfirmed else { return }
    if let electorate = electorates[slot] {
      for peer in electorate.peers { sendClaim(slot, to: peer, .claimsToConfirm) }
    } else if slots[slot].step == 0 || slots[slot].step > 2 {
      for peer in partners { sendClaim(slot, to: peer) }
    }
    slots[slot].step = min(slots[slot].step + 1, Self.repetitions.count)
    var next = now + .seconds(1)
    if slots[slot].step < Self.repetitions.count {
      next = slots[slot].since + .milliseconds(Self.repetitions[slots[slot].step])
    } else if slots[slot].isConfirmed {
      next = slots[slot].deadline
    }
    next = min(next, slots[slot].leaveBy ?? .distantFuture)
    if !slots[slot].isConfirmed { next = min(next, slots[slot].confirmBy) }
    if next < .distantFuture { schedule(slot, next) }
  }

  private mutating func tellAll(_ slot: Int) {
    for peer in peers.indices.dropFirst() where peers[peer].isMember { sendClaim(slot, to: peer) }
  }

  mutating func receiveConfirmation(_ row: Row, from peer: Int) {
    guard let slot = slotIndices[row.address], slots[slot].phase.holds,
      let claim = slots[slot].claim, row.claim.isSameGrant(as: claim)
    else { return }
    electorates[slot]?.confirm(by: peer)
    countConfirmations(slot)
  }

  private mutating func countConfirmations(_ slot: Int) {
    guard !slots[slot].isConfirmed, let electorate = electorates[slot], electorate.isConfirmed,
      let claim = slots[slot].claim
    else { return }
    slots[slot].isConfirmed = true
    slots[slot].confirmBy = .distantFuture
    electorates[slot] = nil
    setClaim(slot, claim.settled, slots[slot].cause, slots[slot].grounds)
    tellAll(slot)
  }

  /// No quorum has recorded the claim in time, so the promises may have been given to others.
  /// Returns whether this node goes on.
  private mutating func failConfirmation(_ slot: Int) -> Bool {
    counters.unconfirmed += 1
    slots[slot].confirmBy = .distantFuture
    // Where two may answer for a moment, the claim is kept and said until it is recorded.
    guard policy == .strict, guards.contains(.confirmation) else { return true }
    stop(slot)
    contest(slot)
    return false
  }
}
