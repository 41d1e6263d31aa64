import Addresses

/// What `bellman status peers` prints: the BGP peers of a node and their sessions.
struct PeersView {
  let document: StatusDocument
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    guard !document.peers.isEmpty else {
      return [
        .lines([
          StyledText(
            "No peers: no BGPPeer in \(document.source.directory) selects node "
              + "\(document.node).")
        ])
      ]
    }
    let rows = PeerRows(hasBFD: document.peers.contains { $0.bfd != nil }, now: now, wide: wide)
    var table = Table(rows.columns)
    for peer in document.peers { table.append(rows.cells(of: peer)) }
    return [.table(title: nil, table)] + listeners
  }

  /// Where peers can connect; nothing is said of it where nothing listens.
  private var listeners: [TextBlock] {
    guard wide, let listeners = document.listeners, !listeners.isEmpty else { return [] }
    return [
      .lines(
        listeners.map { listener in
          let refused = listener.refused.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
          let text = "listening on \(listener.address): \(listener.accepted) connections taken"
          return StyledText(
            refused.isEmpty ? text : "\(text), refused: \(refused.joined(separator: ", "))")
        })
    ]
  }
}

/// What is shown of a peer, in the order of the columns.
struct PeerRows {
  /// Whether any peer has a BFD session; else nothing is said of it.
  let hasBFD: Bool
  let now: Timestamp
  let wide: Bool

  var columns: [Table.Column] {
    var columns: [Table.Column] = [
      .text("PEER"), .whole("ADDRESS"), .number("AS"), .whole("STATE"), .whole("SINCE"),
    ]
    if hasBFD { columns.append(.whole("BFD")) }
    columns += [.number("IPV4"), .number("IPV6"), .whole("RETRY IN"), .text("LAST ERROR")]
    if wide {
      columns += [
        .number("PORT"), .number("LOCAL AS"), .whole("PEER ID"), .number("HOLD"),
        .number("KEEPALIVE"), .text("FAMILIES"), .number("WITHDRAWN"), .number("MSGS IN"),
        .number("MSGS OUT"), .number("ROUTES IN"), .number("FLAPS"), .text("CAPABILITIES"),
      ]
      if hasBFD { columns += [.whole("BFD SINCE"), .text("LAST BFD CHANGE")] }
    }
    return columns
  }

  func cells(of peer: PeerStatus) -> [StyledText] {
    briefCells(of: peer) + (wide ? wideCells(of: peer) : [])
  }

  private func briefCells(of peer: PeerStatus) -> [StyledText] {
    var cells = [
      StyledText(peer.name),
      StyledText(peer.place),
      StyledText(peer.remoteAS.map(String.init) ?? ""),
      StyledText(peer.state.rawValue, peer.state == .established ? .good : .bad),
      StyledText(Age(from: peer.since, to: now).description),
    ]
    if hasBFD {
      cells.append(StyledText(peer.bfd?.state ?? "", peer.bfd?.state == "Up" ? .good : .bad))
    }
    return cells + [
      StyledText(String(peer.prefixesAnnounced.ipv4)),
      StyledText(String(peer.prefixesAnnounced.ipv6)),
      StyledText(peer.nextRetryAt.map { Age(from: now, to: $0).description } ?? ""),
      StyledText(
        peer.lastError.map { "\($0.text) (\(Age(from: $0.at, to: now)) ago)" } ?? ""),
    ]
  }

  private func wideCells(of peer: PeerStatus) -> [StyledText] {
    let negotiated = peer.negotiated
    let cells = [
      StyledText(String(peer.port)),
      StyledText(String(peer.localAS)),
      StyledText(negotiated?.routerID.description ?? ""),
      StyledText(negotiated.map { "\($0.holdTimeSeconds)s" } ?? ""),
      StyledText(negotiated.map { "\($0.keepaliveSeconds)s" } ?? ""),
      StyledText(negotiated?.families.map(\.rawValue).joined(separator: ",") ?? ""),
      StyledText(String(peer.prefixesWithdrawn)),
      StyledText(String(peer.messagesReceived)),
      StyledText(String(peer.messagesSent)),
      StyledText(String(peer.routesReceived)),
      StyledText(String(peer.flaps)),
      StyledText(negotiated?.capabilities.joined(separator: ",") ?? ""),
    ]
    guard hasBFD else { return cells }
    return cells + [
      StyledText(peer.bfd.map { Age(from: $0.since, to: now).description } ?? ""),
      StyledText(peer.bfd?.lastChange ?? ""),
    ]
  }
}

extension PeerStatus {
  /// The address with the interface, as far as they are known.
  fileprivate var place: String {
    switch (address, interface) {
    case (let address?, let interface?): "\(address)%\(interface)"
    case (let address?, nil): "\(address)"
    case (nil, let interface?): "on \(interface)"
    case (nil, nil): "unknown"
    }
  }
}
