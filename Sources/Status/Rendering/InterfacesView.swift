import Addresses

/// What `bellman status interfaces` prints: what the speaker found, and what it does on each.
struct InterfacesView {
  let document: InterfacesDocument
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    guard !document.interfaces.isEmpty else {
      return [.lines(["The speaker of \(document.node) has not found an interface yet."])]
    }
    let rows = InterfaceRows(wide: wide)
    var table = Table(rows.columns)
    for interface in document.interfaces { table.append(rows.cells(of: interface)) }
    let conflicts = document.interfaces.flatMap { interface in
      interface.conflicts.map { ("\(interface.name)", $0) }
    }
    return [.table(title: nil, table)] + InterfaceRows.conflicts(conflicts, now: now)
  }
}

/// The same of all nodes of a cluster.
struct ClusterInterfacesView {
  let told: ClusterDocument<InterfacesDocument>
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    let header = AnswersHeader(server: told.server, speakers: told.speakers, wide: wide)
    let rows = InterfaceRows(wide: wide)
    var table = Table([.text("NODE")] + rows.columns)
    var conflicts: [(String, InterfaceConflict)] = []
    for node in told.nodes {
      for interface in node.interfaces {
        // Those of pods are many, and say the same on each node.
        guard wide || interface.isUsed || interface.up && interface.kind != "veth" else { continue }
        table.append([StyledText(node.node)] + rows.cells(of: interface))
        conflicts += interface.conflicts.map { ("\(node.node) \(interface.name)", $0) }
      }
    }
    return [.lines(header.lines), .table(title: nil, table)]
      + InterfaceRows.conflicts(conflicts, now: now)
  }
}

/// What is shown of an interface, in the order of the columns.
struct InterfaceRows {
  let wide: Bool

  var columns: [Table.Column] {
    var columns: [Table.Column] = [
      .whole("INTERFACE"), .whole("LINK"), .text("USED FOR"), .number("ANNOUNCES"),
      .number("GRATUITOUS"), .number("CONFLICTS"), .whole("MAC"), .text("ADDRESSES"),
      .text("LAYER 2"),
    ]
    if wide {
      columns += [
        .text("KIND"), .number("MTU"), .number("REQUESTS"), .number("REPLIES"), .number("DROPPED"),
        .text("ANNOUNCED"),
      ]
    }
    return columns
  }

  func cells(of interface: InterfaceUse) -> [StyledText] {
    let counters = interface.counters
    let conflicts = interface.conflicts.count
    let cells = [
      StyledText(interface.name), interface.up ? "up" : StyledText("down", .bad),
      StyledText(interface.uses.joined(separator: ", "), interface.isUsed ? .good : .plain),
      StyledText(interface.takesPart ? String(interface.announced.count) : ""),
      StyledText(interface.takesPart ? String(counters.gratuitousSent) : ""),
      StyledText(interface.takesPart ? String(conflicts) : "", conflicts > 0 ? .bad : .plain),
      StyledText(interface.mac?.description ?? ""),
      StyledText(interface.addresses.joined(separator: ",")), StyledText(interface.reason),
    ]
    guard wide else { return cells }
    return cells + [
      StyledText(interface.kind ?? ""), StyledText(interface.mtu.map(String.init) ?? ""),
      StyledText(String(counters.requestsReceived)), StyledText(String(counters.repliesSent)),
      StyledText(String(counters.dropped)),
      StyledText(interface.announced.map(\.description).joined(separator: ",")),
    ]
  }

  /// Who else uses our addresses, and where.
  static func conflicts(
    _ conflicts: [(place: String, conflict: InterfaceConflict)], now: Timestamp
  ) -> [TextBlock] {
    guard !conflicts.isEmpty else { return [] }
    var table = Table([
      .whole("ADDRESS"), .whole("MAC"), .text("WHERE"), .number("CLAIMS"), .whole("LAST SEEN"),
    ])
    for (place, found) in conflicts {
      table.append([
        StyledText(found.address.description), StyledText(found.conflict.mac.description, .bad),
        StyledText(place), StyledText(String(found.conflict.claims)),
        StyledText("\(Age(from: found.conflict.lastSeen, to: now)) ago"),
      ])
    }
    return [
      .table(title: StyledText("Somebody else uses our addresses", .bad), table)
    ]
  }
}

extension InterfaceUse {
  /// What the speaker does on it.
  fileprivate var uses: [String] {
    (takesPart ? ["layer 2"] : []) + (peers.isEmpty ? [] : ["BGP: \(peers.joined(separator: " "))"])
  }

  fileprivate var isUsed: Bool { takesPart || !peers.isEmpty }
}
