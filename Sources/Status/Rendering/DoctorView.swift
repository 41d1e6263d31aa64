/// What `bellman doctor` prints: each finding with what was seen, why it matters and the remedy.
struct DoctorView {
  let document: DoctorDocument

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
    return StyledText(document.node, .heading) + StyledText(": ")
      + (counts.isEmpty
        ? StyledText("nothing found", .good) : StyledText(counts.joined(separator: ", ")))
  }

  private func lines(of finding: DoctorFinding) -> [StyledText] {
    let style: StyledText.Style =
      switch finding.severity {
      case .error: .bad
      case .warning: .attention
      case .note: .plain
      }
    let remedy = finding.remedy.split(separator: "\n", omittingEmptySubsequences: false)
    return [
      StyledText(finding.severity.rawValue, style)
        + StyledText(": \(finding.kind.rawValue)", .heading)
        + StyledText(finding.subject.map { ": \($0)" } ?? ""),
      StyledText("  \(finding.seen)"),
      StyledText("  \(finding.why)"),
      StyledText("  Remedy:"),
    ] + remedy.map { StyledText("    \($0)") } + [StyledText("  \(finding.link)")]
  }
}
