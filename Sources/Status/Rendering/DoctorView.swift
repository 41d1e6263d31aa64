/// What `bellman doctor` prints: each finding with what was seen, why it matters and the remedy.
struct DoctorView {
  let document: DoctorDocument

  var blocks: [TextBlock] {
    [.lines([header])] + document.findings.map { .lines(lines(of: $0)) }
      + FindingsText.omissions(document.omissions)
  }

  private var header: StyledText {
    StyledText(document.node, .heading) + StyledText(": ")
      + FindingsText.counts(document.findings.map(\.severity))
  }

  private func lines(of finding: DoctorFinding) -> [StyledText] {
    let remedy = finding.remedy.split(separator: "\n", omittingEmptySubsequences: false)
    return [
      FindingsText.title(finding.severity, finding.kind.rawValue, finding.subject),
      StyledText("  \(finding.seen)"),
      StyledText("  \(finding.why)"),
      StyledText("  Remedy:"),
    ] + remedy.map { StyledText("    \($0)") } + [StyledText("  \(finding.link)")]
  }
}
