/// What is wrong with the configuration, under its count.
struct ProblemList {
  let problems: [Problem]

  var block: TextBlock {
    let errors = problems.count { $0.severity == .error }
    let warnings = problems.count - errors
    let counts = [Self.counted(errors, "error"), Self.counted(warnings, "warning")]
    let title = "Problems: " + counts.compactMap(\.self).joined(separator: ", ")
    return .lines([StyledText(title, errors > 0 ? .bad : .attention)] + problems.map(line))
  }

  /// One line; it is never cut, since a message without its end is no help.
  private func line(of problem: Problem) -> StyledText {
    let whereItIs = [problem.place, problem.object, problem.fieldPath].compactMap(\.self)
    let severity = StyledText(
      "  \(problem.severity.rawValue)", problem.severity == .error ? .bad : .attention)
    return severity + StyledText(": " + (whereItIs + [problem.message]).joined(separator: ": "))
  }

  private static func counted(_ number: Int, _ noun: String) -> String? {
    number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
