import NIOCore

/// Who should try to take an address that is free, and when.
extension Election {
  /// Tries for the addresses of a member that is dead or gone.
  mutating func contestOwned(by peer: Int) {
    guard !peers[peer].owned.isEmpty else { return }
    contest(peers[peer].owned.filter { slots[$0].phase == .idle })
  }

  /// Tries for all of these that are free. In the order of the addresses, and with a plan for those
  /// too that only others can have, so that all heirs expect the same loads.
  mutating func contest(_ slots: [Int]) {
    for slot in slots.sorted(by: { self.slots[$0].address < self.slots[$1].address }) {
      contest(slot)
      let entry = self.slots[slot]
      guard entry.isConfigured, entry.standing != .fit, isFree(slot),
        !isGathering || entry.claim != nil
      else { continue }
      _ = rank(of: slot)
    }
  }

  /// Becomes a candidate for an address if it is free and this node is fit for it.
  mutating func contest(_ slot: Int) {
    guard slots[slot].phase == .idle, slots[slot].isConfigured else { return }
    if isNamed(slot), slots[slot].standing != .fit {
      vacate(slot, .gaveUp)
      return
    }
    guard slots[slot].standing == .fit, !isDraining, isFree(slot) else { return }
    if isGathering, slots[slot].claim == nil { return }
    slots[slot].phase = .candidate
    slots[slot].since = now
    // Who is named the owner only claims again what nobody took.
    slots[slot].choice = .untold
    slots[slot].rank = isNamed(slot) ? 0 : rank(of: slot)
    schedule(slot, max(slots[slot].retryAt, turn(of: slot)))
  }

  /// When a candidate may try: the later, the worse its rank.
  func turn(of slot: Int) -> NIODeadline {
    let since = slots[slot].since
    let turn = since + .nanoseconds(timers.rankStep.nanoseconds * Int64(slots[slot].rank))
    // Members do not end their gathering at the same moment.
    let isStart = slots[slot].claim == nil && since - gatheredAt < .seconds(1)
    return isStart && slots[slot].rank > 0 ? turn + .seconds(1) : turn
  }

  /// Whether the table names this node the owner although it does not hold the address.
  private func isNamed(_ slot: Int) -> Bool {
    slots[slot].owner == 0 && !slots[slot].phase.answers
  }

  /// Whether nobody has the address.
  func isFree(_ slot: Int) -> Bool {
    guard let claim = slots[slot].claim, !claim.isVacant, slots[slot].owner >= 0 else {
      return isSettled
    }
    if slots[slot].owner == 0 { return true }
    return isSettled && isDead(slots[slot].owner)
  }

  func isAlive(_ peer: Int) -> Bool {
    if peer == 0 { return !isDraining }
    return peers[peer].isMember && !peers[peer].isDraining && !isDead(peer)
  }

  /// The place of this node among the living candidates: the less loaded of the two best is the
  /// first, the other one the second.
  mutating func rank(of slot: Int) -> Int {
    counters.rankings += 1
    var better = 0
    var first: Ranked?
    var second: Ranked?
    var mine: Ranked?
    for candidate in slots[slot].candidates where candidate.member == id {
      mine = Ranked(candidate, 0, slots[slot].hash)
    }
    for candidate in slots[slot].candidates {
      guard let peer = indices[candidate.member], isAlive(peer) else { continue }
      // Who was not heard of while the cluster started has no share in what nobody had.
      if peer > 0, peers[peer].incarnation == 0, slots[slot].claim == nil { continue }
      let ranked = Ranked(candidate, peer, slots[slot].hash)
      if let mine, ranked.precedes(mine) { better += 1 }
      if first.map({ ranked.precedes($0) }) ?? true {
        second = first
        first = ranked
      } else if second.map({ ranked.precedes($0) }) ?? true {
        second = ranked
      }
    }
    guard let first else { return better }
    guard let second, first.isEqualClass(second), load(of: second.peer) < load(of: first.peer)
    else {
      plan(slot, for: first.peer)
      slots[slot].choice = first.peer == 0 ? .first : .next
      return better
    }
    plan(slot, for: second.peer)
    slots[slot].choice = second.peer == 0 ? .lessLoaded : .next
    return second.peer == 0 ? 0 : first.peer == 0 ? 1 : better
  }

  /// How many addresses a member has, those included that it is about to get.
  func load(of peer: Int) -> Int { peers[peer].owned.count + peers[peer].planned }

  /// Notes who is expected to take a free address; -1 for nobody.
  mutating func plan(_ slot: Int, for peer: Int) {
    let former = slots[slot].plan
    guard former != peer else { return }
    if former >= 0 { peers[former].planned -= 1 }
    if peer >= 0 { peers[peer].planned += 1 }
    slots[slot].plan = peer
  }

  // MARK: Deadlines

  /// Has something done about a slot at a time.
  mutating func schedule(_ slot: Int, _ time: NIODeadline) {
    slots[slot].deadline = time
    if !slots[slot].isActive {
      slots[slot].isActive = true
      active.append(slot)
    }
    nextActive = min(nextActive, time)
  }

  /// Does what is due; slots without a deadline leave the list.
  mutating func runActive() {
    var place = 0
    var next = NIODeadline.distantFuture
    while place < active.count {
      let slot = active[place]
      if slots[slot].deadline <= now {
        slots[slot].deadline = .distantFuture
        step(slot)
      }
      if slots[slot].deadline == .distantFuture {
        slots[slot].isActive = false
        active.swapAt(place, active.count - 1)
        active.removeLast()
      } else {
        next = min(next, slots[slot].deadline)
        place += 1
      }
    }
    nextActive = max(next, now + .milliseconds(1))
    if active.isEmpty { nextActive = .distantFuture }
  }

  private mutating func step(_ slot: Int) {
    switch slots[slot].phase {
    case .idle: contest(slot)
    case .candidate: tryToTake(slot)
    case .claiming: askAgain(slot)
    case .probing: probeAgain(slot)
    case .announcing: sayAgain(slot)
    case .preparing: prepareAgain(slot)
    case .draining: commitAgain(slot)
    }
  }
}

/// A candidate with its score for one address.
struct Ranked {
  let peer: Int
  let fitness: UInt8
  let weight: Int32
  let score: UInt64
  let member: MemberID

  init(_ candidate: Candidate, _ peer: Int, _ hash: UInt64) {
    self.peer = peer
    fitness = candidate.fitness
    weight = candidate.weight
    member = candidate.member
    score = candidate.member.score(for: hash)
  }

  func precedes(_ other: Ranked) -> Bool {
    if fitness != other.fitness { return fitness < other.fitness }
    if weight != other.weight { return weight > other.weight }
    if score != other.score { return score > other.score }
    return member > other.member
  }

  func isEqualClass(_ other: Ranked) -> Bool {
    fitness == other.fitness && weight == other.weight
  }
}
