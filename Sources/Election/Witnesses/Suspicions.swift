import NIOCore

/// Who is silent, and who is therefore held dead.
extension Election {
  /// Whether this node witnesses for a peer: as the peer said, or by the ring.
  func isWitness(of peer: Int) -> Bool {
    let sets = peers[peer].witnesses
    if sets.version > 0 { return sets.current.contains(id) || sets.former.contains(id) }
    return witnesses.contains(peer)
  }

  /// Whether the host of a silent peer answers although its process does not.
  private func isHostAlive(_ peer: Int) -> Bool {
    peers[peer].hostAnswered > peers[peer].lastHeard + timers.silence.scaled(25)
      && now - peers[peer].hostAnswered < timers.heartbeatInterval.scaled(300)
  }

  /// Whether the segment carries frames of a peer that are newer than its last heartbeat, to this
  /// node or, for one that does not witness for it, to any.
  func isHeardOnWire(_ peer: Int, asWitness: Bool = false) -> Bool {
    guard policy != .strict, guards.contains(.wireEvidence) else { return false }
    guard now - peers[peer].wireHeard < wireEvidence else { return false }
    if !guards.contains(.freshEvidence) { return true }
    let silentSince =
      asWitness
      ? peers[peer].lastHeartbeat : max(peers[peer].lastHeartbeat, peers[peer].silentSince)
    return peers[peer].wireHeard > silentSince + .milliseconds(150)
  }

  /// Whether this node as a witness may promise the addresses of a peer away.
  func isSilent(_ peer: Int) -> Bool {
    guard guards.contains(.silence) else { return true }
    guard peer > 0, now >= graceUntil else { return false }
    guard now >= peers[peer].patienceUntil else { return false }
    // What a member asked of an earlier process of this node is forgotten.
    let ownPatience = peers[peer].isHeard ? timers.silence : max(timers.silence, timers.quarantine)
    guard now >= bootedAt + ownPatience else { return false }
    let isHostAlive = isHostAlive(peer) && guards.contains(.hostEvidence)
    if isHostAlive, now < holdEnd(of: peer) { return false }
    if isHostAlive, !peers[peer].isPortClosed,
      now < peers[peer].lastHeard + timers.stalledSilence
    {
      return false
    }
    return !isHeardOnWire(peer, asWitness: true)
  }

  /// Until when a restart that a peer announced keeps its addresses.
  private func holdEnd(of peer: Int) -> NIODeadline { peers[peer].holdUntil }

  /// Whether a quorum of its witnesses holds a peer dead.
  func isDead(_ peer: Int) -> Bool {
    peer > 0 && (now < peers[peer].deadUntil || isLostWithQuorum(peer)) && !isHeardOnWire(peer)
  }

  /// Whether a peer is silent to some witness while this node has no quorum itself: most nodes are
  /// gone, or all are cut off from each other. Not under `strict`, where nothing follows from it;
  /// else the segment is asked.
  private func isLostWithQuorum(_ peer: Int) -> Bool {
    guard policy != .strict, let since = unleasedSince, now - since >= timers.silence else {
      return false
    }
    return peers[peer].hints.contains { $0.until > now }
  }

  /// Looks after the peers that this node witnesses for.
  mutating func watch() {
    nextWatch = now + timers.silence.scaled(50)
    for peer in partners {
      let silence = now - peers[peer].lastHeard
      let half = timers.silence.scaled(50)
      if silence < half {
        nextWatch = min(nextWatch, peers[peer].lastHeard + half)
        continue
      }
      guard isWitness(of: peer) else { continue }
      if now - peers[peer].hostProbed >= timers.heartbeatInterval {
        peers[peer].hostProbed = now
        if silence < timers.stalledSilence + timers.silence || peers[peer].hints.isEmpty {
          output.append(.probeHost(peers[peer].id))
        }
      }
      if isSilent(peer) {
        if now >= peers[peer].nextHint || peers[peer].hintingSince == nil { hint(at: peer) }
        nextWatch = min(nextWatch, peers[peer].nextHint)
      } else {
        let next = max(peers[peer].patienceUntil, now + timers.repetition.scaled(50))
        nextWatch = min(nextWatch, min(next, now + timers.heartbeatInterval))
      }
    }
    nextWatch = max(nextWatch, now + .milliseconds(2))
  }

  /// Tells all that a peer is silent: quickly at first, then now and then.
  private mutating func hint(at peer: Int) {
    let since = peers[peer].hintingSince ?? now
    peers[peer].hintingSince = since
    let age = (now - since).nanoseconds / 1_000_000
    let (pause, holds): (Int64, UInt32) =
      switch age {
      case ..<20: (20, 600)
      case ..<50: (30, 600)
      case ..<100: (50, 600)
      case ..<1000: (100, 600)
      default: (2000, 5000)
      }
    peers[peer].nextHint = now + .milliseconds(pause)
    let sets = peers[peer].witnesses
    let count =
      sets.version > 0 ? sets.current.count : min(WitnessSet.limit, max(1, ring.count - 1))
    let suspicion = Suspicion(
      subject: peers[peer].id, incarnation: peers[peer].incarnation,
      silentFor: UInt32(clamping: (now - peers[peer].lastHeard).nanoseconds / 1_000_000),
      holdsFor: holds, witnesses: UInt8(clamping: count))
    if sets.version > 0, age < 20 {
      for other in peers.indices.dropFirst() where peers[other].isMember && other != peer {
        sendWitnesses(of: peer, to: other)
        sendEarlierWitnesses(of: peer, to: other)
      }
    }
    for other in peers.indices.dropFirst() where peers[other].isMember && other != peer {
      send(.suspicion(suspicion), to: other)
    }
    apply(suspicion, from: 0)
  }

  /// A peer that was silent is heard.
  mutating func hearAgain(_ peer: Int) {
    peers[peer].hintingSince = nil
    peers[peer].hints.removeAll { $0.peer == 0 }
    recountHints(of: peer, needed: 1)
    let end = Suspicion(
      subject: peers[peer].id, incarnation: peers[peer].incarnation, silentFor: 0, holdsFor: 0,
      witnesses: 1)
    for other in peers.indices.dropFirst() where peers[other].isMember {
      send(.suspicion(end), to: other)
    }
    if guards.contains(.comparison) { startComparison(with: peer) }
  }

  mutating func receiveSuspicion(_ suspicion: Suspicion, from peer: Int) {
    apply(suspicion, from: peer)
  }

  private mutating func apply(_ suspicion: Suspicion, from peer: Int) {
    guard let subject = indices[suspicion.subject], subject > 0,
      // Of an earlier life, or of none, by a witness that was cut off while this one lived, or that
      // started after its end: it counts unless this life is heard here.
      suspicion.incarnation == 0 || suspicion.incarnation >= peers[subject].incarnation
        || now - peers[subject].lastHeard >= timers.silence
    else { return }
    peers[subject].hints.removeAll { $0.peer == peer || $0.until <= now }
    let count = max(1, min(Int(suspicion.witnesses), WitnessSet.limit))
    let needed = WitnessSet.promisesNeeded(of: count)
    guard suspicion.holdsFor > 0 else {
      if peers[subject].hints.count < needed { recountHints(of: subject, needed: needed) }
      return
    }
    let until = now + .milliseconds(Int64(min(suspicion.holdsFor, 10_000)))
    if peers[subject].hints.count < 2 * WitnessSet.limit {
      peers[subject].hints.append((peer, until))
    }
    let since = now - .milliseconds(Int64(min(suspicion.silentFor, 3_600_000)))
    if since > peers[subject].silentSince { peers[subject].silentSince = since }
    recountHints(of: subject, needed: needed)
    if isDead(subject) { contestOwned(by: subject) }
  }

  /// A witness hears a peer that it had called silent; the message that took its hint back was lost.
  mutating func dropHint(of subject: Int, by peer: Int) {
    guard subject > 0, peers[subject].hints.contains(where: { $0.peer == peer }) else { return }
    peers[subject].hints.removeAll { $0.peer == peer }
    let count = peers[subject].witnesses.current.count
    recountHints(
      of: subject,
      needed: WitnessSet.promisesNeeded(
        of: count > 0 ? count : min(WitnessSet.limit, max(1, ring.count - 1))))
  }

  private mutating func recountHints(of peer: Int, needed: Int) {
    let ends = peers[peer].hints.map(\.until).sorted(by: >)
    peers[peer].deadUntil =
      ends.count >= needed ? ends[needed - 1] : .uptimeNanoseconds(0)
  }

  mutating func closePort(of member: MemberID) {
    guard let peer = indices[member], peer > 0 else { return }
    peers[peer].isPortClosed = true
    nextWatch = min(nextWatch, max(now, peers[peer].patienceUntil))
  }
}
