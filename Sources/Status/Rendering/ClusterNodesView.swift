/// What `bellman status peers` of a cluster prints: the peers of every node.
struct ClusterPeersView {
  let told: ClusterNodes
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    let header = AnswersHeader(server: told.server, speakers: told.speakers, wide: wide)
    let peers = told.nodes.flatMap { node in node.peers.map { (node.node, $0) } }
    guard !peers.isEmpty else {
      return [
        .lines(header.lines), .lines(["No speaker has a peer: no BGPPeer selects its node."]),
      ]
    }
    let rows = PeerRows(hasBFD: peers.contains { $0.1.bfd != nil }, now: now, wide: wide)
    var table = Table([.text("NODE")] + rows.columns)
    for (node, peer) in peers { table.append([StyledText(node)] + rows.cells(of: peer)) }
    return [.lines(header.lines), .table(title: nil, table)]
  }
}

/// What `bellman status members` of a cluster prints: the right of every node to answer, and whom it
/// does not hold alive.
struct ClusterMembersView {
  let told: ClusterNodes
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    let header = AnswersHeader(server: told.server, speakers: told.speakers, wide: wide)
    var columns: [Table.Column] = [
      .text("NODE"), .whole("LEASE"), .whole("WITNESSES"), .whole("ALIVE"), .number("OWNS"),
      .text("NOT ALIVE"), .text("DISAGREEMENTS"),
    ]
    if wide { columns += [.whole("POLICY"), .whole("PROFILE"), .text("KEYS"), .number("LATE")] }
    var table = Table(columns)
    for node in told.nodes {
      guard let election = node.election else {
        let none = Array(repeating: StyledText(""), count: columns.count - 2)
        table.append([StyledText(node.node), StyledText("no election", .attention)] + none)
        continue
      }
      table.append(cells(of: election, node.node))
    }
    return [.lines(header.lines), .table(title: nil, table)]
  }

  private func cells(of election: ElectionStatus, _ node: String) -> [StyledText] {
    let lease = election.lease
    let members = election.members.filter { $0.state != .removed }
    // The node's own state is another one while it is drained.
    let own = members.first { $0.name == node }
    let others = members.filter { $0.name != node && !$0.state.isHeldAlive }
    let cells = [
      StyledText(node + (own?.state == .draining ? " (draining)" : "")),
      StyledText(lease.isHeld ? "held" : "none", lease.isHeld ? .good : .bad),
      StyledText("\(lease.acknowledging) of \(lease.witnesses)"),
      StyledText("\(members.count - others.count) of \(members.count)"),
      StyledText(String(own?.addresses ?? 0)),
      StyledText(
        others.map { "\($0.name) (\($0.state.rawValue))" }.joined(separator: ", "), .attention),
      StyledText(election.disagreements.map(\.reason).joined(separator: ", "), .bad),
    ]
    guard wide else { return cells }
    return cells + [
      StyledText(election.policy), StyledText(election.profile),
      StyledText(election.keys.fingerprints.joined(separator: ",")),
      StyledText(String(election.lateness.count)),
    ]
  }
}

extension MemberStatus.State {
  /// Whether a member counts as alive: most of a large cluster is not listened to, and is taken for
  /// alive while nobody says that it is silent.
  fileprivate var isHeldAlive: Bool {
    switch self {
    case .own, .alive, .unknown, .draining: true
    case .suspected, .stalled, .restarting, .dead, .removed: false
    }
  }
}
