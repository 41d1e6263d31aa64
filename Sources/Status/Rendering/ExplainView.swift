import Addresses

/// What `bellman explain` prints: for each address who owns it, a row for each node, and why.
struct ExplainView {
  let document: ExplainDocument
  let wide: Bool

  var blocks: [TextBlock] {
    var blocks = document.addresses.flatMap(blocks(for:))
    let addressless = document.services.filter { $0.reason != nil }
    if !addressless.isEmpty { blocks.append(.lines(addressless.flatMap(withoutAddress))) }
    if blocks.isEmpty {
      blocks.append(.lines([StyledText("Nothing is known about \(document.subject).")]))
    }
    if !document.services.isEmpty { blocks.append(.lines(insideCallers)) }
    return blocks
  }

  private func blocks(for address: AddressExplanation) -> [TextBlock] {
    var blocks: [TextBlock] = [
      .lines([header(of: address)]),
      .table(title: nil, table(of: address)),
    ]
    blocks.append(
      sentences("Layer 2", address.nodes.map { ($0.node, $0.layer2.sentence) }))
    blocks.append(sentences("BGP", address.nodes.map { ($0.node, $0.bgp.sentence) }))
    let unplaced = address.endpointsWithoutNode.filter { $0.ready + $0.terminating > 0 }
    if !unplaced.isEmpty {
      blocks.append(
        .lines(
          unplaced.map {
            StyledText(
              "Endpoints of \($0.service) that name no node: \(Self.text(of: $0)). "
                + "They count under Cluster only.")
          }))
    }
    return blocks
  }

  private func header(of address: AddressExplanation) -> StyledText {
    let policies = document.services.reduce(into: [:]) {
      $0[$1.service] = $1.externalTrafficPolicy
    }
    let services = address.services.map {
      "\($0) (\((policies[$0] ?? address.externalTrafficPolicy).rawValue))"
    }
    let owner =
      address.owner.map { StyledText("owner \($0)", .good) }
      ?? StyledText("no owner", .attention)
    return StyledText(address.address.description, .heading)
      + StyledText(": \(services.joined(separator: ", ")), ")
      + StyledText(address.pool.map { "pool \($0)" } ?? "in no pool") + ", " + owner
      + StyledText(" (as \(document.node) sees it)")
  }

  private func table(of address: AddressExplanation) -> Table {
    let severalServices = address.services.count > 1
    var columns: [Table.Column] = [
      .whole("NODE"), .number("RANK"), .text("LAYER 2"), .text("BGP"),
    ]
    columns += severalServices ? address.services.map { .text($0) } : [.text("ENDPOINTS")]
    if wide { columns += [.text("LAYER 2 REASON"), .text("BGP REASON")] }
    var table = Table(columns)
    for node in address.nodes {
      var cells: [StyledText] = [
        StyledText(node.node, node.layer2.verdict == .owner ? .good : .plain),
        StyledText(node.rank.map(String.init) ?? ""),
        Self.layer2(node.layer2),
        Self.bgp(node.bgp),
      ]
      cells +=
        address.services.isEmpty
        ? [""]
        : address.services.map { service in
          StyledText(node.endpoints.first { $0.service == service }.map(Self.text(of:)) ?? "")
        }
      if wide { cells += [StyledText(node.layer2.reason), StyledText(node.bgp.reason)] }
      table.append(cells)
    }
    return table
  }

  /// A refusal shows its reason in the table; an assent shows it in `wide` and in the sentences.
  private static func layer2(_ decision: Decision<Layer2Verdict>) -> StyledText {
    switch decision.verdict {
    case .owner: StyledText("owner", .good)
    case .candidate: StyledText("candidate")
    case .no: StyledText("no: \(decision.reason)")
    }
  }

  private static func bgp(_ decision: Decision<BGPVerdict>) -> StyledText {
    switch decision.verdict {
    case .announced where decision.reason == BGPStatus.noSessionToPeer:
      StyledText("not sent: \(decision.reason)", .attention)
    case .announced: StyledText("announced", .good)
    case .no: StyledText("no: \(decision.reason)")
    }
  }

  private static func text(of endpoints: EndpointCount) -> String {
    let parts = [
      endpoints.ready > 0 ? "\(endpoints.ready) ready" : nil,
      endpoints.terminating > 0 ? "\(endpoints.terminating) terminating" : nil,
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }

  /// Nodes that share a sentence share a line, in the order of the table.
  private func sentences(_ title: String, _ decisions: [(node: String, sentence: String)])
    -> TextBlock
  {
    var order: [String] = []
    var nodes: [String: [String]] = [:]
    for (node, sentence) in decisions {
      if nodes[sentence] == nil { order.append(sentence) }
      nodes[sentence, default: []].append(node)
    }
    let lines = order.map { sentence in
      StyledText("  \((nodes[sentence] ?? []).joined(separator: ", ")): \(sentence)")
    }
    return .lines([StyledText(title, .heading)] + lines)
  }

  private func withoutAddress(_ service: ServiceExplanation) -> [StyledText] {
    [
      StyledText(service.service, .heading)
        + StyledText(" (\(service.externalTrafficPolicy.rawValue)): no address to announce: ")
        + StyledText(service.reason ?? "", .attention),
      StyledText("  \(service.sentence ?? "")"),
    ]
  }

  private var insideCallers: [StyledText] {
    let several = document.services.count > 1
    return document.services.map { service in
      StyledText((several ? "\(service.service): " : "") + service.insideCallers)
    }
  }
}
