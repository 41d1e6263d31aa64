import Addresses

/// What `bellman explain` prints: for each address who owns it, a row for each node, and why.
struct ExplainView {
  let document: ExplainDocument
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    var blocks = document.addresses.flatMap(blocks(for:))
    let refused = document.services.filter { $0.reason != nil }
    if !refused.isEmpty { blocks.append(.lines(refused.map(refusal))) }
    if blocks.isEmpty {
      blocks.append(.lines([StyledText("Nothing is known about \(document.subject).")]))
    }
    if !document.services.isEmpty { blocks.append(.lines(document.services.flatMap(inside))) }
    return blocks
  }

  private func blocks(for address: AddressExplanation) -> [TextBlock] {
    let layer2 = sentences(address.nodes.map { ($0.node, $0.layer2.sentence) })
    let bgp = sentences(address.nodes.map { ($0.node, $0.bgp.text(with: $0.note)) })
    var blocks: [TextBlock] = [
      .lines(header(of: address) + claim(of: address)),
      .table(title: nil, nodes(of: address)),
    ]
    if let ranking = RankingNote(nodes: address.nodes).line { blocks.append(.lines([ranking])) }
    if layer2 == bgp {
      blocks.append(titled("Layer 2 and BGP", layer2))
    } else {
      blocks += [titled("Layer 2", layer2), titled("BGP", bgp)]
    }
    if !address.conflicts.isEmpty {
      blocks.append(
        .table(
          title: StyledText("Who else uses the address, as \(document.node) saw it", .bad),
          ConflictTable(conflicts: address.conflicts).table))
    }
    if !address.routes.isEmpty {
      blocks.append(
        .table(
          title: StyledText("What \(document.node) tells its peers", .heading),
          routes(of: address)))
    }
    return blocks
  }

  /// What it comes to, then what the address is.
  private func header(of address: AddressExplanation) -> [StyledText] {
    let policies = document.services.reduce(into: [:]) {
      $0[$1.service] = $1.externalTrafficPolicy
    }
    let services = address.services.map {
      "\($0) (\((policies[$0] ?? address.externalTrafficPolicy).rawValue))"
    }
    let isAnnounced = document.conclusion(of: address).isAnnounced
    return [
      StyledText(address.address.description, .heading) + ": "
        + StyledText(address.conclusion, isAnnounced ? .good : .bad),
      StyledText(
        "  \(services.isEmpty ? "no service" : services.joined(separator: ", ")), "
          + (address.pool.map { "pool \($0)" } ?? "in no pool")
          + " (as \(document.node) sees it)"),
    ]
  }

  /// Who has the address since when and why, and why the explaining node does not answer.
  private func claim(of address: AddressExplanation) -> [StyledText] {
    guard let claim = address.claim else { return [] }
    return ClaimLines(claim: claim, owner: address.owner, node: document.node, now: now).lines
  }

  private func nodes(of address: AddressExplanation) -> Table {
    var columns: [Table.Column] = [
      .whole("NODE"), .number("RANK"), .text("LAYER 2"), .text("BGP"), .number("READY"),
      .number("TERMINATING"), .text("CLIENTS COME"),
    ]
    let hasLoads = address.nodes.contains { $0.addresses != nil }
    if hasLoads { columns.insert(.number("ADDRESSES"), at: 2) }
    if wide {
      columns += [
        .text("FITNESS"), .number("WEIGHT"), .text("LAYER 2 REASON"), .text("BGP REASON"),
      ]
    }
    var table = Table(columns)
    for node in address.nodes {
      var cells: [StyledText] = [
        StyledText(node.node, node.layer2.verdict == .owner ? .good : .plain),
        StyledText(node.rank.map(String.init) ?? ""),
        layer2(node.layer2),
        node.bgp.verdict == .announced && node.node != document.node
          ? "should announce" : bgp(node.bgp),
        StyledText(String(node.readyEndpoints)),
        StyledText(String(node.terminatingEndpoints)), StyledText(node.clients),
      ]
      if hasLoads {
        cells.insert(StyledText(node.addresses.map(String.init) ?? ""), at: 2)
      }
      if wide {
        cells += [
          StyledText(node.fitness ?? ""), StyledText(String(node.weight)),
          StyledText(node.layer2.reason), StyledText(node.bgp.reason),
        ]
      }
      table.append(cells)
    }
    return table
  }

  /// What few routes have gets a column only where one has it.
  private func routes(of address: AddressExplanation) -> Table {
    let routes = address.routes
    let hasPreference = routes.contains { $0.localPreference != nil }
    let hasMED = routes.contains { $0.multiExitDiscriminator != nil }
    let hasPrepend = routes.contains { $0.prependCount != nil }
    let hasWeight = routes.contains { $0.weight != nil }
    let hasNextHop = routes.contains { !$0.nextHops.isEmpty }
    var columns: [Table.Column] = [
      .text("PEER"), .whole("PREFIX"), .text("STATE"),
    ]
    if hasPreference { columns.append(.number("LOCAL PREF")) }
    if hasMED { columns.append(.number("MED")) }
    if hasPrepend { columns.append(.number("PREPEND")) }
    if hasWeight { columns.append(.number("WEIGHT")) }
    if hasNextHop { columns.append(.whole("NEXT HOP")) }
    var table = Table(columns + [.text("COMMUNITIES")])
    for route in routes {
      var cells = [
        StyledText(route.peer), StyledText(route.prefix.description), bgp(route.decision),
      ]
      if hasPreference { cells.append(StyledText(route.localPreference.map(String.init) ?? "")) }
      if hasMED { cells.append(StyledText(route.multiExitDiscriminator.map(String.init) ?? "")) }
      if hasPrepend { cells.append(StyledText(route.prependCount.map { String($0) } ?? "")) }
      if hasWeight { cells.append(StyledText(route.weight.map { String($0) } ?? "")) }
      if hasNextHop { cells.append(StyledText(route.nextHops.joined(separator: ","))) }
      table.append(cells + [StyledText(route.communities.joined(separator: ","))])
    }
    return table
  }

  /// A refusal shows its reason in the table; an assent shows it in `wide` and in the sentences.
  private func layer2(_ decision: ExplainedVerdict<Layer2Verdict>) -> StyledText {
    switch decision.verdict {
    case .owner: StyledText("owner", .good)
    case .candidate: StyledText("candidate")
    case .no: StyledText("no: \(decision.reason)")
    }
  }

  private func bgp(_ decision: ExplainedVerdict<BGPVerdict>) -> StyledText {
    switch decision.verdict {
    case .announced: StyledText("announced", .good)
    case .fit: StyledText("fit: \(decision.reason)", .attention)
    case .no: StyledText("no: \(decision.reason)")
    }
  }

  /// Nodes that share a sentence share a line, in the order of the table.
  private func sentences(_ decisions: [(node: String, sentence: String)]) -> [String] {
    var order: [String] = []
    var nodes: [String: [String]] = [:]
    for (node, sentence) in decisions {
      if nodes[sentence] == nil { order.append(sentence) }
      nodes[sentence, default: []].append(node)
    }
    return order.map { "\((nodes[$0] ?? []).joined(separator: ", ")): \($0)" }
  }

  private func titled(_ title: String, _ lines: [String]) -> TextBlock {
    .lines([StyledText(title, .heading)] + lines.map { StyledText("  \($0)") })
  }

  private func refusal(of service: ServiceExplanation) -> StyledText {
    StyledText(service.service, .heading)
      + StyledText(" (\(service.externalTrafficPolicy.rawValue)): no node announces it: ")
      + StyledText("\(service.sentence ?? "") (\(service.reason ?? ""))", .attention)
  }

  /// What the two policies mean for callers inside the cluster.
  private func inside(_ service: ServiceExplanation) -> [StyledText] {
    let counts = service.endpoints.map { count in
      "\(count.ready) ready and \(count.terminating) terminating \(count.family.rawValue) endpoints"
    }
    return [
      StyledText(
        "\(service.service): "
          + (counts.isEmpty ? "no endpoints" : counts.joined(separator: ", ")) + " in the cluster."),
      StyledText("  \(service.insideCallersOfAddresses)."),
      StyledText("  \(service.insideCallers)."),
    ]
  }
}
