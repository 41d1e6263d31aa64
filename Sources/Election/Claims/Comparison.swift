import NIOCore

/// How tables are made equal: one number for all with a random peer, then one for each part, then
/// the rows of the parts that differ.
extension Election {
  mutating func compareTables() {
    nextComparison = now + timers.comparison
    forgetAddresses()
    guard guards.contains(.comparison) else { return }
    let others = peers.count - 1
    guard others > 0 else { return }
    for _ in 0..<4 {
      let peer = 1 + Int(random.next() % UInt64(others))
      if peers[peer].isMember, !isDead(peer) {
        startComparison(with: peer)
        return
      }
    }
  }

  mutating func startComparison(with peer: Int) {
    send(.digests(Digests(wantsReply: true, values: [tableDigest])), to: peer)
  }

  mutating func receiveDigests(_ digests: Digests, from peer: Int) {
    if digests.values.count == 1 {
      guard digests.values[0] != tableDigest else { return }
      send(.digests(Digests(wantsReply: true, values: buckets)), to: peer)
      return
    }
    guard digests.values.count == Digests.buckets, digests.values != buckets else { return }
    if digests.wantsReply {
      send(.digests(Digests(wantsReply: false, values: buckets)), to: peer)
    }
    for slot in slots.indices {
      let bucket = Self.bucket(slots[slot].hash)
      if digests.values[bucket] != buckets[bucket], comparedDigest(of: slot) != 0 {
        sendClaim(slot, to: peer)
      }
    }
  }

  /// Sends what this node holds.
  mutating func sendOwned(to peer: Int) {
    for slot in peers[0].owned { sendClaim(slot, to: peer) }
  }
}
