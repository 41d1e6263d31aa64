/// What `bellman advise` prints: each finding with its reason, its remedy and where to read on.
struct AdviceView {
  let document: AdviceDocument

  var blocks: [TextBlock] {
    var blocks: [TextBlock] = [.lines([header])]
    blocks += document.findings.map { .lines(lines(of: $0)) }
    if !document.omissions.isEmpty {
      blocks.append(
        .lines(
          [StyledText("Not looked at", .heading)]
            + document.omissions.map { StyledText("  \($0)") }))
    }
    return blocks
  }

  private var header: StyledText {
    let counts = Finding.Severity.allCases.compactMap { severity in
      let count = document.findings.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return StyledText(document.source, .heading)
      + StyledText(": \(document.services) LoadBalancer services, ")
      + (counts.isEmpty
        ? StyledText("nothing found", .good) : StyledText(counts.joined(separator: ", ")))
  }

  private func lines(of finding: Finding) -> [StyledText] {
    let style: StyledText.Style =
      switch finding.severity {
      case .error: .bad
      case .warning: .attention
      case .note: .plain
      }
    return [
      StyledText(finding.severity.rawValue, style)
        + StyledText(": \(finding.kind.rawValue)", .heading)
        + StyledText(finding.object.map { ": \($0)" } ?? ""),
      StyledText("  \(finding.reason)"),
      StyledText("  Remedy: \(finding.remedy)"),
      StyledText("  \(finding.link)"),
    ]
  }
}
