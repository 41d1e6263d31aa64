import NIOCore

/// The planned move of an address: the heir is asked, the owner's witnesses are told, the heir
/// begins to answer, the owner stops.
extension Election {
  /// How long registrations may be used for a commitment, and a commitment be believed after
  /// `ready`: less than a promise lives.
  private static let freshness = TimeAmount.milliseconds(400)

  // MARK: The owner

  /// Hands an address over when this node is leaving it.
  mutating func startHandOverIfLeaving(_ slot: Int) {
    guard slots[slot].phase == .announcing, slots[slot].isConfirmed else { return }
    switch slots[slot].standing {
    case .unfit: return
    case .fit: guard isDraining else { return }
    case .leaving(let patience):
      // A preference that flaps must not move an address all the time; a drain is no preference.
      let settled = slots[slot].since + timers.damping
      if patience == nil, !isDraining, now < settled {
        schedule(slot, min(settled, slots[slot].deadline))
        return
      }
    }
    prepare(slot, heir: nil)
  }

  /// Asks an heir, the best one unless it is given.
  mutating func prepare(_ slot: Int, heir: Int?) {
    slots[slot].phase = .preparing
    electorates[slot] = nil
    slots[slot].tries = 0
    slots[slot].heir = heir ?? -1
    slots[slot].choice = .untold
    prepareAgain(slot)
  }

  mutating func prepareAgain(_ slot: Int) {
    if let leaveBy = slots[slot].leaveBy, now >= leaveBy {
      vacate(slot, .gaveUp)
      return
    }
    if isRegistering(slot), slots[slot].promisedEpoch < slots[slot].attemptEpoch {
      register(slot)
      schedule(slot, min(now + timers.handOverRetry, slots[slot].leaveBy ?? .distantFuture))
      return
    }
    electorates[slot] = nil
    let isWanted = isDraining || slots[slot].standing != .fit
    if !isWanted, slots[slot].tries >= 2 {
      slots[slot].phase = .announcing
      return
    }
    if isWanted || slots[slot].heir < 0 {
      let found = heir(for: slot, skipping: slots[slot].tries / 2)
      slots[slot].heir = found?.peer ?? -1
      slots[slot].choice = found?.choice ?? .untold
    }
    slots[slot].tries += 1
    var pause = timers.handOverRetry
    if slots[slot].heir < 0 {
      slots[slot].tries = 0
    } else if isLeased || policy != .strict, let row = row(of: slot) {
      send(.prepare, row, to: slots[slot].heir)
    } else {
      pause = timers.repetition
    }
    schedule(slot, min(now + pause, slots[slot].leaveBy ?? .distantFuture))
  }

  /// The best living candidate but for the first few, and why it; nil for none.
  private func heir(for slot: Int, skipping: Int) -> (peer: Int, choice: Grounds.Choice)? {
    var ranked: [Ranked] = []
    for candidate in slots[slot].candidates where candidate.member != id {
      if let peer = indices[candidate.member], isAlive(peer), isKnown(peer) {
        ranked.append(Ranked(candidate, peer, slots[slot].hash))
      }
    }
    guard !ranked.isEmpty else { return nil }
    ranked.sort { $0.precedes($1) }
    var choice = Grounds.Choice.first
    if ranked.count > 1, ranked[0].isEqualClass(ranked[1]),
      load(of: ranked[1].peer) < load(of: ranked[0].peer)
    {
      ranked.swapAt(0, 1)
      choice = .lessLoaded
    }
    let place = skipping % ranked.count
    return (ranked[place].peer, place == 0 ? choice : .next)
  }

  /// Whether a process of a peer was ever heard of. Most members are no partners of this node, so
  /// that there are no heartbeats of them.
  func isKnown(_ peer: Int) -> Bool { peers[peer].incarnation > 0 }

  mutating func receiveReady(_ row: Row, from peer: Int) {
    guard let slot = slotIndices[row.address], slots[slot].phase == .preparing,
      slots[slot].heir == peer, row.claim == slots[slot].claim, electorates[slot] == nil
    else { return }
    guard row.verdict == .none else {
      slots[slot].tries += slots[slot].tries % 2
      schedule(slot, now + timers.repetition)
      return
    }
    guard isLeased, !slots[slot].isFenced else { return }
    slots[slot].heirIncarnation = peers[peer].incarnation
    slots[slot].startedAt = now
    // Each registration has an epoch of its own, so that a late answer to an earlier one, whose
    // promise may have ended, does not count for it.
    slots[slot].attemptEpoch =
      max(slots[slot].claim?.epoch.quorum ?? 0, slots[slot].promisedEpoch, slots[slot].attemptEpoch)
      + 1
    electorates[slot] = Electorate(parts: [part(ofMember: id, in: configuration.incarnation)])
    register(slot)
  }

  /// Whether witnesses are being asked to promise the address to the heir, and may yet answer in
  /// time. Who is asked must still be who decides.
  private func isRegistering(_ slot: Int) -> Bool {
    guard let part = electorates[slot]?.parts.first else { return false }
    return now - slots[slot].startedAt < Self.freshness
      && part.version == peers[0].witnesses.version
  }

  /// Asks those witnesses that have not answered.
  private mutating func register(_ slot: Int) {
    guard let part = electorates[slot]?.parts.first else { return }
    let registration = Row(
      address: slots[slot].address,
      claim: Claim(
        owner: peers[slots[slot].heir].id, incarnation: slots[slot].heirIncarnation,
        epoch: Epoch(quorum: slots[slot].attemptEpoch)))
    for (place, witness) in part.peers.enumerated() where part.granted & (1 << place) == 0 {
      send(.register, registration, to: witness)
    }
  }

  mutating func receiveRegistered(_ row: Row, from peer: Int) {
    guard let slot = slotIndices[row.address], slots[slot].phase == .preparing,
      electorates[slot] != nil,
      row.claim.epoch.quorum == slots[slot].attemptEpoch
        || row.verdict == .epochUsed
    else { return }
    if row.verdict == .epochUsed {
      slots[slot].promisedEpoch = max(slots[slot].promisedEpoch, row.claim.epoch.quorum)
      return
    }
    guard row.verdict == .none, let part = electorates[slot]?.parts.first,
      let place = part.peers.firstIndex(of: peer)
    else { return }
    electorates[slot]?.parts[0].granted |= 1 << place
    if electorates[slot]?.isGranted == true { commit(slot) }
  }

  private mutating func commit(_ slot: Int) {
    guard isRegistering(slot), isLeased, !slots[slot].isFenced else { return }
    let heir = slots[slot].heir
    electorates[slot] = nil
    slots[slot].phase = .draining
    draining.append(slot)
    slots[slot].startedAt = now
    slots[slot].step = 0
    setClaim(
      slot,
      Claim(
        owner: peers[heir].id, incarnation: slots[slot].heirIncarnation,
        epoch: Epoch(quorum: slots[slot].attemptEpoch), isProvisional: true, via: id,
        viaIncarnation: configuration.incarnation),
      .handedOver, Grounds(reasonToLeave(slot), slots[slot].choice))
    sendWitnesses(of: 0, to: heir)
    commitAgain(slot)
  }

  /// Why this node hands an address over.
  private func reasonToLeave(_ slot: Int) -> Cause {
    if isDraining { return .drained }
    return slots[slot].standing == .fit ? .rebalanced : .handedOver
  }

  /// A lost commitment would leave nobody to answer, so it is said three times.
  mutating func commitAgain(_ slot: Int) {
    let elapsed = now - slots[slot].startedAt
    guard elapsed < timers.handOverOverlap, let row = row(of: slot) else {
      stop(slot)
      contest(slot)
      return
    }
    let pauses: [Int64] = [10, 20]
    if slots[slot].step <= pauses.count {
      send(.commit, row, to: slots[slot].heir)
    }
    let end = slots[slot].startedAt + timers.handOverOverlap
    schedule(
      slot,
      slots[slot].step < pauses.count
        ? min(end, now + .milliseconds(pauses[slots[slot].step])) : end)
    slots[slot].step += 1
  }

  mutating func receiveAnnounced(_ row: Row, from peer: Int) {
    guard let slot = slotIndices[row.address], slots[slot].phase == .draining,
      slots[slot].owner == peer
    else { return }
    stop(slot)
  }

  // MARK: The heir

  mutating func receivePrepare(_ row: Row, from peer: Int) {
    guard row.claim.owner == peers[peer].id, let slot = slot(for: row.address) else { return }
    learn(row, from: peer, onWire: false)
    let isAble =
      slots[slot].standing == .fit && slots[slot].isConfigured && !isDraining && isSettled
      && slots[slot].claim == row.claim && (isLeased || policy != .strict)
    if isAble {
      slots[slot].readyAt = now
      slots[slot].readyFor = peers[peer].id
    }
    send(
      .ready, Row(address: row.address, claim: row.claim, verdict: isAble ? .none : .unfit),
      to: peer)
  }

  mutating func receiveCommit(_ row: Row, _ message: RowsMessage, from peer: Int) {
    guard let slot = slotIndices[row.address], row.claim.owner == id,
      row.claim.incarnation == configuration.incarnation
    else { return }
    if slots[slot].phase.holds, slots[slot].claim?.isSameGrant(as: row.claim) == true {
      send(.announced, row, to: peer)
      return
    }
    guard let readyAt = slots[slot].readyAt, slots[slot].readyFor == peers[peer].id else { return }
    let isFresh = now - readyAt <= Self.freshness || !guards.contains(.freshCommit)
    guard isFresh, slots[slot].standing == .fit, !isDraining, slots[slot].phase == .idle,
      slots[slot].claim.map({ row.claim.prevails(over: $0, addressHash: slots[slot].hash) })
        ?? true
    else { return }
    counters.takenByHandOver += 1
    slots[slot].readyAt = nil
    electorates[slot] = Electorate(parts: [
      part(ofMember: peers[peer].id, in: row.claim.viaIncarnation)
    ])
    slots[slot].confirmBy = readyAt + timers.confirmation
    setClaim(
      slot, row.claim, .handedOver,
      row.grounds.cause.isHandOver ? row.grounds : Grounds(.handedOver))
    startAnnouncing(slot)
    send(.announced, row, to: peer)
  }

  // MARK: The witness

  /// An owner asks that an address be promised to the heir of its choice.
  mutating func judgeRegistration(_ row: Row, from owner: Int) {
    guard isSettled, let slot = slot(for: row.address) else { return }
    let epoch = row.claim.epoch.quorum
    if let known = slots[slot].claim, known.epoch.quorum >= epoch || known.owner != peers[owner].id
    {
      if !known.isSameGrant(as: row.claim) { sendClaim(slot, to: owner) }
      if known.epoch.quorum >= epoch { return }
    }
    let isSame =
      slots[slot].promise?.heir == row.claim.owner && slots[slot].promise?.epoch == epoch
    if guards.contains(.singlePromise), !isSame {
      // The owner may choose another heir; else the promises of two heirs could outlast each other.
      if let promise = slots[slot].promise, promise.registrar != owner,
        now - promise.at < timers.promiseLifetime
      {
        return
      }
      if slots[slot].promisedEpoch >= epoch {
        var used = row
        used.verdict = .epochUsed
        used.claim.epoch = Epoch(quorum: slots[slot].promisedEpoch)
        send(.registered, used, to: owner)
        return
      }
    }
    promise(slot, to: row.claim, base: .none, registrar: owner)
    send(.registered, row, to: owner)
  }
}
