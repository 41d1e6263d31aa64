/// What `bellman advise` prints: each finding with its reason, its remedy and where to read on.
struct AdviceView {
  let document: AdviceDocument

  var blocks: [TextBlock] {
    [.lines([header])] + document.findings.map { .lines(lines(of: $0)) }
      + FindingsText.omissions(document.omissions)
  }

  private var header: StyledText {
    StyledText(document.source, .heading)
      + StyledText(": \(document.services) LoadBalancer services, ")
      + FindingsText.counts(document.findings.map(\.severity))
  }

  private func lines(of finding: Finding) -> [StyledText] {
    [
      FindingsText.title(finding.severity, finding.kind.rawValue, finding.object),
      StyledText("  \(finding.reason)"),
      StyledText("  Remedy: \(finding.remedy)"),
      StyledText("  \(finding.link)"),
    ]
  }
}
