import Addresses

/// What `bellman plan --against` prints: for each address that changes, what does.
struct PlanDifferenceView {
  let document: PlanDifference

  var blocks: [TextBlock] {
    var blocks: [TextBlock] = [.lines([header] + caution)]
    blocks += document.changes.map(lines)
    if !document.newProblems.isEmpty {
      blocks.append(.lines([StyledText("New with \(document.after):", .heading)]))
      blocks.append(ProblemList(problems: document.newProblems).block)
    }
    return blocks
  }

  private var header: StyledText {
    let counts = PlannedChange.Kind.allCases.compactMap { kind in
      let count = document.changes.count { $0.kind == kind }
      return count == 0 ? nil : "\(count) \(Self.word(kind, count))"
    }
    let summary = counts.isEmpty ? "no address changes" : counts.joined(separator: ", ")
    return StyledText("\(document.before) -> \(document.after)", .heading)
      + StyledText(": \(summary), \(document.unchanged) unchanged")
  }

  private var caution: [StyledText] {
    let count = document.errorsBefore
    guard count > 0 else { return [] }
    return [
      StyledText(
        "\(document.before) has \(count) \(count == 1 ? "error" : "errors"): what is in error is not "
          + "read, so that more may differ here than does", .attention)
    ]
  }

  private static func word(_ kind: PlannedChange.Kind, _ count: Int) -> String {
    switch kind {
    case .appears: count == 1 ? "appears" : "appear"
    case .goes: count == 1 ? "goes" : "go"
    case .moves: count == 1 ? "moves" : "move"
    case .changes: count == 1 ? "changes otherwise" : "change otherwise"
    }
  }

  private func lines(of change: PlannedChange) -> TextBlock {
    let (mark, style): (String, StyledText.Style) =
      switch change.kind {
      case .appears: ("+", .good)
      case .goes: ("-", .bad)
      case .moves, .changes: ("~", .attention)
      }
    let services = change.services.joined(separator: ", ")
    var lines = [
      StyledText("\(mark) \(change.address) \(change.kind.rawValue)", style)
        + StyledText(services.isEmpty ? "" : " (\(services))")
    ]
    for detail in change.details {
      switch (detail.before, detail.after) {
      case (let before?, let after?):
        lines.append(StyledText("    \(detail.what): \(before) -> \(after)"))
      case (nil, let after?): lines.append(StyledText("  + \(detail.what): \(after)", .good))
      case (let before?, nil): lines.append(StyledText("  - \(detail.what): \(before)", .bad))
      case (nil, nil): break
      }
    }
    return .lines(lines)
  }
}
