import Addresses

/// What `bellman explain` of a cluster prints: what it comes to, then every node.
struct ClusterExplainView {
  let document: ClusterExplainDocument
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    var blocks = document.addresses.flatMap(blocks(for:))
    let refused = document.services.filter { $0.reason != nil }
    if !refused.isEmpty {
      blocks.append(
        .lines(
          refused.map { service in
            StyledText(service.service, .heading) + ": no node announces it: "
              + StyledText("\(service.sentence ?? "") (\(service.reason ?? ""))", .attention)
          }))
    }
    if blocks.isEmpty {
      blocks.append(.lines([StyledText("No speaker knows of \(document.subject).")]))
    }
    if !document.services.isEmpty { blocks.append(.lines(document.services.flatMap(inside))) }
    let silent = document.speakers.filter(\.outcome.isSilence)
    if !silent.isEmpty {
      blocks.append(
        .lines(
          [StyledText("Not heard, and shown as others see them:", .attention)]
            + silent.map {
              StyledText("  \($0.node) (\($0.pod)): \($0.detail ?? $0.outcome.rawValue)")
            }))
    }
    let missing = document.speakers.filter { $0.outcome == .missing }.map(\.node)
    if !missing.isEmpty {
      blocks.append(.lines([StyledText("No speaker on: \(missing.joined(separator: ", "))")]))
    }
    return blocks
  }

  private func blocks(for address: ClusterAddressExplanation) -> [TextBlock] {
    let isAnnounced = address.conclusion(document.circumstances).isAnnounced
    var lines = [
      StyledText(address.address.description, .heading) + ": "
        + StyledText(address.conclusion, isAnnounced ? .good : .bad),
      StyledText(
        "  \(address.services.joined(separator: ", ")), externalTrafficPolicy "
          + "\(address.externalTrafficPolicy.rawValue), "
          + (address.pool.map { "pool \($0)" } ?? "in no pool")),
    ]
    if let claim = address.claim, let teller = address.claimToldBy {
      lines += ClaimLines(claim: claim, owner: address.knownOwner, node: teller, now: now).lines
    }
    var blocks: [TextBlock] = [.lines(lines), .table(title: nil, table(of: address))]
    if let ranking = RankingNote(nodes: address.nodes.map(\.decision)).line {
      blocks.append(.lines([ranking]))
    }
    blocks.append(.lines(address.nodes.flatMap(reasons(of:))))
    if !address.conflicts.isEmpty {
      blocks.append(
        .table(
          title: StyledText("Who else uses the address", .bad),
          ConflictTable(conflicts: address.conflicts).table))
    }
    return blocks
  }

  private func table(of address: ClusterAddressExplanation) -> Table {
    let hasLoads = address.nodes.contains { $0.decision.addresses != nil }
    var columns: [Table.Column] = [
      .whole("NODE"), .number("RANK"), .text("LAYER 2"), .text("BGP"), .text("PEERS"),
      .number("READY"), .number("TERMINATING"), .text("CLIENTS COME"),
    ]
    if hasLoads { columns.insert(.number("ADDRESSES"), at: 2) }
    if wide {
      columns += [
        .text("FITNESS"), .number("WEIGHT"), .text("LAYER 2 REASON"), .text("BGP REASON"),
      ]
    }
    var table = Table(columns)
    for node in address.nodes {
      let decision = node.decision
      let told = node.routes.filter { $0.decision.verdict == .announced && $0.obstacle == nil }
      let peers = told.map(\.peer)
      var cells = [
        StyledText(decision.node + (node.isFirstHand ? "" : "?")),
        StyledText(node.rank.map(String.init) ?? ""), layer2(node), bgp(decision.bgp),
        StyledText(Set(peers).sorted().joined(separator: ",")),
        StyledText(String(decision.readyEndpoints)),
        StyledText(String(decision.terminatingEndpoints)), StyledText(node.clients),
      ]
      if hasLoads {
        cells.insert(StyledText(decision.addresses.map(String.init) ?? ""), at: 2)
      }
      if wide {
        cells += [
          StyledText(decision.fitness ?? ""), StyledText(String(decision.weight)),
          StyledText(decision.layer2.reason), StyledText(decision.bgp.reason),
        ]
      }
      table.append(cells)
    }
    return table
  }

  private func layer2(_ node: ClusterNodeExplanation) -> StyledText {
    let decision = node.decision.layer2
    switch decision.verdict {
    case .owner:
      return node.obstacle.map { StyledText("owner, silent: \($0.reason)", .bad) }
        ?? StyledText("owner", .good)
    case .candidate: return "candidate"
    case .no: return StyledText("no: \(decision.reason)")
    }
  }

  private func bgp(_ decision: ExplainedVerdict<BGPVerdict>) -> StyledText {
    switch decision.verdict {
    case .announced: StyledText("announced", .good)
    case .fit: StyledText("fit: \(decision.reason)", .attention)
    case .no: StyledText("no: \(decision.reason)")
    }
  }

  /// Why, by each protocol; once where both say the same.
  private func reasons(of node: ClusterNodeExplanation) -> [StyledText] {
    let (layer2, bgp) = (node.decision.layer2, node.decision.bgp)
    let teller = node.isFirstHand ? "" : " (as \(node.toldBy) sees it)"
    if layer2.sentence == bgp.text(with: node.decision.note) {
      return [StyledText("\(node.decision.node)\(teller): \(layer2.sentence)")]
    }
    return [
      StyledText("\(node.decision.node)\(teller), layer 2: \(layer2.sentence)"),
      StyledText(
        "\(node.decision.node)\(teller), BGP: \(bgp.text(with: node.decision.note))"),
    ]
  }

  /// What the two policies mean for callers inside the cluster.
  private func inside(_ service: ServiceExplanation) -> [StyledText] {
    let counts = service.endpoints.map { count in
      "\(count.ready) ready and \(count.terminating) terminating \(count.family.rawValue) endpoints"
    }
    return [
      StyledText(service.service, .heading)
        + StyledText(": \(counts.isEmpty ? "no endpoints" : counts.joined(separator: ", "))."),
      StyledText("  \(service.insideCallersOfAddresses)."),
      StyledText("  \(service.insideCallers)."),
    ]
  }
}
