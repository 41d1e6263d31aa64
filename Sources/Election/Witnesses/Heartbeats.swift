import NIOCore

/// Signs of life and acknowledgements.
extension Election {
  /// Says to all partners that this node lives, and what it has heard of them.
  mutating func beat() {
    advanceWitnesses()
    if isGathering { gather() }
    for peer in partners { sendHeartbeat(to: peer) }
    if witnesses.isEmpty { updateLease() }
    extendWire()
    expirePromises()
    noteLease()
    if nextBeacon == .distantFuture, policy != .strict, guards.contains(.beacons),
      !peers[0].owned.isEmpty
    {
      nextBeacon = now
    }
  }

  mutating func sendHeartbeat(to peer: Int) {
    var flags: Heartbeat.Flags = []
    if acknowledges(peer) { flags.insert(.isSettled) }
    if isDraining { flags.insert(.isDraining) }
    // With every packet delivered an acknowledgement is less than two intervals old.
    if peers[peer].leaseUntil < now + timers.lease - timers.heartbeatInterval.scaled(250) {
      flags.insert(.wantsReply)
    }
    send(.heartbeat(heartbeat(for: peer, flags)), to: peer)
  }

  /// Whether what this node acknowledges to a peer counts for its lease.
  private func acknowledges(_ peer: Int) -> Bool {
    isSettled && (peers[peer].agrees || !guards.contains(.agreement))
  }

  private func heartbeat(for peer: Int, _ flags: Heartbeat.Flags) -> Heartbeat {
    Heartbeat(
      sentAt: now.uptimeNanoseconds, echo: peers[peer].echo,
      silence: UInt16(clamping: timers.silence.nanoseconds / 1_000_000), flags: flags,
      fence: peers[peer].fenceLast, fenceApplied: peers[peer].fenceApplied,
      witnessVersion: peers[0].witnesses.version,
      witnessVersionKnown: peers[peer].witnesses.incarnation == peers[peer].incarnation
        ? peers[peer].witnesses.version : 0,
      held: UInt32(clamping: peers[0].owned.count), digest: peers[0].digest)
  }

  /// Whether a message of this life of a peer is to be heard; a new life makes all forgotten that
  /// was agreed with the former one.
  mutating func noteLife(of peer: Int, _ incarnation: UInt64, at time: NIODeadline) -> Bool {
    if incarnation == peers[peer].incarnation { return true }
    guard incarnation > peers[peer].incarnation else {
      counters.outdated += 1
      return false
    }
    let isRestart = peers[peer].incarnation > 0
    peers[peer].incarnation = incarnation
    peers[peer].knownSince = now
    peers[peer].isSettled = false
    peers[peer].leaseUntil = .uptimeNanoseconds(0)
    peers[peer].knowsVersion = 0
    peers[peer].fenceApplied = 0
    peers[peer].fenceAnnounced = 0
    peers[peer].echo = 0
    peers[peer].isPortClosed = false
    peers[peer].isDraining = false
    peers[peer].holdUntil = .uptimeNanoseconds(0)
    peers[peer].hints.removeAll()
    peers[peer].deadUntil = .uptimeNanoseconds(0)
    peers[peer].differsSince = nil
    peers[peer].agrees = false
    peers[peer].agreedAt = .uptimeNanoseconds(0)
    flags.removeAll { $0.peer == peer }
    refreshFences()
    restartFence(of: peer)
    recountDigest(of: peer)
    if isRestart { updateLease() }
    // It may have forgotten all, or know more than I do. Above all it must not take an old set of
    // witnesses for the present one.
    for subject in [0] + partners where subject != peer {
      sendWitnesses(of: subject, to: peer)
      sendEarlierWitnesses(of: subject, to: peer)
    }
    // What its earlier process claimed is up to those that were its witnesses then.
    sendWitnesses(peers[peer].witnesses, of: peer, to: peer)
    sendEarlierWitnesses(of: peer, to: peer)
    startComparison(with: peer)
    return true
  }

  mutating func receiveHeartbeat(_ heartbeat: Heartbeat, from peer: Int, at time: NIODeadline) {
    let wasSilent = peers[peer].hintingSince != nil
    peers[peer].isHeard = true
    peers[peer].isPortClosed = false
    peers[peer].lastHeard = max(peers[peer].lastHeard, time)
    peers[peer].lastHeartbeat = max(peers[peer].lastHeartbeat, time)
    peers[peer].patienceUntil = max(
      peers[peer].patienceUntil, time + .milliseconds(Int64(heartbeat.silence)))
    peers[peer].echo = max(peers[peer].echo, heartbeat.sentAt)
    peers[peer].isDraining = heartbeat.flags.contains(.isDraining)
    peers[peer].isSettled = heartbeat.flags.contains(.isSettled)
    if wasSilent { hearAgain(peer) }
    if acknowledgesThisLife(heartbeat) {
      takeAcknowledgement(heartbeat, from: peer)
      if peers[peer].knowsVersion < heartbeat.witnessVersionKnown {
        peers[peer].knowsVersion = heartbeat.witnessVersionKnown
      }
      if peers[peer].fenceLast > heartbeat.fenceApplied || !peers[peer].fence.isEmpty {
        advanceFence(of: peer, applied: heartbeat.fenceApplied)
      }
    }
    if peers[peer].knowsVersion < peers[0].witnesses.version { sendWitnesses(of: 0, to: peer) }
    compareClaims(of: peer, with: heartbeat)
    if heartbeat.flags.contains(.wantsReply) {
      var flags: Heartbeat.Flags = acknowledges(peer) ? .isSettled : []
      if isDraining { flags.insert(.isDraining) }
      send(.heartbeat(self.heartbeat(for: peer, flags)), to: peer)
    }
  }

  /// Whether a heartbeat answers one of this process. What a late packet acknowledges to an earlier
  /// process of this node, above all the versions of its witnesses, means nothing now.
  private func acknowledgesThisLife(_ heartbeat: Heartbeat) -> Bool {
    if !guards.contains(.thisLife) { return heartbeat.echo > 0 }
    return heartbeat.echo >= bootedAt.uptimeNanoseconds
      && heartbeat.echo <= now.uptimeNanoseconds
  }

  /// What a peer says that it holds should be what my table says of it.
  private mutating func compareClaims(of peer: Int, with heartbeat: Heartbeat) {
    guard heartbeat.digest != peers[peer].digest else {
      peers[peer].differsSince = nil
      peers[peer].agrees = true
      if acknowledgesThisLife(heartbeat) {
        peers[peer].agreedAt = max(peers[peer].agreedAt, .uptimeNanoseconds(heartbeat.echo))
      }
      return
    }
    guard guards.contains(.comparison) else { return }
    guard let since = peers[peer].differsSince else {
      peers[peer].differsSince = now
      return
    }
    guard now - since >= timers.heartbeatInterval,
      now - peers[peer].askedForClaims >= timers.heartbeatInterval.scaled(300)
    else { return }
    peers[peer].askedForClaims = now
    send(.rows(RowsMessage(kind: .wanted)), to: peer)
    // My rows that name it tell it what it may have lost.
    for slot in peers[peer].owned.prefix(4 * RowsMessage.limit) {
      sendClaim(slot, to: peer)
    }
  }
}
