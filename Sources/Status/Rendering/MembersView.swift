/// What `bellman status members` prints: this node's right to answer, and what it knows of the others.
struct MembersView {
  let document: StatusDocument
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    guard let election = document.election else {
      return [
        .lines([
          StyledText(
            "No election: the speaker of \(document.node) takes the first node of the ranking for "
              + "the owner, or it is stopping.")
        ])
      ]
    }
    var blocks: [TextBlock] = [
      .lines(header(election)), .table(title: nil, members(of: election)),
    ]
    if wide { blocks += [.table(title: nil, timers(of: election)), counters(of: election)] }
    if !election.disagreements.isEmpty {
      blocks.append(DisagreementList(disagreements: election.disagreements).block)
    }
    return blocks
  }

  // MARK: This node

  private func header(_ election: ElectionStatus) -> [StyledText] {
    let timers = election.timers
    return [
      StyledText(document.node, .heading)
        + StyledText(
          ": policy \(election.policy), profile \(election.profile) (heartbeat "
            + "\(timers["heartbeatInterval"] ?? 0) ms, silence \(timers["silence"] ?? 0) ms)"),
      lease(election.lease), keys(election),
    ] + packets(election.packets) + [lateness(election.lateness)]
  }

  private func lease(_ lease: LeaseStatus) -> StyledText {
    let margin = lease.marginMilliseconds
    let state =
      if lease.isHeld {
        StyledText("held", .good) + StyledText(", ends in \(margin ?? 0) ms unless renewed")
      } else if let margin {
        StyledText("none", .bad) + StyledText(", ended \(Milliseconds(-margin)) ago")
      } else {
        StyledText("none yet", .bad)
      }
    var text =
      StyledText("lease: ") + state
      + StyledText(
        "; \(lease.acknowledging) of \(lease.witnesses) witnesses, \(lease.needed) needed")
    if lease.isChanging { text = text + StyledText("; witnesses are changing", .attention) }
    if !lease.isSettled { text = text + StyledText("; not settled yet", .attention) }
    return text
  }

  private func keys(_ election: ElectionStatus) -> StyledText {
    let keys = election.keys
    let age = Age(from: keys.since, to: now)
    let text: StyledText
    switch keys.fingerprints.count {
    case 0: text = StyledText("keys: none, every packet is trusted", .bad)
    case 1: text = StyledText("keys: \(keys.fingerprints[0]), in use for \(age)")
    default:
      text = StyledText(
        "keys: \(keys.fingerprints[0]) seals, \(keys.fingerprints[1]) is accepted too, for \(age)")
    }
    return text + StyledText("; UDP port \(election.port)")
      + (keys.problem.map { StyledText("; \($0)", .bad) } ?? "")
  }

  private func packets(_ packets: PeerPacketCounters) -> [StyledText] {
    let unsent = packets.sendFailures == 0 ? "" : ", \(packets.sendFailures) not sent"
    let names = [
      ("forged", "badly authenticated"), ("replayed", "replayed"), ("malformed", "truncated"),
      ("stranger", "from strangers"), ("misdirected", "for others"), ("outdated", "outdated"),
      ("unacquainted", "before an acquaintance"), ("overflow", "in a flood of frames"),
    ]
    let dropped = names.compactMap { key, words -> String? in
      packets.dropped[key].flatMap { $0 == 0 ? nil : "\($0) \(words)" }
    }
    return [
      StyledText("packets: \(packets.sent) sent, \(packets.received) received\(unsent)"),
      StyledText("dropped: \(dropped.isEmpty ? "none" : dropped.joined(separator: ", "))"),
    ]
  }

  private func lateness(_ lateness: LatenessStatus) -> StyledText {
    let longest = "longest \(lateness.longestMilliseconds) ms"
    let when = lateness.longestAt.map { ", \(Age(from: $0, to: now)) ago" } ?? ""
    return StyledText(
      "own lateness: \(lateness.count) times over 100 ms, \(longest)\(when); "
        + "priority \(lateness.priority)", lateness.count > 0 ? .attention : .plain)
  }

  // MARK: The members

  private func members(of election: ElectionStatus) -> Table {
    var columns: [Table.Column] = [
      .text("MEMBER"), .whole("STATE"), .number("OWNS"), .number("ACK"), .number("SILENT"),
      .whole("UP"), .text("WITNESSES"), .text("SUSPECTED BY"),
    ]
    if wide { columns.append(.number("INCARNATION")) }
    var table = Table(columns)
    for member in election.members {
      var cells = [
        StyledText(member.name), state(of: member), StyledText(String(member.addresses)),
        acknowledgement(of: member),
        StyledText(member.silenceMilliseconds.map { Milliseconds($0).description } ?? ""),
        StyledText(member.startedAt.map { Age(from: $0, to: now).description } ?? ""),
        StyledText(member.witnesses.joined(separator: ",")),
        StyledText(member.suspectedBy.joined(separator: ","), .bad),
      ]
      if wide {
        cells.append(StyledText(member.incarnation == 0 ? "" : String(member.incarnation)))
      }
      table.append(cells)
    }
    return table
  }

  private func state(of member: MemberStatus) -> StyledText {
    let style: StyledText.Style =
      switch member.state {
      case .own, .alive: .good
      case .dead: .bad
      case .suspected, .stalled, .restarting, .draining: .attention
      case .unknown, .removed: .plain
      }
    return StyledText(member.state.rawValue, style)
  }

  /// For how long the acknowledgement of a witness counts for this node's lease.
  private func acknowledgement(of member: MemberStatus) -> StyledText {
    guard member.isWitness else { return "" }
    guard let margin = member.leaseMarginMilliseconds, margin > 0 else {
      return StyledText("no", .bad)
    }
    return StyledText("\(margin)ms")
  }

  // MARK: Wide

  private func timers(of election: ElectionStatus) -> Table {
    var table = Table([.whole("TIMER"), .number("MS")])
    for (name, value) in election.timers.sorted(by: { $0.key < $1.key }) {
      table.append([StyledText(name), StyledText(String(value))])
    }
    return table
  }

  private func counters(of election: ElectionStatus) -> TextBlock {
    var table = Table([.whole("COUNTER"), .number("VALUE")])
    for (name, value) in election.counters.sorted(by: { $0.key < $1.key }) {
      table.append([StyledText(name), StyledText(String(value))])
    }
    return .table(title: nil, table)
  }
}
