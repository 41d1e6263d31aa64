import Addresses

/// What `bellman plan` prints: a row for each address; with `wide`, or of one address, why not too.
struct PlanView {
  let document: PlanDocument
  let wide: Bool

  var blocks: [TextBlock] {
    var blocks: [TextBlock] = [.lines([header])]
    if document.addresses.isEmpty {
      blocks.append(.lines(["No service has an address."]))
    } else {
      blocks.append(.table(title: nil, table))
      if wide { blocks += document.addresses.map(details) }
    }
    blocks += ServiceList(services: document.servicesWithoutAddress).blocks
    if !document.problems.isEmpty { blocks.append(ProblemList(problems: document.problems).block) }
    return blocks
  }

  private var header: StyledText {
    let idle = document.addresses.count { !$0.isAnnounced }
    return StyledText(document.source, .heading)
      + StyledText(
        ": \(Self.counted(document.addresses.count, "address", "addresses")), "
          + "\(Self.counted(document.nodes.count, "node", "nodes")); what would be "
          + "announced with all speakers and sessions up")
      + (idle > 0 ? StyledText("; \(idle) would be announced by nobody", .attention) : "")
  }

  private static func counted(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }

  private var table: Table {
    var table = Table([
      .whole("ADDRESS"), .names("SERVICES"), .whole("POLICY"), .text("LAYER 2"), .text("BGP"),
      .text("PEERS"), .text("WHY NOT"),
    ])
    for address in document.addresses {
      table.append([
        StyledText(address.address.description),
        StyledText(address.services.joined(separator: ",")),
        StyledText(address.externalTrafficPolicy.rawValue), layer2(address), bgp(address),
        StyledText(address.peers.joined(separator: ",")), StyledText(refusals(address)),
      ])
    }
    return table
  }

  private func layer2(_ address: PlannedAddress) -> StyledText {
    guard let first = address.candidates.first else {
      return address.isAnnounced ? "" : StyledText("nobody", .attention)
    }
    let others = address.candidates.dropFirst().map(\.node)
    if others.isEmpty { return StyledText(first.node, .good) + " alone" }
    let shown = others.prefix(2).joined(separator: ", ")
    let rest = others.count > 2 ? " and \(others.count - 2) more" : ""
    return StyledText(first.node, .good) + StyledText(", then \(shown)\(rest)")
  }

  private func bgp(_ address: PlannedAddress) -> StyledText {
    let nodes = address.bgpNodes
    guard !nodes.isEmpty else {
      return address.isAnnounced ? "" : StyledText("nobody", .attention)
    }
    if nodes.count == document.nodes.count {
      return StyledText(nodes.count == 1 ? "the only node" : "all \(nodes.count) nodes", .good)
    }
    return StyledText(
      nodes.count <= 3
        ? nodes.joined(separator: ", ") : "\(nodes.count) of \(document.nodes.count) nodes", .good)
  }

  /// The reasons of the nodes that would not, each once; what concerns a protocol that nobody asked
  /// for is left out where the other announces.
  private func refusals(_ address: PlannedAddress) -> String {
    var nodes: [String: Int] = [:]
    var order: [String] = []
    for refusal in address.refusals {
      let isUnused =
        refusal.protocol == .layer2 ? address.candidates.isEmpty : address.routes.isEmpty
      if address.isAnnounced, isUnused { continue }
      if nodes[refusal.reason] == nil { order.append(refusal.reason) }
      nodes[refusal.reason] = max(nodes[refusal.reason] ?? 0, refusal.nodes.count)
    }
    return order.map { reason in
      let count = nodes[reason] ?? 0
      return count == document.nodes.count ? reason : "\(reason) (\(count))"
    }.joined(separator: ", ")
  }

  private func details(_ address: PlannedAddress) -> TextBlock {
    var lines = [
      StyledText(address.address.description, .heading)
        + StyledText(": \(address.services.joined(separator: ", ")), ")
        + StyledText(address.pool.map { "pool \($0)" } ?? "in no pool")
    ]
    for (place, candidate) in address.candidates.enumerated() {
      let weight = candidate.weight > 0 ? ", weight \(candidate.weight)" : ""
      let interfaces = candidate.interfaces?.joined(separator: ", ") ?? "all interfaces"
      lines.append(
        StyledText(
          "  layer 2, \(place + 1): \(candidate.node) on \(interfaces) (\(candidate.fitness)"
            + "\(weight), "
            + "\(Self.counted(candidate.readyEndpoints, "ready endpoint", "ready endpoints")))"))
    }
    for route in address.routes {
      let weight = route.weight.map { ["weight \($0)"] } ?? []
      let attributes = (route.attributes + weight).map { "; \($0)" }.joined()
      lines.append(
        StyledText(
          "  BGP: \(route.prefix) to \(route.peer) from \(route.nodes.joined(separator: ", "))"
            + attributes))
    }
    for refusal in address.refusals {
      let name = refusal.protocol == .layer2 ? "layer 2" : "BGP"
      lines.append(
        StyledText("  not by \(name): ")
          + StyledText(refusal.reason, .attention)
          + StyledText(" on \(refusal.nodes.joined(separator: ", ")): \(refusal.sentence)"))
    }
    return .lines(lines)
  }
}
