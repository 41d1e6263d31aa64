import NIOConcurrencyHelpers

/// Where the tour is told: numbered headings, what is done, what came of it, and whether that was
/// expected.
final class Console: Sendable {
  private struct State {
    var step = 0
    var expectationCount = 0
    var failures: [String] = []
  }

  private let colour: Bool
  private let write: @Sendable (String) -> Void
  private let state = NIOLockedValueBox(State())

  /// The expectations that were not met, in order.
  var failures: [String] { state.withLockedValue(\.failures) }

  /// A console that passes its text to `write`, with ANSI colours if `colour`.
  init(colour: Bool, write: @escaping @Sendable (String) -> Void) {
    self.colour = colour
    self.write = write
  }

  /// Begins the next step.
  func heading(_ title: String) {
    let step = state.withLockedValue { state in
      state.step += 1
      return state.step
    }
    write("\n\(bold("\(step). \(title)"))\n\n")
  }

  /// A sentence or two.
  func say(_ text: String) { write("\(text)\n") }

  /// A command as it would be typed on `machine`, and what it printed.
  func show(_ machine: String, _ command: String, _ output: String) {
    write("  \(bold("\(machine)$")) \(command)\n")
    if !output.trimmed.isEmpty { write(output.indented(by: "    ") + "\n") }
  }

  /// Notes whether what was expected came true; a failure carries what was found instead.
  func expect(_ what: String, _ isTrue: Bool, found: @autoclosure () -> String = "") {
    state.withLockedValue { $0.expectationCount += 1 }
    if isTrue {
      write("  \(paint("✓", "32")) \(what)\n")
    } else {
      let detail = found()
      let text = detail.isEmpty ? what : "\(what); found: \(detail)"
      state.withLockedValue { $0.failures.append(text) }
      write("  \(paint("✗", "31")) \(text)\n")
    }
  }

  /// Notes that `body` came to its end, or why not.
  @discardableResult
  func expect(_ what: String, _ body: () async throws -> Void) async throws -> Bool {
    do {
      try await body()
      expect(what, true)
      return true
    } catch let error as LabError {
      expect(what, false, found: error.description)
      return false
    }
  }

  /// The closing lines.
  func summary() {
    let (expectationCount, failures) = state.withLockedValue { ($0.expectationCount, $0.failures) }
    write("\n")
    if failures.isEmpty {
      write("\(paint("✓", "32")) all \(expectationCount) expectations came true\n")
    } else {
      write(
        "\(paint("✗", "31")) \(failures.count) of \(expectationCount) expectations did not come "
          + "true:\n")
      for failure in failures { write("  - \(failure)\n") }
    }
  }

  private func bold(_ text: String) -> String { paint(text, "1") }

  private func paint(_ text: String, _ code: String) -> String {
    colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
