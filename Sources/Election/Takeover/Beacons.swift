import NIOCore

/// What an owner says on its segments, so that owners on one segment find each other.
extension Election {
  /// The most packets of one round of beacons. Who owns more addresses than these hold names them in
  /// several rounds.
  static let beaconPackets = 16

  /// Says on the segment what this node answers for, a part at a time when it is very much.
  mutating func sendBeacon() {
    guard policy != .strict, guards.contains(.beacons), !peers[0].owned.isEmpty else {
      nextBeacon = .distantFuture
      return
    }
    countAnnouncers()
    nextBeacon = now + beaconInterval
    nextEarlyBeacon = now + beaconInterval.scaled(20)
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

  // MARK: Among many

  /// By how much each owner on the segment lengthens the interval, so that all together send at most
  /// 200 beacons a second there (election.md, 5.4).
  private static let beaconSpacing = TimeAmount.milliseconds(5)

  /// Between two beacons of this node: `Timers.beaconInterval`, or more among very many owners.
  private var beaconInterval: TimeAmount {
    max(
      timers.beaconInterval,
      .nanoseconds(Self.beaconSpacing.nanoseconds * Int64(announcers)))
  }

  /// For how long a frame on the segment counts as a sign of life: `Timers.wireEvidence`, and three
  /// times as much more as beacons come later.
  var wireEvidence: TimeAmount {
    let later = beaconInterval - timers.beaconInterval
    return timers.wireEvidence + .nanoseconds(later.nanoseconds * 3)
  }

  /// Counts the owners on the segment.
  private mutating func countAnnouncers() {
    let evidence = wireEvidence
    announcers = peers[0].owned.isEmpty ? 0 : 1
    for peer in peers.dropFirst() where now - peer.wireHeard < evidence { announcers += 1 }
    nextCount = now + timers.beaconInterval
  }

  /// Notes that the segment carried something of an owner.
  mutating func hearBeacon(of peer: Int, at time: NIODeadline, isBeacon: Bool) {
    let isFirst = now - peers[peer].wireHeard > wireEvidence
    peers[peer].wireHeard = max(peers[peer].wireHeard, time)
    if now >= nextCount { countAnnouncers() }
    // It may not have heard of this node either. Of many that are new at once, as after a cut, not each
    // gets an answer of its own.
    if isFirst, isBeacon { nextBeacon = min(nextBeacon, max(now, nextEarlyBeacon)) }
  }
}
