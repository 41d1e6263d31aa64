import NIOCore

/// Who exists, and who witnesses for whom.
extension Election {
  /// The most members, gone ones included, that are remembered.
  static let memberLimit = 8192
  /// After which silence a witness whose node was removed is not asked any more.
  static let removalPatience = TimeAmount.seconds(10)

  mutating func setMembers(_ names: [String]) {
    for peer in peers.indices { peers[peer].isMember = false }
    for name in names {
      guard let peer = peer(for: MemberID(name: name), name: name) else { continue }
      if !peers[peer].isMember {
        peers[peer].isMember = true
        peers[peer].name = name
        if !peers[peer].isHeard { restartPatience(with: peer) }
      }
    }
    for peer in peers.indices {
      peers[peer].goneSince = peers[peer].isMember ? nil : peers[peer].goneSince ?? now
    }
    ring = peers.filter(\.isMember).map(\.id).sorted()
    let wanted = WitnessSet.neighbours(of: id, on: ring)
    if wanted != peers[0].witnesses.current || wantedWitnesses != nil {
      wantedWitnesses = wanted
      advanceWitnesses()
    }
    if peers[0].witnesses.version == 0 { chooseWitnesses(wanted) }
    updatePartners()
    updateLease()
    for peer in peers.indices where !peers[peer].isMember { contestOwned(by: peer) }
    forgetMembers()
  }

  private mutating func restartPatience(with peer: Int) {
    peers[peer].lastHeard = now
    peers[peer].patienceUntil = now + timers.silence
    // That may have been an earlier process of it; this one is asked with the next heartbeat.
    peers[peer].isPortClosed = false
  }

  /// The place of a member in the list, made if it is new.
  mutating func peer(for member: MemberID, name: String? = nil) -> Int? {
    if let peer = indices[member] { return peer }
    guard member != .none, !blankPeers.isEmpty || peers.count < Self.memberLimit else {
      counters.droppedMembers += 1
      return nil
    }
    var peer = Peer(
      id: member, name: name ?? member.description, now: now, patience: timers.silence)
    peer.isMember = false
    peer.goneSince = now
    peer.fenceLast = forgottenFences
    let place = blankPeers.popLast() ?? peers.count
    if place < peers.count { peers[place] = peer } else { peers.append(peer) }
    indices[member] = place
    return place
  }

  private mutating func chooseWitnesses(_ chosen: [MemberID]) {
    let version = peers[0].witnesses.version
    let isFirst = version == 0
    peers[0].witnesses = WitnessSet(
      incarnation: configuration.incarnation, version: version + 1, current: chosen,
      former: isFirst || !guards.contains(.jointSets) ? [] : peers[0].witnesses.current)
    wantedWitnesses = nil
    formerSince = now
    refreshWitnessPlaces()
  }

  private mutating func refreshWitnessPlaces() {
    witnesses = peers[0].witnesses.current.compactMap { indices[$0] }
    formerWitnesses = peers[0].witnesses.former.compactMap { indices[$0] }
    for peer in Set(witnesses + formerWitnesses).sorted() { sendWitnesses(of: 0, to: peer) }
    output.append(.witnessesChanged)
    updatePartners()
    updateLease()
  }

  /// Ends a change of witnesses once the former set knows of it: then every quorum of promises of
  /// that set includes one that does. Begins the next change.
  mutating func advanceWitnesses() {
    if !peers[0].witnesses.former.isEmpty {
      // A former witness whose node was removed and that is silent will never promise anything.
      let bound = formerWitnesses.filter {
        peers[$0].isMember || now - max(formerSince, peers[$0].lastHeard) < Self.removalPatience
      }
      let version = peers[0].witnesses.version
      let knowing = bound.count { peers[$0].knowsVersion >= version }
      let present = witnesses.count { peers[$0].knowsVersion >= version }
      if knowing >= WitnessSet.acknowledgementsNeeded(of: bound.count),
        present >= WitnessSet.acknowledgementsNeeded(of: witnesses.count)
      {
        peers[0].witnesses.former = []
        peers[0].witnesses.version += 1
        refreshWitnessPlaces()
      } else if bound.count < formerWitnesses.count {
        peers[0].witnesses.former = bound.map { peers[$0].id }
        peers[0].witnesses.version += 1
        refreshWitnessPlaces()
      }
    }
    if peers[0].witnesses.former.isEmpty, let wanted = wantedWitnesses {
      if wanted == peers[0].witnesses.current {
        wantedWitnesses = nil
      } else {
        chooseWitnesses(wanted)
      }
    }
  }

  mutating func updatePartners() {
    var chosen = Set(witnesses + formerWitnesses)
    for peer in peers.indices.dropFirst() where peers[peer].isMember {
      let sets = peers[peer].witnesses
      if sets.current.contains(id) || sets.former.contains(id) { chosen.insert(peer) }
    }
    chosen.remove(0)
    let added = chosen.subtracting(partners)
    for peer in added { peers[peer].agrees = false }
    for peer in added where !peers[peer].isHeard { restartPatience(with: peer) }
    for peer in added where peers[peer].isHeard && now >= peers[peer].patienceUntil {
      // It was no partner, so its silence meant nothing.
      restartPatience(with: peer)
    }
    partners = chosen.sorted()
    nextWatch = min(nextWatch, now + timers.heartbeatInterval)
  }

  mutating func sendWitnesses(of subject: Int, to peer: Int) {
    guard peer != subject else { return }
    sendWitnesses(peers[subject].witnesses, of: subject, to: peer)
  }

  mutating func sendWitnesses(_ sets: WitnessSet, of subject: Int, to peer: Int) {
    guard sets.version > 0 else { return }
    send(.witnesses(WitnessNotice(subject: peers[subject].id, sets)), to: peer)
  }

  mutating func receiveWitnesses(_ notice: WitnessNotice) {
    guard let subject = indices[notice.subject] else { return }
    let sets = WitnessSet(
      incarnation: notice.incarnation, version: notice.version, current: notice.current,
      former: notice.former)
    let latest = subject == 0 ? configuration.incarnation : peers[subject].witnesses.incarnation
    guard sets.incarnation >= latest else {
      rememberEarlier(sets, of: subject)
      return
    }
    guard subject > 0, sets.isNewer(than: peers[subject].witnesses) else { return }
    if sets.incarnation > latest { rememberEarlier(peers[subject].witnesses, of: subject) }
    peers[subject].witnesses = sets
    for member in sets.current + sets.former { _ = peer(for: member) }
    output.append(.witnessesChanged)
    updatePartners()
  }
}
