import NIOCore

/// What is forgotten, so that a process that runs for months among nodes and addresses that come and
/// go does not come to an end of its tables.
extension Election {
  /// How long after its end nothing of a member can still be on its way.
  private static let memberMemory = TimeAmount.minutes(1)
  /// How long a surrender of an address is remembered that no service has.
  static let surrenderMemory = TimeAmount.hours(1)

  // MARK: Members

  /// Makes room of those whose node was removed, and that nothing names any more.
  ///
  /// Nothing that another owner could be chosen by is lost: who is named by a claim, by a promise, or by
  /// the witnesses of a member stays. If the same process comes back after all, it must agree with the
  /// table before it is acknowledged, so that it does not need what its fence told of later claims, and
  /// the fence begins above every number that it may have applied.
  mutating func forgetMembers() {
    let old = peers.indices.dropFirst().filter { peer in
      peers[peer].goneSince.map { now - max($0, peers[peer].lastHeard) > Self.memberMemory }
        ?? false && peers[peer].id != .none
    }
    guard !old.isEmpty else { return }
    let named = namedMembers()
    let forgotten = Set(
      old.filter {
        !named.contains(peers[$0].id) && peers[$0].owned.isEmpty && peers[$0].planned == 0
          && peers[$0].fence.allSatisfy { $0.verdict == .superseded }
      })
    for peer in forgotten.sorted() {
      forgottenFences = max(forgottenFences, peers[peer].fenceLast)
      indices[peers[peer].id] = nil
      peers[peer] = Peer(id: .none, name: "", now: now, patience: timers.silence)
      peers[peer].isMember = false
      blankPeers.append(peer)
    }
    for peer in peers.indices { peers[peer].hints.removeAll { forgotten.contains($0.peer) } }
  }

  /// All that a member, a claim, a promise or a hand-over names.
  private func namedMembers() -> Set<MemberID> {
    var named: Set<MemberID> = []
    for slot in slots {
      if let claim = slot.claim { named.formUnion([claim.owner, claim.via]) }
      named.insert(slot.readyFor)
      if let promise = slot.promise {
        named.insert(promise.heir)
        named.formUnion(
          (promise.fenced + [promise.registrar].compactMap(\.self)).map { peers[$0].id })
      }
      if slot.heir >= 0 { named.insert(peers[slot.heir].id) }
    }
    named.formUnion((partners + witnesses + formerWitnesses).map { peers[$0].id })
    named.formUnion(flags.map { peers[$0.peer].id })
    named.formUnion(electorates.values.flatMap(\.peers).map { peers[$0].id })
    // The witnesses of those that are gone matter while a claim names these.
    for peer in peers where peer.isMember || named.contains(peer.id) {
      for sets in [peer.witnesses] + peer.earlierWitnesses {
        named.formUnion(sets.current + sets.former)
      }
    }
    named.formUnion(wantedWitnesses ?? [])
    return named
  }

  // MARK: Addresses

  /// Forgets the addresses that no service has had for an hour and that nobody has.
  ///
  /// Two owners cannot come of it. The last one gave the address up itself, so nobody answers by the
  /// claim that is lost; what was promised since has ended long ago. If a service has the address again,
  /// a node that has forgotten asks the witnesses of the address, and one that has not yet asks
  /// these as well (`electorate`), so that one of both gets their promises.
  mutating func forgetAddresses() {
    // Not one by one, since the rest of the list moves up.
    guard let first = unconfigured.first,
      now - first.since > Self.surrenderMemory + Self.memberMemory
    else { return }
    var count = 0
    while count < unconfigured.count, now - unconfigured[count].since > Self.surrenderMemory {
      let (slot, address, _) = unconfigured[count]
      count += 1
      guard slotIndices[address] == slot, !slots[slot].isConfigured else { continue }
      if isForgettable(slot) {
        slotIndices[address] = nil
        slots[slot] = Slot(address: address, hash: slots[slot].hash, now: now)
        slots[slot].isBlank = true
        blankSlots.append(slot)
      } else {
        unconfigured.append((slot, address, now))
      }
    }
    if count > 0 { unconfigured.removeFirst(count) }
  }

  private func isForgettable(_ slot: Int) -> Bool {
    let entry = slots[slot]
    guard entry.claim?.isVacant ?? true, now - entry.learntAt > Self.surrenderMemory,
      entry.phase == .idle, !entry.isActive, entry.promise == nil, electorates[slot] == nil,
      !silenced.contains(slot), !flags.contains(where: { $0.slot == slot }),
      !draining.contains(slot)
    else { return false }
    return !peers.contains { peer in peer.fence.contains { $0.slot == slot } }
  }
}
