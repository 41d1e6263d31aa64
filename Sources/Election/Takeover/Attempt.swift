import NIOCore

/// Taking an address with the promises of the former owner's witnesses.
extension Election {
  /// A candidate's turn may have come.
  mutating func tryToTake(_ slot: Int) {
    guard isFree(slot), slots[slot].standing == .fit, !isDraining else {
      slots[slot].phase = .idle
      plan(slot, for: -1)
      return
    }
    let isBarred = now < slots[slot].barredUntil && slots[slot].claim?.isVacant != true
    if policy != .strict, now >= wireTurn(of: slot), now >= graceUntil, isSettled, !isBarred {
      startProbing(slot)
      return
    }
    let earliest = max(turn(of: slot), slots[slot].retryAt)
    guard now >= earliest else {
      schedule(slot, earliest)
      return
    }
    guard policy != .strict || isLeased, now >= graceUntil else {
      schedule(slot, now + timers.repetition)
      return
    }
    startAttempt(slot)
  }

  /// When the segment is to be asked because the witnesses do not answer.
  private func wireTurn(of slot: Int) -> NIODeadline {
    slots[slot].since + timers.wireDelay
      + .milliseconds(150 * Int64(slots[slot].rank))
  }

  private mutating func startAttempt(_ slot: Int) {
    electorates[slot] = electorate(for: slot)
    slots[slot].phase = .claiming
    slots[slot].startedAt = now
    slots[slot].replacedEpoch = slots[slot].claim?.epoch.quorum ?? 0
    slots[slot].attemptEpoch = max(slots[slot].replacedEpoch, slots[slot].promisedEpoch) + 1
    ask(slot)
  }

  /// What the witnesses are asked to promise. In a question the second part of the epoch says by
  /// how much the first is above the claim that is to be replaced.
  private func proposal(_ slot: Int) -> Claim {
    Claim(
      owner: id, incarnation: configuration.incarnation,
      epoch: Epoch(
        quorum: slots[slot].attemptEpoch,
        wire: UInt32(clamping: slots[slot].attemptEpoch - slots[slot].replacedEpoch)))
  }

  private mutating func ask(_ slot: Int) {
    guard var electorate = electorates[slot] else { return }
    let row = Row(address: slots[slot].address, claim: proposal(slot))
    for index in electorate.parts.indices {
      let part = electorate.parts[index]
      for (place, peer) in part.peers.enumerated() where part.granted & (1 << place) == 0 {
        if peer == 0 {
          let answer = judge(
            slot, row.claim, base: part.base, version: part.version,
            incarnation: part.incarnation, from: 0)
          if answer.verdict == .none { electorate.parts[index].granted |= 1 << place }
        } else {
          send(
            .take, row, to: peer, subject: part.base, incarnation: part.incarnation,
            version: part.version)
        }
      }
    }
    electorates[slot] = electorate
    schedule(slot, now + timers.repetition)
    countGrants(slot)
  }

  mutating func askAgain(_ slot: Int) {
    guard now - slots[slot].startedAt <= timers.attempt, isFree(slot) else {
      backOff(slot, .milliseconds(50 + Int64(random.next() % 150)))
      return
    }
    ask(slot)
  }

  /// Gives the promises back and waits.
  private mutating func backOff(_ slot: Int, _ pause: TimeAmount) {
    abandonAttempt(slot)
    slots[slot].phase = .candidate
    slots[slot].retryAt = now + pause
    schedule(slot, now + pause)
  }

  mutating func abandonAttempt(_ slot: Int) {
    guard let electorate = electorates.removeValue(forKey: slot) else { return }
    guard slots[slot].phase == .claiming else { return }
    let row = Row(address: slots[slot].address, claim: proposal(slot))
    // An epoch that was given back is not asked for again: a late grant of this attempt would count
    // for the next one, and the release on its way would end a promise that the next one has.
    slots[slot].promisedEpoch = max(slots[slot].promisedEpoch, slots[slot].attemptEpoch)
    for peer in electorate.peers {
      if peer == 0 {
        releasePromise(row, to: id)
      } else {
        send(.release, row, to: peer)
      }
    }
  }

  mutating func receiveGrant(_ row: Row, _ message: RowsMessage, from peer: Int) {
    guard let slot = slotIndices[row.address], slots[slot].phase == .claiming,
      row.claim == proposal(slot), let electorate = electorates[slot]
    else { return }
    for (index, part) in electorate.parts.enumerated() {
      if part.base == message.subject, part.incarnation == message.subjectIncarnation,
        part.version == message.version, let place = part.peers.firstIndex(of: peer)
      {
        electorates[slot]?.parts[index].granted |= 1 << place
      }
    }
    countGrants(slot)
  }

  private mutating func countGrants(_ slot: Int) {
    guard let electorate = electorates[slot], electorate.isGranted,
      now - slots[slot].startedAt <= timers.attempt
    else { return }
    counters.takenByQuorum += 1
    let former = slots[slot].claim
    let cause: Cause =
      switch former {
      case nil: .firstClaim
      case .some(let claim) where claim.isVacant: .ownerGaveUp
      case .some(let claim) where claim.owner == id: .reclaimed
      case .some: .ownerSilent
      }
    // Who decides about the address until this claim is recorded.
    let root = former.map {
      $0.isProvisional ? ($0.via, $0.viaIncarnation) : ($0.owner, $0.incarnation)
    }
    setClaim(
      slot,
      Claim(
        owner: id, incarnation: configuration.incarnation,
        epoch: Epoch(quorum: slots[slot].attemptEpoch), isProvisional: true,
        via: root?.0 ?? .none, viaIncarnation: root?.1 ?? 0),
      cause, Grounds(cause, cause == .reclaimed ? .untold : slots[slot].choice))
    slots[slot].confirmBy = slots[slot].startedAt + timers.confirmation
    startAnnouncing(slot)
  }

  mutating func receiveDenial(_ row: Row, of base: MemberID, from peer: Int) {
    guard let slot = slotIndices[row.address], slots[slot].phase == .claiming else { return }
    switch row.verdict {
    case .superseded:
      backOff(slot, .milliseconds(50))
      learn(row, from: peer, onWire: false)
    case .promised:
      // Of two heirs that block each other the worse ranked gives way at once.
      guard guards.contains(.yielding), row.claim.owner != id,
        let other = indices[row.claim.owner], isAlive(other),
        row.claim.owner.score(for: slots[slot].hash) > id.score(for: slots[slot].hash)
      else { return }
      backOff(slot, .milliseconds(150))
    case .epochUsed:
      slots[slot].promisedEpoch = max(slots[slot].promisedEpoch, row.claim.epoch.quorum)
      if row.claim.epoch.quorum >= slots[slot].attemptEpoch {
        backOff(slot, .milliseconds(Int64(random.next() % 10)))
      }
    case .otherWitnesses:
      if row.claim == proposal(slot) { backOff(slot, .milliseconds(1)) }
    case .notSilent: if let base = indices[base] { dropHint(of: base, by: peer) }
    case .none, .unsettled, .unfit, .released: break
    }
  }

  // MARK: Who is asked

  /// The witnesses of the former owner, or those of the address when it never had one; of both
  /// owners when the claim of the last one was never recorded by a quorum.
  func electorate(for slot: Int) -> Electorate {
    guard let claim = slots[slot].claim, claim.owner != .none else {
      return Electorate(parts: [part(ofAddress: slot)])
    }
    var electorate = Electorate(
      parts: [part(ofMember: claim.owner, in: claim.incarnation)])
    if claim.isProvisional,
      (claim.via, claim.viaIncarnation) != (claim.owner, claim.incarnation)
    {
      electorate.parts.append(
        claim.via == .none
          ? part(ofAddress: slot) : part(ofMember: claim.via, in: claim.viaIncarnation))
    } else if claim.isVacant, now - slots[slot].learntAt > Self.surrenderMemory.scaled(50) {
      // Others may have forgotten the claim already, and ask the witnesses of the address only.
      electorate.parts.append(part(ofAddress: slot))
    }
    return electorate
  }

  /// The witnesses of a member in the life that claimed. What an earlier life chose says nothing about
  /// it: then those are asked who should know, and a witness that does not know either refuses.
  func part(ofMember member: MemberID, in life: UInt64) -> Electorate.Part {
    let latest = indices[member].map { peers[$0].witnesses } ?? WitnessSet()
    let known = indices[member].flatMap { sets(of: $0, in: life) }
    var part = Electorate.Part(base: member, incarnation: life, version: known?.version ?? 0)
    var asked = known ?? latest
    if !guards.contains(.jointSets) { asked = latest }
    if asked.version == 0 || known == nil && asked.incarnation < life {
      asked = WitnessSet(current: WitnessSet.neighbours(of: member, on: ring))
    }
    let isOwn = member == id && life < configuration.incarnation
    // A process that has just started may yet be told whom its earlier one chose.
    let mustAgree = isOwn && known == nil && !isSettled
    for set in asked.former.isEmpty ? [asked.current] : [asked.current, asked.former] {
      let members = isOwn ? bound(set) : set
      // Nobody is left who could have promised it to another one.
      if isOwn, isSettled, members.isEmpty { continue }
      add(members, to: &part, all: mustAgree)
    }
    return part
  }

  /// Adds a set, of which a quorum or all must agree.
  private func add(_ members: [MemberID], to part: inout Electorate.Part, all: Bool = false) {
    var mask: UInt32 = 0
    for member in members {
      guard let peer = indices[member] else { continue }
      var place = part.peers.firstIndex(of: peer)
      if place == nil {
        part.peers.append(peer)
        place = part.peers.count - 1
      }
      mask |= 1 << (place ?? 0)
    }
    part.quorums.append(
      (mask, all ? members.count : WitnessSet.promisesNeeded(of: members.count)))
  }

  /// The seven members with the highest scores for an address that nobody ever had.
  private func part(ofAddress slot: Int) -> Electorate.Part {
    let hash = ~slots[slot].hash
    var best: [(score: UInt64, member: MemberID)] = []
    for member in ring {
      let score = member.score(for: hash)
      if best.count == 7, let last = best.last, score <= last.score { continue }
      let place = best.firstIndex { $0.score < score } ?? best.count
      best.insert((score, member), at: place)
      if best.count > 7 { best.removeLast() }
    }
    var part = Electorate.Part()
    add(best.map(\.member), to: &part)
    return part
  }
}
