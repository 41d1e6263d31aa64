import Addresses

/// What `bellman status` of a cluster prints: who answered, its addresses, and what is wrong.
struct ClusterView {
  let document: ClusterStatusDocument
  let now: Timestamp
  let wide: Bool

  var blocks: [TextBlock] {
    let header = AnswersHeader(
      server: document.server, speakers: document.speakers, wide: wide)
    var blocks: [TextBlock] = [.lines(header.lines + document.conditions.map(line))]
    blocks.append(
      document.addresses.isEmpty
        ? .lines(["No speaker knows of an address."]) : .table(title: nil, table))
    blocks += ServiceList(services: document.servicesWithoutAddress).blocks
    if wide, !document.speakers.isEmpty { blocks.append(.table(title: nil, speakers)) }
    if !document.problems.isEmpty { blocks.append(problems) }
    return blocks
  }

  private func line(of condition: ClusterCondition) -> StyledText {
    let age = condition.since.map { ", for \(Age(from: $0, to: now))" } ?? ""
    return StyledText(
      "\(condition.sentence)\(age)", condition.kind == .draining ? .attention : .bad)
  }

  private var table: Table {
    var columns: [Table.Column] = [
      .whole("ADDRESS"), .names("SERVICES"), .whole("POLICY"), .text("LAYER 2"), .text("BGP"),
      .text("PEERS"), .text("SINCE"), .text("LAST MOVE"),
    ]
    if wide { columns += [.text("POOL"), .number("EPOCH"), .number("CANDIDATES"), .text("NODES")] }
    var table = Table(columns + [.text("PROBLEMS")])
    for address in document.addresses {
      var cells = [
        StyledText(address.address.description),
        StyledText(address.services.joined(separator: ",")),
        StyledText(address.externalTrafficPolicy.rawValue), layer2(address), bgp(address),
        StyledText(peers(address.bgp)),
        StyledText(address.since.map { Age(from: $0, to: now).description } ?? ""),
        StyledText(address.lastMove.map(moved) ?? ""),
      ]
      if wide {
        cells += [
          StyledText(address.pool ?? ""), StyledText(address.layer2.epoch ?? ""),
          StyledText(address.layer2.candidates > 0 ? String(address.layer2.candidates) : ""),
          StyledText(address.bgp.nodes.joined(separator: ",")),
        ]
      }
      table.append(
        cells + [StyledText(address.problems.joined(separator: "; "), .bad)])
    }
    return table
  }

  private func layer2(_ address: ClusterAddress) -> StyledText {
    let layer2 = address.layer2
    if !layer2.owners.isEmpty {
      return StyledText(
        layer2.owners.joined(separator: ","), layer2.owners.count == 1 ? .good : .bad)
    }
    if !layer2.ownersByHearsay.isEmpty {
      return StyledText("\(layer2.ownersByHearsay.joined(separator: ","))?", .attention)
    }
    return layer2.candidates > 0 ? StyledText("no owner", .bad) : ""
  }

  private func bgp(_ address: ClusterAddress) -> StyledText {
    let nodes = address.bgp.nodes
    if nodes.isEmpty { return "" }
    return StyledText(nodes.count == 1 ? nodes[0] : "\(nodes.count) nodes", .good)
  }

  private func peers(_ bgp: ClusterBGP) -> String {
    bgp.peers.sorted { $0.key < $1.key }.map { peer, count in
      count == bgp.nodes.count ? peer : "\(peer) (\(count))"
    }.joined(separator: ",")
  }

  private func moved(_ move: ClusterMove) -> String {
    "\(Age(from: move.at, to: now)) ago: \(move.what) (\(move.why))"
  }

  private var speakers: Table {
    var table = Table([
      .whole("NODE"), .text("SPEAKER"), .whole("ANSWER"), .number("MS"), .whole("VERSION"),
      .whole("SESSIONS"),
    ])
    for speaker in document.speakers {
      let isGood = !speaker.outcome.isSilence
      table.append([
        StyledText(speaker.node), StyledText(speaker.pod),
        StyledText(speaker.outcome.rawValue, isGood ? .plain : .attention),
        StyledText(String(speaker.milliseconds)), StyledText(speaker.programVersion ?? ""),
        StyledText(speaker.peers.map { "\(speaker.sessions ?? 0) of \($0)" } ?? ""),
      ])
    }
    return table
  }

  /// Each problem once, with the nodes that have it where not all do.
  private var problems: TextBlock {
    let answered = document.speakers.count { $0.outcome == .answered }
    return ProblemList(
      problems: document.problems.map { problem in
        guard problem.nodes.count < answered else { return problem.problem }
        let shown = problem.nodes.prefix(3).joined(separator: ", ")
        let rest = problem.nodes.count > 3 ? " and \(problem.nodes.count - 3) more" : ""
        let own = problem.problem
        return Problem(
          severity: own.severity, file: own.file, line: own.line, object: own.object,
          fieldPath: own.fieldPath, message: "\(own.message) (on \(shown)\(rest))")
      }
    ).block
  }
}
