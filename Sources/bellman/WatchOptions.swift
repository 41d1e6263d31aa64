import ArgumentParser
import NIOCore
import Speaker
import Status

/// Showing something again and again.
struct WatchOptions: ParsableArguments {
  @Flag(
    name: [.customShort("w"), .long],
    help: ArgumentHelp(
      "Go on showing it until Ctrl-C: on a terminal in place, with changes reversed; elsewhere each "
        + "change as a new block."))
  var watch = false

  @Option(
    help: ArgumentHelp("How often --watch asks, from 200ms, such as 2s.", valueName: "time"))
  var interval = TimeArgument(amount: .seconds(2))

  func validate() throws {
    guard interval.amount >= .milliseconds(200), interval.amount <= .hours(1) else {
      throw ValidationError("--interval is \(interval); give 200ms to 1h")
    }
  }

  /// Shows what `text` makes: once, or until Ctrl-C.
  ///
  /// - Returns: what the last text came to.
  func show(_ text: @escaping @Sendable () async throws -> Shown) async throws -> ExitStatus {
    guard watch else {
      let shown = try await text()
      Terminal.write(shown.text)
      return shown.status
    }
    let watcher = Watcher(interval: interval)
    try await Interruption.run { try await watcher.run(text) }
    return .success
  }

  /// A text to be shown, and what it comes to.
  struct Shown: Sendable {
    let text: String
    var status = ExitStatus.success

    init(_ text: String, isComplete: Bool = true) {
      self.text = text
      status = isComplete ? .success : .partial
    }
  }
}

/// Draws a text again and again.
private struct Watcher: Sendable {
  let interval: TimeArgument

  /// Runs until the task is cancelled; throws where the first text cannot be made.
  func run(_ text: @escaping @Sendable () async throws -> WatchOptions.Shown) async throws {
    var screen = Screen()
    var isFirst = true
    var trouble: String?
    while !Task.isCancelled {
      do {
        let shown = try await text()
        if Task.isCancelled { break }
        if Terminal.isPresent {
          draw(screen.next(shown.text), "every \(interval), last at \(Timestamp.now)", isFirst)
        } else if screen.isChange(shown.text) {
          Terminal.write((isFirst ? "" : "\n") + "\(Timestamp.now)\n" + shown.text)
          _ = screen.next(shown.text)
        }
        trouble = nil
        isFirst = false
      } catch let failure as CommandFailure where !isFirst {
        // Who watches a restart wants to see its end.
        if Terminal.isPresent {
          Terminal.write("\u{1B}[H\u{1B}[K\(failure.description.prefix { $0 != "\n" })")
        } else if trouble != failure.description {
          Terminal.note("\(Timestamp.now): \(failure)\n")
        }
        trouble = failure.description
      } catch {
        if Task.isCancelled { break }
        throw error
      }
      try? await Task.sleep(for: .nanoseconds(interval.amount.nanoseconds))
    }
    if Terminal.isPresent, !isFirst { Terminal.write("\n") }
  }

  /// Draws over what is there, line by line, so that nothing flickers.
  private func draw(_ text: String, _ heading: String, _ isFirst: Bool) {
    var lines =
      [heading, ""]
      + text.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    if lines.last == "" { lines.removeLast() }
    let size = Terminal.size ?? (columns: 80, rows: 24)
    // A terminal may say that it has no rows.
    let page = ScreenPage(columns: size.columns, rows: size.rows > 0 ? size.rows : 24)
    Terminal.write((isFirst ? "\u{1B}[2J" : "") + page.drawing(lines))
  }
}
