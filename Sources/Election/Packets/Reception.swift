import NIOCore

/// Where messages go.
extension Election {
  mutating func receive(
    _ message: Message, from sender: MemberID, incarnation: UInt64, at time: NIODeadline
  ) {
    guard let peer = indices[sender], peer > 0, peers[peer].isMember else {
      counters.strangers += 1
      return
    }
    guard noteLife(of: peer, incarnation, at: time) else { return }
    switch message {
    case .heartbeat(let heartbeat): receiveHeartbeat(heartbeat, from: peer, at: time)
    case .witnesses(let notice): receiveWitnesses(notice)
    case .suspicion(let suspicion): receiveSuspicion(suspicion, from: peer)
    case .digests(let digests): receiveDigests(digests, from: peer)
    case .leave(let leave): receiveLeave(leave, from: peer)
    case .rows(let message): receiveRows(message, from: peer)
    }
  }

  private mutating func receiveRows(_ message: RowsMessage, from peer: Int) {
    switch message.kind {
    case .take: for row in message.rows { judgeTake(row, message, from: peer) }
    case .grant: for row in message.rows { receiveGrant(row, message, from: peer) }
    case .deny: for row in message.rows { receiveDenial(row, of: message.subject, from: peer) }
    case .release: for row in message.rows { releasePromise(row, to: peers[peer].id) }
    case .claims, .beacon:
      for row in message.rows { learn(row, from: peer, onWire: false) }
    case .claimsToConfirm: for row in message.rows { confirm(row, to: peer) }
    case .confirmed: for row in message.rows { receiveConfirmation(row, from: peer) }
    case .fence: receiveFence(message, from: peer)
    case .prepare: for row in message.rows { receivePrepare(row, from: peer) }
    case .ready: for row in message.rows { receiveReady(row, from: peer) }
    case .register: for row in message.rows { judgeRegistration(row, from: peer) }
    case .registered: for row in message.rows { receiveRegistered(row, from: peer) }
    case .commit: for row in message.rows { receiveCommit(row, message, from: peer) }
    case .announced: for row in message.rows { receiveAnnounced(row, from: peer) }
    case .wanted: sendOwned(to: peer)
    case .probe: break
    }
  }

  mutating func receiveFrame(
    _ message: Message, from sender: MemberID, incarnation: UInt64, at time: NIODeadline
  ) {
    segmentHeardAt = max(segmentHeardAt, time)
    guard policy != .strict else { return }
    guard let peer = indices[sender], peer > 0, peers[peer].isMember else {
      counters.strangers += 1
      return
    }
    guard incarnation >= peers[peer].incarnation, case .rows(let message) = message else {
      counters.outdated += 1
      return
    }
    switch message.kind {
    case .beacon, .claims:
      // Only the owner itself is alive by this; others may speak about it.
      hearBeacon(of: peer, at: time, isBeacon: message.kind == .beacon)
      for row in message.rows {
        learn(row, from: peer, onWire: true)
        if row.claim.owner == sender, !row.claim.isVacant { endProbing(row.address) }
      }
    case .probe: for row in message.rows { receiveProbe(row, from: peer) }
    default: break
    }
  }
}
