import Addresses
import NIOCore

/// What follows when this node, or an address, comes or goes.
extension Election {
  mutating func setAddress(_ address: IPAddress, _ standing: Standing, _ candidates: [Candidate]) {
    guard let slot = slot(for: address) else { return }
    let former = slots[slot].standing
    setConfigured(slot, true)
    slots[slot].candidates = candidates
    slots[slot].standing = standing
    switch standing {
    case .fit:
      slots[slot].leaveBy = nil
      if slots[slot].phase == .preparing, !isDraining { slots[slot].phase = .announcing }
    case .leaving(let patience):
      if slots[slot].phase.holds {
        // The same reason again gives no more time, and a second one may leave less.
        let before = former == .fit ? nil : slots[slot].leaveBy
        slots[slot].leaveBy = patience.map { min(before ?? .distantFuture, now + $0) }
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
    setConfigured(slot, false)
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
    // All were told of the drain, and those that are no partners hear no heartbeat otherwise.
    for peer in peers.indices.dropFirst() where peers[peer].isMember && !partners.contains(peer) {
      for _ in 0..<2 { sendHeartbeat(to: peer) }
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
}
