import NIOCore

/// What this node as a witness promises to heirs.
extension Election {
  /// An heir asks for a promise.
  mutating func judgeTake(_ row: Row, _ message: RowsMessage, from heir: Int) {
    guard row.claim.owner == peers[heir].id, let slot = slot(for: row.address) else { return }
    let answer = judge(
      slot, row.claim, base: message.subject, version: message.version,
      incarnation: message.subjectIncarnation, from: heir)
    if answer.verdict == .none {
      counters.promises += 1
    } else {
      counters.refusals += 1
    }
    send(
      answer.verdict == .none ? .grant : .deny, answer, to: heir, subject: message.subject,
      incarnation: message.subjectIncarnation, version: message.version)
  }

  /// Promises, or says why not; the promise is noted.
  mutating func judge(
    _ slot: Int, _ claim: Claim, base: MemberID, version: UInt32, incarnation: UInt64,
    from heir: Int
  ) -> Row {
    let address = slots[slot].address
    func refusal(_ verdict: Verdict, _ told: Claim? = nil) -> Row {
      Row(
        address: address, claim: told ?? claim, verdict: verdict,
        grounds: verdict == .superseded ? slots[slot].grounds : .untold)
    }
    guard isSettled else { return refusal(.unsettled) }
    let epoch = claim.epoch.quorum
    // The second part says by how much the proposal is above the claim that it is to replace.
    let replaced = epoch - min(epoch, UInt64(claim.epoch.wire))
    let isSingle = guards.contains(.singlePromise)
    if let known = slots[slot].claim {
      let isOwn = known.owner == claim.owner && known.isProvisional
      if known.epoch.quorum >= epoch || (known.epoch.quorum > replaced && !isOwn) {
        return refusal(.superseded, known)
      }
    }
    if let promise = slots[slot].promise, isSingle {
      let isSame = promise.heir == claim.owner && promise.incarnation == claim.incarnation
      if !isSame, now - promise.at < timers.promiseLifetime {
        return refusal(
          .promised,
          Claim(
            owner: promise.heir, incarnation: promise.incarnation,
            epoch: Epoch(quorum: promise.epoch)))
      }
      if !(isSame && promise.epoch == epoch), slots[slot].promisedEpoch >= epoch {
        return refusal(.epochUsed, usedEpoch(of: slot, claim))
      }
    } else if slots[slot].promisedEpoch >= epoch, isSingle {
      return refusal(.epochUsed, usedEpoch(of: slot, claim))
    }
    if let verdict = objection(
      to: slot, heir: claim.owner, base: base, incarnation, version: version, from: heir)
    {
      return verdict == .superseded ? refusal(verdict, slots[slot].claim) : refusal(verdict)
    }
    promise(slot, to: claim, base: base)
    return Row(address: address, claim: claim)
  }

  private func usedEpoch(of slot: Int, _ claim: Claim) -> Claim {
    var used = claim
    used.epoch = Epoch(quorum: slots[slot].promisedEpoch)
    return used
  }

  /// Why the former owner's claim still stands.
  private mutating func objection(
    to slot: Int, heir: MemberID, base: MemberID, _ incarnation: UInt64, version: UInt32,
    from peer: Int
  ) -> Verdict? {
    let known = slots[slot].claim
    if base == .none {
      guard let known, !known.isVacant, known.owner != heir else { return nil }
      return .superseded
    }
    guard let former = indices[base] else { return nil }
    if guards.contains(.jointSets), former > 0 {
      let latest = peers[former].witnesses
      if let sets = sets(of: former, in: incarnation) {
        if sets.version > version {
          sendWitnesses(sets, of: former, to: peer)
          return .otherWitnesses
        }
      } else if version == 0, latest.version > 0, latest.incarnation < incarnation {
        // Neither the heir nor this node knows the witnesses of the life that claimed.
        return .unsettled
      }
    }
    if base == heir {
      return known.map { isHeld(slot, by: $0, not: heir) } ?? false ? .notSilent : nil
    }
    if let known, known.owner == heir, known.isProvisional, known.via == base { return nil }
    if let known, known.isVacant, known.owner == base { return nil }
    if former == 0 { return slots[slot].phase.holds ? .notSilent : nil }
    return isSilent(former) || hasLeft(former, slot) ? nil : .notSilent
  }

  /// Whether another member than an heir has an address by a claim, as far as this node hears. That is so
  /// although the heir claims it by a later one where the others have forgotten that: they have to
  /// learn it again first, and whoever has the address gives it up.
  private func isHeld(_ slot: Int, by claim: Claim, not heir: MemberID) -> Bool {
    guard claim.owner != heir, !claim.isVacant, let owner = indices[claim.owner] else {
      return false
    }
    if owner == 0 { return slots[slot].phase.holds }
    return !isSilent(owner) && peers[owner].agrees && peers[owner].differsSince == nil
  }

  /// Whether a member that is heard has another claim prevail over its own: a claim that was never
  /// recorded by a quorum took its place, and since this node knows of that, and no hand-over can
  /// go on, the member has said that it does not hold the address.
  private func hasLeft(_ former: Int, _ slot: Int) -> Bool {
    guard let claim = slots[slot].claim, claim.isProvisional, claim.via == peers[former].id,
      claim.owner != peers[former].id
    else { return false }
    return peers[former].agreedAt > slots[slot].learntAt + timers.handOverOverlap
  }

  mutating func promise(
    _ slot: Int, to claim: Claim, base: MemberID, registrar: Int? = nil
  ) {
    let former = indices[base].flatMap { $0 > 0 && base != claim.owner ? $0 : nil }
    let isNew =
      slots[slot].promise?.epoch != claim.epoch.quorum
      || slots[slot].promise?.heir != claim.owner
    if isNew {
      // The promise before may have ended without a claim, and nobody said so yet.
      endPromise(slot, butFor: former)
      openPromises.append(slot)
    }
    var fenced = slots[slot].promise?.fenced ?? []
    let isFenced = former.map { fenced.contains($0) } ?? true
    if let former, !isFenced { fenced.append(former) }
    slots[slot].promise = Promise(
      epoch: claim.epoch.quorum, heir: claim.owner, incarnation: claim.incarnation, at: now,
      fenced: fenced, registrar: registrar)
    slots[slot].promisedEpoch = max(slots[slot].promisedEpoch, claim.epoch.quorum)
    if let former, !isFenced { appendFence(slot, .promised, against: former) }
  }

  mutating func releasePromise(_ row: Row, to heir: MemberID) {
    guard let slot = slotIndices[row.address], let promise = slots[slot].promise,
      promise.heir == heir, promise.epoch == row.claim.epoch.quorum
    else { return }
    endPromise(slot)
  }

  /// Ends a promise without a claim; tells those that were fenced, but for one that is to hear of the
  /// next promise in its place.
  private mutating func endPromise(_ slot: Int, butFor next: Int? = nil) {
    guard let promise = slots[slot].promise else { return }
    for former in promise.fenced where former != next {
      // Another may have claimed it before the promise, which took the place of that news.
      let isSuperseded = slots[slot].claim.map { $0.owner != peers[former].id } ?? false
      appendFence(slot, isSuperseded ? .superseded : .released, against: former)
    }
    slots[slot].promise = nil
  }

  mutating func expirePromises() {
    guard !openPromises.isEmpty else { return }
    for slot in openPromises {
      if let promise = slots[slot].promise, now - promise.at >= timers.promiseLifetime {
        endPromise(slot)
      }
    }
    openPromises.removeAll { slots[$0].promise == nil }
  }
}
