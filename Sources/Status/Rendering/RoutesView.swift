import Addresses

/// What `bellman status routes` prints: a row for each prefix and peer.
struct RoutesView {
  let document: RoutesDocument
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    guard !document.peers.isEmpty else {
      return [.lines(["No peers: no BGPPeer selects node \(document.node)."])]
    }
    var columns: [Table.Column] = [
      .whole("PREFIX"), .text("PEER"), .whole("SENT"), .whole("SINCE"), .whole("SESSION"),
      .text("ATTRIBUTES"),
    ]
    if wide { columns += [.whole("PEER ADDRESS"), .whole("SESSION SINCE")] }
    var table = Table(columns)
    for row in RouteRow.all(of: [document]) {
      var cells = [
        StyledText(row.prefix.description), StyledText(row.peer.name), row.sent,
        StyledText(row.group.since.map { Age(from: $0, to: now).description } ?? ""),
        row.session, StyledText(row.group.attributes),
      ]
      if wide {
        cells += [
          StyledText(row.peer.address?.description ?? ""),
          StyledText(Age(from: row.peer.since, to: now).description),
        ]
      }
      table.append(cells)
    }
    let without = document.peers.filter(\.routes.isEmpty).map {
      "\($0.name) (\($0.state.rawValue))"
    }
    return (without.count < document.peers.count ? [.table(title: nil, table)] : [])
      + (without.isEmpty
        ? []
        : [.lines([StyledText("no routes for: \(without.joined(separator: ", "))", .attention)])])
  }
}

/// The same of all nodes of a cluster: a row for each prefix, peer and set of attributes, with the nodes.
struct ClusterRoutesView {
  let told: ClusterDocument<RoutesDocument>
  let now: Timestamp
  let wide: Bool

  private struct Key: Hashable {
    let prefix: IPPrefix
    let peer: String
    let state: PeerStatus.State
    let isSent: Bool
    let attributes: String
  }

  private struct Found {
    let row: RouteRow
    var nodes: [String]
    var since: Timestamp?
  }

  var blocks: [TextBlock] {
    let header = AnswersHeader(server: told.server, speakers: told.speakers, wide: wide)
    var found: [Key: Found] = [:]
    for row in RouteRow.all(of: told.nodes) {
      // Every node has a next hop of its own: told apart by it, no two rows would be one.
      let key = Key(
        prefix: row.prefix, peer: row.peer.name, state: row.peer.state, isSent: row.group.isSent,
        attributes: wide ? row.group.attributes : row.group.withoutNextHops.attributes)
      var entry = found[key] ?? Found(row: row, nodes: [], since: row.group.since)
      entry.nodes.append(row.node)
      if let since = row.group.since { entry.since = min(entry.since ?? since, since) }
      found[key] = entry
    }
    guard !found.isEmpty else {
      return [.lines(header.lines), .lines(["No speaker has such a route for a peer."])]
    }
    var table = Table([
      .whole("PREFIX"), .text("PEER"), .whole("SENT"), .whole("SINCE"), .whole("SESSION"),
      .text("NODES"), .text("ATTRIBUTES"),
    ])
    let rows = found.sorted {
      ($0.key.prefix, $0.key.peer, $0.value.nodes[0], $0.key.attributes)
        < ($1.key.prefix, $1.key.peer, $1.value.nodes[0], $1.key.attributes)
    }
    for (key, entry) in rows {
      table.append([
        StyledText(key.prefix.description), StyledText(key.peer), entry.row.sent,
        StyledText(entry.since.map { Age(from: $0, to: now).description } ?? ""),
        entry.row.session, StyledText(nodes(entry.nodes)), StyledText(key.attributes),
      ])
    }
    return [.lines(header.lines), .table(title: nil, table)]
  }

  private func nodes(_ nodes: [String]) -> String {
    if wide || nodes.count <= 3 { return nodes.joined(separator: ",") }
    return nodes.count == told.nodes.count ? "all \(nodes.count)" : "\(nodes.count) nodes"
  }
}

/// One prefix of one peer.
private struct RouteRow {
  let node: String
  let prefix: IPPrefix
  let peer: PeerRoutes
  let group: RouteGroup

  var sent: StyledText { group.isSent ? StyledText("yes", .good) : StyledText("no", .bad) }

  var session: StyledText {
    StyledText(peer.state.rawValue, peer.state == .established ? .good : .bad)
  }

  /// By prefix, then by peer.
  static func all(of documents: [RoutesDocument]) -> [RouteRow] {
    documents.flatMap { document in
      document.peers.flatMap { peer in
        peer.routes.flatMap { group in
          group.prefixes.map {
            RouteRow(node: document.node, prefix: $0, peer: peer, group: group)
          }
        }
      }
    }.sorted { ($0.prefix, $0.peer.name, $0.node) < ($1.prefix, $1.peer.name, $1.node) }
  }
}

extension RouteGroup {
  fileprivate var withoutNextHops: RouteGroup {
    RouteGroup(
      isSent: isSent, since: since, asPath: asPath, localPreference: localPreference,
      multiExitDiscriminator: multiExitDiscriminator, communities: communities, prefixes: prefixes)
  }
}

extension RoutesDocument {
  /// The prefixes that some peer was told, each once, sorted.
  var sentPrefixes: [String] {
    Set(peers.flatMap { $0.routes.filter(\.isSent).flatMap(\.prefixes) }).sorted()
      .map(\.description)
  }
}
