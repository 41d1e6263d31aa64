import Assignment
import Election
import LinuxIO
import NIOCore
import Status

/// What the control loop counts as it happens.
extension ControlLoop {
  /// Counts moves of addresses and the end of hand-overs.
  func note(_ news: ElectionTable.News, at start: NIODeadline) {
    for time in news.handOvers { metrics.noteHandOver(time) }
    var formerOwners: [String] = []
    for move in news.moves.values {
      let part: EventMetrics.Part =
        move.to == options.node ? .taken : move.from == options.node ? .given : .seen
      metrics.noteMove(part, move.cause)
      if part == .taken, move.cause == .ownerSilent, let former = move.from {
        formerOwners.append(former)
      }
    }
    guard !formerOwners.isEmpty, let election else { return }
    // When the dead were last heard, the peer plane knows.
    election.status(on: eventLoop, includesAddresses: false).whenSuccess {
      [metrics, formerOwners] status in
      let silences = Dictionary(status.members.map { ($0.name, $0.heardAgo) }) { first, _ in first }
      let sinceMove = NIODeadline.now() - start
      for former in formerOwners {
        if let silence = silences[former] ?? nil { metrics.noteFailover(silence - sinceMove) }
      }
    }
  }

  /// Counts what has become another verdict.
  func noteVerdicts(from before: AddressHistory, to history: AddressHistory) {
    if before.layer2 != history.layer2 { metrics.noteLayer2(history.layer2) }
    if before.bgp != history.bgp { metrics.noteBGP(history.bgp) }
  }
}

extension Assignment.Action {
  /// Whether something is said to a segment or to a peer, or no longer.
  var reachesTheWire: Bool {
    switch self {
    case .announceLayer2, .withdrawLayer2, .announceRoute, .withdrawRoute: true
    case .elect, .endElection, .decisionsChanged: false
    }
  }
}
