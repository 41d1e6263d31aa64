import Addresses
import NIOCore

/// Taking an address without a quorum, because the segment is silent about it.
extension Election {
  mutating func startProbing(_ slot: Int) {
    slots[slot].phase = .probing
    slots[slot].step = 0
    probeAgain(slot)
  }

  mutating func probeAgain(_ slot: Int) {
    guard isFree(slot), slots[slot].standing == .fit, !isDraining, now >= graceUntil else {
      slots[slot].phase = .candidate
      slots[slot].since = now
      schedule(slot, now + timers.repetition)
      return
    }
    if slots[slot].step < 3 {
      slots[slot].step += 1
      let claim =
        slots[slot].claim
        ?? Claim(owner: .none, incarnation: 0, epoch: Epoch(quorum: 0))
      send(.probe, Row(address: slots[slot].address, claim: claim), to: Self.segment)
      schedule(slot, now + timers.probeInterval)
      return
    }
    takeOnWire(slot)
  }

  private mutating func takeOnWire(_ slot: Int) {
    counters.takenOnWire += 1
    var epoch = slots[slot].claim?.epoch ?? Epoch(quorum: 0)
    epoch.wire &+= 1
    setClaim(
      slot,
      Claim(owner: id, incarnation: configuration.incarnation, epoch: epoch), .segmentSilent,
      Grounds(.segmentSilent, slots[slot].choice))
    electorates[slot] = nil
    startAnnouncing(slot)
  }

  /// Somebody asks whether an address is answered.
  mutating func receiveProbe(_ row: Row, from peer: Int) {
    guard let slot = slotIndices[row.address] else { return }
    if slots[slot].phase.holds, now < max(leaseUntil, wireUntil) {
      sendClaim(slot, to: Self.segment)
    } else if peers[peer].id.score(for: slots[slot].hash) > id.score(for: slots[slot].hash) {
      endProbing(row.address)
    }
  }

  /// Somebody answers for an address, or a better candidate probes as well: begin again.
  mutating func endProbing(_ address: IPAddress) {
    guard let slot = slotIndices[address], slots[slot].phase == .probing else { return }
    slots[slot].phase = .candidate
    slots[slot].since = now
    schedule(slot, now + timers.repetition)
  }
}
