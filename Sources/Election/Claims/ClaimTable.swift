import Addresses
import NIOCore

/// The table of claims, with the digests by which tables are compared.
extension Election {
  /// The slot of an address, made if it is new and there is room.
  mutating func slot(for address: IPAddress) -> Int? {
    if let slot = slotIndices[address] { return slot }
    let fresh = Slot(address: address, hash: RendezvousHash.hash(address), now: now)
    let slot: Int
    if let blank = blankSlots.popLast() {
      slot = blank
      slots[slot] = fresh
    } else {
      guard slots.count < configuration.addressLimit else {
        counters.droppedAddresses += 1
        return nil
      }
      slot = slots.count
      slots.append(fresh)
    }
    slotIndices[address] = slot
    unconfigured.append((slot, address, now))
    return slot
  }

  /// What an address adds to the digest of its part of the table. A claim that was given up counts
  /// while a service has the address: each node forgets the others in its own time.
  func comparedDigest(of slot: Int) -> UInt64 {
    guard let claim = slots[slot].claim, slots[slot].isConfigured || !claim.isVacant else {
      return 0
    }
    return claim.digest(addressHash: slots[slot].hash)
  }

  /// Notes whether a service has an address.
  mutating func setConfigured(_ slot: Int, _ isConfigured: Bool) {
    guard slots[slot].isConfigured != isConfigured else { return }
    let bucket = Self.bucket(slots[slot].hash)
    buckets[bucket] ^= comparedDigest(of: slot)
    slots[slot].isConfigured = isConfigured
    buckets[bucket] ^= comparedDigest(of: slot)
    if !isConfigured { unconfigured.append((slot, slots[slot].address, now)) }
  }

  /// Enters a claim; the caller has decided that it prevails.
  mutating func setClaim(_ slot: Int, _ claim: Claim, _ cause: Cause, _ grounds: Grounds) {
    let former = slots[slot].owner
    plan(slot, for: -1)
    let bucket = Self.bucket(slots[slot].hash)
    buckets[bucket] ^= comparedDigest(of: slot)
    if let old = slots[slot].claim, former >= 0, isCounted(old, former) {
      peers[former].digest ^= old.digest(addressHash: slots[slot].hash)
    }
    let owner = claim.isVacant ? -1 : peer(for: claim.owner) ?? -1
    if owner != former {
      leaveOwner(slot)
      slots[slot].owner = owner
      if owner >= 0 {
        slots[slot].place = peers[owner].owned.count
        peers[owner].owned.append(slot)
      }
    }
    slots[slot].claim = claim
    buckets[bucket] ^= comparedDigest(of: slot)
    slots[slot].learntAt = now
    slots[slot].cause = cause
    slots[slot].grounds = grounds
    slots[slot].promisedEpoch = max(slots[slot].promisedEpoch, claim.epoch.quorum)
    if owner >= 0, isCounted(claim, owner) {
      peers[owner].digest ^= claim.digest(addressHash: slots[slot].hash)
    }
    settlePromise(slot, claim, former: former)
    output.append(.claimed(slots[slot].address, claim, cause, grounds))
  }

  /// A claim makes the promise before it permanent, or void; the former owner is told.
  private mutating func settlePromise(_ slot: Int, _ claim: Claim, former: Int) {
    var told = former
    if let promise = slots[slot].promise, promise.epoch <= claim.epoch.quorum {
      for fenced in promise.fenced {
        let isBack = peers[fenced].id == claim.owner
        appendFence(slot, isBack ? .released : .superseded, against: fenced)
        if fenced == former { told = -1 }
      }
      slots[slot].promise = nil
    }
    if told > 0, peers[told].id != claim.owner, isWitness(of: told) {
      appendFence(slot, .superseded, against: told)
    }
  }

  private mutating func leaveOwner(_ slot: Int) {
    let owner = slots[slot].owner
    guard owner >= 0 else { return }
    let place = slots[slot].place
    let last = peers[owner].owned.count - 1
    if place < last {
      let moved = peers[owner].owned[last]
      peers[owner].owned[place] = moved
      slots[moved].place = place
    }
    peers[owner].owned.removeLast()
  }

  /// Whether a claim is in its owner's digest: of its present life, not given up.
  private func isCounted(_ claim: Claim, _ owner: Int) -> Bool {
    !claim.isVacant && claim.incarnation == peers[owner].incarnation
  }

  mutating func recountDigest(of peer: Int) {
    var digest: UInt64 = 0
    for slot in peers[peer].owned {
      if let claim = slots[slot].claim, isCounted(claim, peer) {
        digest ^= claim.digest(addressHash: slots[slot].hash)
      }
    }
    peers[peer].digest = digest
  }

  static func bucket(_ hash: UInt64) -> Int { Int(hash % UInt64(Digests.buckets)) }

  var tableDigest: UInt64 { buckets.reduce(0, ^) }

  mutating func sendClaim(_ slot: Int, to peer: Int, _ kind: RowsMessage.Kind = .claims) {
    guard let row = row(of: slot) else { return }
    send(kind, row, to: peer)
  }

  /// The claim to an address as it is told to others; nil when there is none.
  func row(of slot: Int) -> Row? {
    slots[slot].claim.map {
      Row(address: slots[slot].address, claim: $0, grounds: slots[slot].grounds)
    }
  }
}
