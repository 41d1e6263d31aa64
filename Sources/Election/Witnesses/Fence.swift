import NIOCore

/// What a witness promised away or learnt against a member, told to that member before any
/// acknowledgement counts again: a numbered log with cumulative acknowledgement, in which a later
/// entry about an address replaces the earlier one.
extension Election {
  // MARK: The witness's side

  /// Notes against a member that an address was promised away, set free again, or claimed.
  mutating func appendFence(_ slot: Int, _ verdict: Verdict, against peer: Int) {
    guard peer > 0 else { return }
    peers[peer].fence.removeAll { $0.slot == slot }
    peers[peer].fenceLast &+= 1
    peers[peer].fence.append((peers[peer].fenceLast, slot, verdict))
    if now - peers[peer].lastHeard < timers.silence, peers[peer].fence.count <= RowsMessage.limit {
      sendFence(to: peer)
    }
  }

  /// The member has applied the entries up to a number.
  mutating func advanceFence(of peer: Int, applied: UInt32) {
    guard applied <= peers[peer].fenceLast else { return }
    // It has forgotten this node in between, and with it the number.
    if applied == 0 { peers[peer].fenceAcknowledged = 0 }
    peers[peer].fenceAcknowledged = max(peers[peer].fenceAcknowledged, applied)
    peers[peer].fence.removeAll { $0.number <= applied }
    // A new life of the member has to learn the number even where nothing is left to tell.
    if peers[peer].fenceLast > applied { sendFence(to: peer) }
  }

  private mutating func sendFence(to peer: Int) {
    var from = peers[peer].fenceAcknowledged
    var rest = peers[peer].fence[...]
    // A few packets at a time; the rest follows when these are applied.
    for packet in 0..<8 where packet == 0 || !rest.isEmpty {
      let part = rest.prefix(RowsMessage.limit)
      rest = rest.dropFirst(part.count)
      let number = rest.isEmpty ? peers[peer].fenceLast : part.last?.number ?? from
      let rows = part.map { entry in
        Row(
          address: slots[entry.slot].address,
          claim: fencedClaim(of: entry.slot, entry.verdict), verdict: entry.verdict,
          grounds: entry.verdict == .superseded ? slots[entry.slot].grounds : .untold)
      }
      send(
        .rows(RowsMessage(kind: .fence, version: from, number: number, rows: rows)), to: peer)
      from = number
    }
  }

  private func fencedClaim(of slot: Int, _ verdict: Verdict) -> Claim {
    if verdict != .superseded, let promise = slots[slot].promise {
      return Claim(
        owner: promise.heir, incarnation: promise.incarnation,
        epoch: Epoch(quorum: promise.epoch))
    }
    return slots[slot].claim ?? Claim(owner: .none, incarnation: 0, epoch: Epoch(quorum: 0))
  }

  /// A new life of the member knows nothing of the log; what still holds is told again. The numbers
  /// go on, so that a late packet of before is not taken for one of now.
  mutating func restartFence(of peer: Int) {
    peers[peer].fenceAcknowledged = 0
    for slot in openPromises where slots[slot].promise?.fenced.contains(peer) == true {
      appendFence(slot, .promised, against: peer)
    }
  }

  // MARK: The member's side

  mutating func receiveFence(_ message: RowsMessage, from peer: Int) {
    guard message.number > peers[peer].fenceApplied else { return }
    // A gap: what came before is still on its way.
    guard message.version <= peers[peer].fenceApplied else { return }
    for row in message.rows {
      guard let slot = slot(for: row.address) else { continue }
      flags.removeAll { $0.slot == slot && $0.peer == peer }
      switch row.verdict {
      case .promised:
        // What was promised before this node's present claim is void.
        let present = slots[slot].owner == 0 ? slots[slot].claim?.epoch.quorum ?? 0 : 0
        if row.claim.epoch.quorum > present { flags.append((slot, peer)) }
      case .superseded: learn(row, from: peer, onWire: false)
      default: break
      }
      refreshFence(of: slot)
    }
    peers[peer].fenceApplied = message.number
    if peers[peer].fenceAnnounced < message.number {
      peers[peer].fenceAnnounced = message.number
    }
    // The sooner the witness knows, the sooner its acknowledgements count again.
    if message.number >= peers[peer].fenceAnnounced { sendHeartbeat(to: peer) }
  }

  mutating func refreshFences() {
    for slot in peers[0].owned where slots[slot].isFenced { refreshFence(of: slot) }
  }

  /// An address that any witness has promised away is not answered under `strict`: the other
  /// witnesses might no longer be a quorum.
  mutating func refreshFence(of slot: Int) {
    let isFenced =
      flags.contains { $0.slot == slot } && guards.contains(.fence)
    guard isFenced != slots[slot].isFenced else { return }
    slots[slot].isFenced = isFenced
    guard policy == .strict, slots[slot].phase.holds, let claim = slots[slot].claim else { return }
    if isFenced {
      output.append(.silence(slots[slot].address, forwardFor: .seconds(5)))
    } else if isLeased {
      output.append(.answer(slots[slot].address, claim.epoch))
    } else {
      // Who was suspended hears of the end of a promise before it hears of the claim after that.
      silenced.insert(slot)
    }
  }
}
