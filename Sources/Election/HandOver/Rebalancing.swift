import NIOCore

/// Evening the load out, when that is asked for.
extension Election {
  /// How many addresses this node has and others that may have the same ones.
  private struct Share {
    /// The living nodes of this node's class among the candidates, itself included.
    var sharers: [Int] = []
    var total = 0
    /// Whether none of them has more addresses than this node.
    var isFirst = true

    /// Whether this node has more than a percentage of the mean.
    func isExceeded(by load: Int, percent: Int) -> Bool {
      load * sharers.count * 100 > total * percent
    }
  }

  /// Above which percentage of the mean addresses are given away.
  public static let rebalancingThreshold = 150
  /// Down to which percentage of the mean they are then given away, so that it does not begin again
  /// with every address that comes or goes.
  private static let rebalancingEnd = 110

  /// Gives one address away when the load is clearly uneven and no node that may have the address has
  /// more than this one: so of these nodes one moves in each interval, however many were asked.
  mutating func rebalance() {
    guard now < rebalanceUntil else {
      nextRebalance = .distantFuture
      return
    }
    nextRebalance = now + max(rebalanceInterval, .milliseconds(100))
    let load = peers[0].owned.count
    let percent = isRebalancing ? Self.rebalancingEnd : Self.rebalancingThreshold
    var isUneven = false
    var chosen: (slot: Int, heir: Int)?
    forEachShare { slot, share in
      guard share.isExceeded(by: load, percent: percent) else { return }
      isUneven = true
      guard chosen == nil, share.isFirst, slots[slot].phase == .announcing,
        slots[slot].isConfirmed, now - slots[slot].since > timers.damping,
        let heir = lighterHeir(among: share)
      else { return }
      chosen = (slot, heir)
    }
    isRebalancing = isUneven
    guard let chosen, isLeased, !isDraining else { return }
    prepare(chosen.slot, heir: chosen.heir)
  }

  /// The loads of the living nodes, by name, that `rebalance` compares with that of this node: those
  /// that may have one of its addresses, and of these the ones with the lowest mean. Only its own
  /// where no other node may have any of them.
  public var rebalancingLoads: [String: Int] {
    var lowest: Share?
    forEachShare { _, share in
      // The means are compared without a division.
      if lowest.map({ share.total * $0.sharers.count < $0.total * share.sharers.count }) ?? true {
        lowest = share
      }
    }
    return Dictionary(
      (lowest?.sharers ?? [0]).map { (peers[$0].name, peers[$0].owned.count) },
      uniquingKeysWith: { $1 })
  }

  /// Goes through the addresses of this node for which it is fit, each with those that share it.
  private func forEachShare(_ body: (Int, Share) -> Void) {
    // Equal lists share their storage, so that many addresses cost little more than one.
    var known: (candidates: [Candidate], share: Share)?
    for slot in peers[0].owned {
      let candidates = slots[slot].candidates
      if known?.candidates != candidates {
        known = share(of: candidates).map { (candidates, $0) }
      }
      if let known { body(slot, known.share) }
    }
  }

  private func share(of candidates: [Candidate]) -> Share? {
    guard let mine = candidates.first(where: { $0.member == id }) else { return nil }
    var share = Share()
    for candidate in candidates
    where candidate.fitness == mine.fitness && candidate.weight == mine.weight {
      guard let peer = indices[candidate.member], isAlive(peer), peers[peer].isMember else {
        continue
      }
      let load = peers[peer].owned.count
      share.sharers.append(peer)
      share.total += load
      if (load, peers[peer].id) > (peers[0].owned.count, id) { share.isFirst = false }
    }
    return share.sharers.count > 1 ? share : nil
  }

  /// The least loaded node that has less than its share.
  private func lighterHeir(among share: Share) -> Int? {
    var best: Int?
    for peer in share.sharers where peer > 0 && isKnown(peer) {
      let load = peers[peer].owned.count
      guard load * share.sharers.count < share.total, load + 1 < peers[0].owned.count else {
        continue
      }
      if best.map({ load < peers[$0].owned.count }) ?? true { best = peer }
    }
    return best
  }
}
