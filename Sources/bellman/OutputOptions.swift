import ArgumentParser
import Status

#if canImport(Glibc)
  import Glibc
#endif

/// How a command shows a document.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "Output format: table, wide, json or yaml.")
  var format: OutputFormat = .table

  /// The width of the terminal in columns, nil when the output goes elsewhere.
  var width: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_col > 0
    else { return nil }
    return Int(size.ws_col)
  }

  /// Whether to colour: on a terminal only, and not where `NO_COLOR` is set (no-color.org).
  var colour: Bool {
    isatty(STDOUT_FILENO) == 1 && (getenv("NO_COLOR").map { $0.pointee == 0 } ?? true)
  }
}
