import Addresses

/// What `bellman status` prints: the speaker, its addresses, and what is wrong.
struct AddressesView {
  let document: StatusDocument
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    var blocks: [TextBlock] = [.lines(header), addresses]
    blocks += ServiceList(services: document.servicesWithoutAddress).blocks
    if wide {
      if !document.interfaces.isEmpty { blocks.append(interfaces) }
      let counters = document.counters.filter { $0.value > 0 }
      if !counters.isEmpty { blocks.append(table(of: counters)) }
    }
    if let election = document.election, !election.disagreements.isEmpty {
      blocks.append(DisagreementList(disagreements: election.disagreements).block)
    }
    if !document.problems.isEmpty {
      blocks.append(ProblemList(problems: document.problems).block)
    }
    return blocks
  }

  private var header: [StyledText] {
    let age = Age(from: document.startedAt, to: now)
    var lines: [StyledText] = [
      StyledText(document.node, .heading)
        + StyledText(
          ": bellman \(document.programVersion), pid \(document.pid), running for \(age)"),
      StyledText(
        "\(document.source.isCluster ? "cluster" : "manifests"): \(document.source.directory) (\(objects))"
      )
        + (document.source.objectsAsOf.map {
          StyledText(" of \(Age(from: $0, to: now)) ago, read from disk", .attention)
        } ?? StyledText(""))
        + (document.source.complete
          ? "" : StyledText(", incomplete: see the problems below", .attention)),
    ]
    if !document.peers.isEmpty { lines.append(peers) }
    if !document.interfaces.isEmpty {
      let names = document.interfaces.filter(\.takesPart).map(\.name)
      lines.append(
        names.isEmpty
          ? StyledText("layer 2: no interface takes part", .attention)
          : StyledText("layer 2: \(names.joined(separator: ", "))"))
    }
    if let election = document.election { lines.append(ElectionLine(election: election).line) }
    if let drain = document.drain { lines.append(DrainView.summary(of: drain, now: now)) }
    return lines
  }

  private var objects: String {
    let counts = document.source.objects.sorted { $0.key < $1.key }
    if counts.isEmpty { return "no objects" }
    return counts.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  private var peers: StyledText {
    let down = document.peers.filter { $0.state != .established }
    let summary = StyledText(
      "peers: \(document.peers.count - down.count) of \(document.peers.count) established")
    if down.isEmpty { return summary }
    let names = down.map { "\($0.name) \($0.state.rawValue)" }.joined(separator: ", ")
    return summary + StyledText(" (\(names))", .bad)
  }

  private var addresses: TextBlock {
    guard !document.addresses.isEmpty else {
      return .lines([
        StyledText(
          "No addresses: no Service of type LoadBalancer has an ingress address in "
            + "\(document.source.directory).")
      ])
    }
    var columns: [Table.Column] = [
      .whole("ADDRESS"), .names("SERVICES"), .whole("POLICY"), .text("LAYER 2"), .text("BGP"),
    ]
    columns += wide ? [.whole("LAYER 2 SINCE"), .whole("BGP SINCE")] : [.whole("SINCE")]
    let hasClaims = document.addresses.contains { $0.layer2.claim != nil }
    if wide {
      if hasClaims { columns += [.number("EPOCH"), .text("LAST MOVE")] }
      columns += [
        .text("POOL"), .text("INTERFACES"), .text("PEERS"), .text("PREFIXES"), .text("LAST CHANGE"),
      ]
    }
    var table = Table(columns)
    for address in document.addresses {
      var cells: [StyledText] = [
        StyledText(address.address.description),
        StyledText(address.services.joined(separator: ",")),
        StyledText(address.externalTrafficPolicy.rawValue),
        layer2(address.layer2) + conflict(address.layer2),
        bgp(address.bgp),
      ]
      let times = wide ? [address.layer2.since, address.bgp.since] : [address.since]
      cells += times.map { StyledText($0.map { Age(from: $0, to: now).description } ?? "") }
      if wide {
        if hasClaims {
          let claim = address.layer2.claim
          cells += [
            StyledText(claim?.epochText ?? ""), StyledText(claim?.lastMove.map(moved) ?? ""),
          ]
        }
        cells += [
          StyledText(address.pool ?? ""),
          StyledText(address.layer2.interfaces.joined(separator: ",")),
          StyledText(address.bgp.peers.joined(separator: ",")),
          StyledText(address.bgp.prefixes.map(\.description).joined(separator: ",")),
          StyledText(address.lastChange.map(changed) ?? ""),
        ]
      }
      table.append(cells)
    }
    return .table(title: nil, table)
  }

  private func layer2(_ status: Layer2Status) -> StyledText {
    switch status.verdict {
    case .owner: owner(status)
    case .candidate:
      StyledText("candidate")
        + (status.owner.map { StyledText(", \($0) owns") } ?? waits(status))
    case .no: StyledText("no: \(status.reason)")
    }
  }

  /// An owner that may not answer, or is about to have been it, is none to rely on.
  private func owner(_ status: Layer2Status) -> StyledText {
    if let obstacle = status.claim?.obstacle {
      return StyledText("owner, silent: \(obstacle.reason)", .bad)
    }
    return status.reason == "owner" || status.claim?.activity != "handingOver"
      ? StyledText("owner", .good)
      : StyledText("hands over: \(status.reason)", .attention)
  }

  private func waits(_ status: Layer2Status) -> StyledText {
    status.claim?.obstacle.map { StyledText(", \($0.reason)", .attention) } ?? ""
  }

  private func moved(_ move: MoveStatus) -> String {
    "\(Age(from: move.at, to: now)) ago: \(move.from ?? "nobody") to \(move.to ?? "nobody") "
      + "(\(move.sentence))"
  }

  private func conflict(_ status: Layer2Status) -> StyledText {
    let others = status.conflicts.filter { $0.claims > 0 }
    if others.isEmpty { return "" }
    let isYielded = others.contains(where: \.yielded)
    return StyledText(
      ", \(isYielded ? "yields to" : "conflict with") "
        + Set(others.map(\.mac.description)).sorted().joined(separator: ", "), .bad)
  }

  private func bgp(_ status: BGPStatus) -> StyledText {
    switch status.verdict {
    case .announced:
      StyledText(
        "to \(status.peers.count) \(status.peers.count == 1 ? "peer" : "peers")",
        status.peers.isEmpty ? .attention : .good)
    case .fit: StyledText("fit: \(status.reason)", .attention)
    case .no: StyledText("no: \(status.reason)")
    }
  }

  private func changed(_ change: AddressChange) -> String {
    "\(Age(from: change.at, to: now)) ago: \(change.what) (\(change.why))"
  }

  private var interfaces: TextBlock {
    var table = Table([
      .whole("INTERFACE"), .whole("MAC"), .whole("LINK"), .text("TAKES PART"), .number("REQUESTS"),
      .number("REPLIES"), .number("GRATUITOUS"), .number("DROPPED"),
    ])
    for interface in document.interfaces {
      let counters = interface.counters
      table.append([
        StyledText(interface.name), StyledText(interface.mac?.description ?? ""),
        interface.up ? "up" : StyledText("down", .bad),
        StyledText("\(interface.takesPart ? "yes" : "no"): \(interface.reason)"),
        StyledText(String(counters.requestsReceived)), StyledText(String(counters.repliesSent)),
        StyledText(String(counters.gratuitousSent)), StyledText(String(counters.dropped)),
      ])
    }
    return .table(title: nil, table)
  }

  private func table(of counters: [String: UInt64]) -> TextBlock {
    var table = Table([.whole("COUNTER"), .number("VALUE")])
    for (name, value) in counters.sorted(by: { $0.key < $1.key }) {
      table.append([StyledText(name), StyledText(String(value))])
    }
    return .table(title: nil, table)
  }
}
