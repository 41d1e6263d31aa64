import Addresses
import Assignment
import BGP
import Election
import LinkLayer
import LinuxIO
import NIOCore
import Resources
import Status

/// What the control loop has to tell, in words.
extension EventJournal {
  /// Addresses moved, members died or live again, and the lease of this node ended or is held again.
  func note(_ news: ElectionTable.News) {
    for (address, move) in news.moves.sorted(by: { $0.key < $1.key }) {
      let status = MoveStatus(move)
      record(
        .move, "\(address)", "owner: \(status.from ?? "nobody") -> \(status.to ?? "nobody")",
        why: "\(status.sentence) (\(status.cause))", trigger: .election)
    }
    for (node, death) in news.deaths.sorted(by: { $0.node < $1.node }) {
      switch death {
      case nil:
        record(
          .member, node, "is held dead no more",
          why: "it is heard again, or too few of its witnesses are left to say so")
      case .speaker:
        record(.member, node, "speaker is dead", why: "its witnesses hear it no more")
      case .host:
        record(
          .member, node, "node is dead", why: "its witnesses hear neither its speaker nor its host")
      }
    }
    for lease in news.leases {
      record(
        .member, node, lease.isHeld ? "lease held again" : "lease lost",
        why: "\(lease.acknowledging) of \(lease.witnesses) witnesses acknowledge, "
          + "\(lease.needed) must",
        trigger: .election)
    }
  }

  /// A session was established or lost.
  func note(session peer: String, isUp: Bool, _ entry: PeerTable.Entry?) {
    let negotiated = entry?.transport.negotiated
    let why =
      isUp
      ? negotiated.map { "AS \($0.remoteAS), hold time \($0.holdTime) s" } ?? ""
      : entry.map { $0.lastError ?? "" } ?? "no BGPPeer asks for it any more, or it has changed"
    record(.session, peer, isUp ? "established" : "lost", why: why, trigger: .session)
  }

  /// BFD found that the way to a peer is there, or not.
  func note(path peer: String, isUp: Bool) { record(.bfd, peer, isUp ? "up" : "down") }

  /// An interface takes part, or no longer.
  func note(interface: String, what: String, why: String) {
    record(.interface, interface, what, why: why, trigger: .interface)
  }

  /// Somebody else uses an address.
  func note(_ event: ConflictEvent, interface: String) {
    switch event {
    case .found(let conflict):
      record(
        .conflict, "\(conflict.address)",
        conflict.claims > 0 ? "another host has it" : "another host asked for it",
        why: "\(conflict.mac) on \(interface)")
    case .defended(let address):
      record(
        .conflict, "\(address)", "announced again", why: "another host uses it on \(interface)")
    case .yielded(let address, let mac):
      record(.conflict, "\(address)", "answering no more", why: "\(mac) has it on \(interface)")
    case .resumed(let address):
      record(
        .conflict, "\(address)", "answering again", why: "the other host on \(interface) is gone")
    }
  }

  /// The node is drained, or takes part again.
  func note(isDrained: Bool) {
    record(.drain, "drain", isDrained ? "begun" : "ended", trigger: .drain)
  }

  /// The source can be asked again, or no longer.
  func note(source: String, isReachable: Bool) {
    record(
      .source, source, isReachable ? "can be reached again" : "cannot be reached",
      why: isReachable ? "" : "everything stays as it was last read")
  }

  /// What is wrong in the source now and was not before, and what no longer is.
  func note(_ state: SourceState, after old: SourceState, of source: String) {
    let known = Set(old.problems.map(\.description))
    for obstacle in state.obstacles where !known.contains(obstacle.description) {
      note(obstacle: obstacle)
    }
    let unreadable = Set(state.obstacles.map(\.file))
    for name in Set(old.obstacles.map(\.file)).subtracting(unreadable).sorted() {
      note(readable: name)
    }
    for problem in state.problemsOfObjects where !known.contains(problem.description) {
      note(problem)
    }
    if state.problemsOfObjects.isEmpty, !old.problemsOfObjects.isEmpty {
      noteMended(source: source)
    }
  }

  /// An object cannot be used as it is.
  private func note(_ problem: Diagnostic) {
    let place = problem.line.map { "\(problem.file):\($0)" } ?? problem.file
    let field = problem.fieldPath.map { "\($0): " } ?? ""
    record(
      .configuration, problem.object ?? problem.file,
      problem.severity == .error ? "is in error" : "is doubtful",
      why: "\(place): \(field)\(problem.message)", trigger: .source)
  }

  /// Objects cannot be read.
  private func note(obstacle: Diagnostic) {
    record(.source, obstacle.file, "cannot be read", why: obstacle.message, trigger: .source)
  }

  /// Objects can be read that could not.
  private func note(readable name: String) {
    record(.source, name, "can be read again", trigger: .source)
  }

  /// No object of the source is in error any more.
  private func noteMended(source: String) {
    record(.configuration, source, "all problems are mended")
  }

  /// Whether nodes and endpoints count as the source says.
  func note(isHeld: Bool, shares: String) {
    record(
      .source, "fitness", isHeld ? "is held" : "is what the source says again",
      why: isHeld ? "too much turned bad at once: \(shares)" : "")
  }
}

extension AddressChange {
  /// No service has the address any more.
  static func forgotten(at time: Timestamp) -> AddressChange {
    AddressChange(at: time, what: "forgotten", why: "no service has the address any more")
  }
}

extension AddressHistory {
  /// Whether segments or peers are told of what has changed since `before`.
  func isHeard(after before: AddressHistory) -> Bool {
    (layer2 != before.layer2 && (layer2 == .owner || before.layer2 == .owner))
      || (bgp != before.bgp && (bgp == .announced || before.bgp == .announced))
  }
}
