import NIOCore

/// The first moments of a cluster: addresses that nobody ever had are shared out when the nodes
/// that may have them are there, not among those that happened to start first.
extension Election {
  /// Ends the gathering when every candidate of a free address takes part, or after its time;
  /// asks those that were never heard of for a sign of life.
  mutating func gather() {
    guard isSettled else {
      greetUnknown()
      return
    }
    if now < bootedAt + timers.gathering {
      guard let isComplete = isGathered else { return }
      guard isComplete else {
        greetUnknown()
        return
      }
    }
    isGathering = false
    gatheredAt = now
    contestAll()
  }

  /// Whether all candidates of the free addresses take part; nil when there is no free address.
  private var isGathered: Bool? {
    var checked: [Candidate]?
    for slot in slots where slot.claim == nil && slot.standing == .fit {
      // Equal lists share their storage, so that this costs little.
      if slot.candidates == checked { continue }
      checked = slot.candidates
      let isComplete = slot.candidates.allSatisfy { candidate in
        indices[candidate.member].map { takesPart($0) } ?? false
      }
      if !isComplete { return false }
    }
    return checked.map { _ in true }
  }

  /// Whether a member claims addresses now: it said so, or started so long ago that it must.
  private func takesPart(_ peer: Int) -> Bool {
    if peer == 0 || !peers[peer].isMember || peers[peer].isDraining { return true }
    guard peers[peer].incarnation > 0 else { return false }
    return peers[peer].isSettled || now - peers[peer].knownSince >= timers.quarantine
  }

  /// Greets some of the members that were never heard of: all of them within three seconds.
  private mutating func greetUnknown() {
    var left = max(8, peers.count / 30)
    for _ in 1..<max(1, peers.count) where left > 0 {
      gatheringCursor = gatheringCursor % (peers.count - 1) + 1
      guard peers[gatheringCursor].isMember, peers[gatheringCursor].incarnation == 0 else {
        continue
      }
      left -= 1
      startComparison(with: gatheringCursor)
    }
  }

  /// Becomes a candidate for all that is free.
  mutating func contestAll() { contest(Array(slots.indices)) }
}
