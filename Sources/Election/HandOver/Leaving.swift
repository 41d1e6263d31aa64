import Addresses
import NIOCore

/// What follows when this node, or an address, comes or goes.
extension Election {
  mutating func setAddress(_ address: IPAddress, _ standing: Standing, _ candidates: [Candidate]) {
    guard let slot = slot(for: address) else { return }
    let former = slots[slot].standing
    slots[slot].isConfigured = true
    slots[slot].candidates = candidates
    slots[slot].standing = standing
    switch standing {
    case .fit:
      slots[slot].leaveBy = nil
      if slots[slot].phase == .preparing, !isDraining { slots[slot].phase = .announcing }
    case .leaving(let patience):
      if slots[slot].phase.holds {
        if former == .fit || slots[slot].leaveBy == nil {
          slots[slot].leaveBy = patience.map { now + $0 }
        }
        schedule(slot, now)
      } else if slots[slot].phase != .draining {
        stop(slot)
      }
    case .unfit:
      if slots[slot].phase.holds {
        vacate(slot, .gaveUp)
      } else {
        stop(slot)
      }
    }
    contest(slot)
  }

  mutating func removeAddress(_ address: IPAddress) {
    guard let slot = slotIndices[address] else { return }
    slots[slot].standing = .unfit
    slots[slot].candidates = []
    if slots[slot].phase.holds {
      vacate(slot, .gaveUp)
    } else {
      stop(slot)
    }
    slots[slot].isConfigured = false
  }

  /// Gives an address up that this node has or is said to have, for anybody fit to take.
  mutating func vacate(_ slot: Int, _ cause: Cause) {
    stop(slot)
    guard var claim = slots[slot].claim, claim.owner == id else { return }
    // The life that claimed stays: its witnesses decide who is next.
    claim.isVacant = true
    setClaim(slot, claim, cause, Grounds(cause))
    for peer in peers.indices.dropFirst() where peers[peer].isMember { sendClaim(slot, to: peer) }
    if policy != .strict {
      sendClaim(slot, to: Self.segment)
    }
  }

  mutating func setDraining(_ isDraining: Bool) {
    guard isDraining != self.isDraining else { return }
    self.isDraining = isDraining
    for peer in partners { sendHeartbeat(to: peer) }
    if isDraining {
      sendToAll(.leave(Leave(reason: .drain, hold: 0)))
      for slot in peers[0].owned where slots[slot].phase == .announcing { schedule(slot, now) }
      return
    }
    for slot in slots.indices where slots[slot].phase == .preparing {
      if slots[slot].standing == .fit { slots[slot].phase = .announcing }
    }
    contestAll()
  }

  mutating func announceRestart(_ hold: TimeAmount) {
    let milliseconds = UInt32(clamping: max(0, hold.nanoseconds / 1_000_000))
    let leave = Leave(reason: .restart, hold: min(milliseconds, Leave.longestHold))
    for _ in 0..<2 { sendToAll(.leave(leave)) }
  }

  mutating func receiveLeave(_ leave: Leave, from peer: Int) {
    switch leave.reason {
    case .drain: peers[peer].isDraining = true
    case .restart:
      peers[peer].holdUntil = now + .milliseconds(Int64(min(leave.hold, Leave.longestHold)))
    }
  }

  // MARK: Rebalancing

  /// Gives one address away when the load is clearly uneven and no node has more than this one:
  /// so the whole cluster moves one address in each interval, however many nodes were asked.
  mutating func rebalance() {
    guard now < rebalanceUntil else {
      nextRebalance = .distantFuture
      return
    }
    nextRebalance = now + max(rebalanceInterval, .milliseconds(100))
    let living = peers.indices.filter { isAlive($0) && peers[$0].isMember }
    let loads = living.map { peers[$0].owned.count }
    let total = loads.reduce(0, +)
    let most = loads.max() ?? 0
    // It begins at 1.25 times the mean and goes on to 1.1 times, so that it does not begin again
    // with every address that comes or goes.
    isRebalancing =
      most * living.count * (isRebalancing ? 10 : 4) > total * (isRebalancing ? 11 : 5)
    let isFirst = living.allSatisfy {
      (peers[$0].owned.count, peers[$0].id) <= (peers[0].owned.count, id)
    }
    guard isRebalancing, isFirst, isLeased, !isDraining, living.count > 1 else { return }
    for slot in peers[0].owned
    where slots[slot].phase == .announcing && slots[slot].isConfirmed
      && now - slots[slot].since > timers.damping
    {
      guard let heir = lighterHeir(for: slot, total: total, count: living.count) else { continue }
      prepare(slot, heir: heir)
      return
    }
  }

  /// The least loaded node of the same class that has less than its share.
  private func lighterHeir(for slot: Int, total: Int, count: Int) -> Int? {
    guard let mine = slots[slot].candidates.first(where: { $0.member == id }) else { return nil }
    var best: Int?
    for candidate in slots[slot].candidates
    where candidate.fitness == mine.fitness && candidate.weight == mine.weight {
      guard let peer = indices[candidate.member], peer > 0, isAlive(peer), isKnown(peer),
        peers[peer].owned.count * count < total,
        peers[peer].owned.count + 1 < peers[0].owned.count
      else { continue }
      if best.map({ peers[peer].owned.count < peers[$0].owned.count }) ?? true { best = peer }
    }
    return best
  }
}
