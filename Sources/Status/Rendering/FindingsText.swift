/// What the findings of `bellman advise` and `bellman doctor` have in common on the page.
enum FindingsText {
  /// How many there are of each severity.
  static func counts(_ severities: [Finding.Severity]) -> StyledText {
    let counts = Finding.Severity.allCases.compactMap { severity in
      let count = severities.count { $0 == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return counts.isEmpty
      ? StyledText("nothing found", .good) : StyledText(counts.joined(separator: ", "))
  }

  /// The first line of a finding.
  static func title(_ severity: Finding.Severity, _ kind: String, _ subject: String?) -> StyledText
  {
    let style: StyledText.Style =
      switch severity {
      case .error: .bad
      case .warning: .attention
      case .note: .plain
      }
    return StyledText(severity.rawValue, style) + StyledText(": \(kind)", .heading)
      + StyledText(subject.map { ": \($0)" } ?? "")
  }

  /// What was not looked at, if anything.
  static func omissions(_ omissions: [String]) -> [TextBlock] {
    guard !omissions.isEmpty else { return [] }
    return [
      .lines(
        [StyledText("Not looked at", .heading)] + omissions.map { StyledText("  \($0)") })
    ]
  }
}
