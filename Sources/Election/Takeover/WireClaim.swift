import Addresses
import NIOCore

/// Taking an address without a quorum, because the segment is silent about it; and the beacons by
/// which owners on one segment find each other.
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

  // MARK: Beacons

  /// The most packets of one round of beacons. Who owns more addresses than these hold names them in
  /// several rounds.
  static let beaconPackets = 16

  /// Says on the segment what this node answers for, a part at a time when it is very much.
  mutating func sendBeacon() {
    guard policy != .strict, guards.contains(.beacons), !peers[0].owned.isEmpty else {
      nextBeacon = .distantFuture
      return
    }
    nextBeacon = now + timers.beaconInterval
    guard now < max(leaseUntil, wireUntil) else { return }
    let owned = peers[0].owned
    var rows: [Row] = []
    for offset in 0..<owned.count where rows.count < Self.beaconPackets * RowsMessage.limit {
      let slot = owned[(beaconCursor + offset) % owned.count]
      if slots[slot].phase.holds, let row = row(of: slot) { rows.append(row) }
    }
    beaconCursor = (beaconCursor + rows.count) % owned.count
    for start in stride(from: 0, to: rows.count, by: RowsMessage.limit) {
      let part = Array(rows[start..<min(start + RowsMessage.limit, rows.count)])
      output.append(.broadcast(.rows(RowsMessage(kind: .beacon, rows: part))))
    }
  }
}
