import ArgumentParser
import Speaker
import Status

#if canImport(Glibc)
  import Glibc
#endif

/// When to use colours.
enum ColourChoice: String, CaseIterable, ExpressibleByArgument {
  case auto
  case always
  case never
}

/// Whether what is shown has colours.
struct ColourOptions: ParsableArguments {
  @Option(
    name: .customLong("color"),
    help: "Colours: auto (on a terminal, unless $NO_COLOR is set), always or never.")
  var choice: ColourChoice = .auto

  /// Where nothing else is said, on a terminal that has colours only, and not where `NO_COLOR` is set
  /// (no-color.org).
  var isColoured: Bool {
    switch choice {
    case .always: true
    case .never: false
    case .auto:
      Terminal.isPresent && EnvironmentVariable.first("NO_COLOR") == nil
        && EnvironmentVariable.first("TERM") != "dumb"
    }
  }

  /// Shows documents at this moment.
  func renderer(_ format: OutputFormat) -> StatusRenderer {
    StatusRenderer(
      format: format, now: .now, width: Terminal.size?.columns, colour: isColoured)
  }
}

/// How a command shows a document.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "Output format: table, wide, json, yaml or name.")
  var format: OutputFormat = .table

  @OptionGroup var colours: ColourOptions

  /// Shows documents at this moment.
  var renderer: StatusRenderer { colours.renderer(format) }
}

/// The terminal that standard output goes to.
enum Terminal {
  /// Whether there is one.
  static var isPresent: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Its size in characters; nil when the output goes elsewhere.
  static var size: (columns: Int, rows: Int)? {
    var size = winsize()
    guard isPresent, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Whether the output goes into a pipe from which nobody reads any more.
  static var isOutputClosed: Bool {
    var question = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&question, 1, 0) == 1 && question.revents & Int16(POLLERR) != 0
  }

  /// Writes a message beside what the command shows.
  static func note(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Writes at once: what is shown live must not wait in a buffer.
  static func write(_ text: String) {
    write(text, to: STDOUT_FILENO)
  }

  /// A reader that has gone away is no failure.
  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
