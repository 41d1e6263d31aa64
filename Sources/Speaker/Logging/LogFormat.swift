import LinuxIO
public import Logging
import Status

#if canImport(Glibc)
  import Glibc
#endif

/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people: `2026-01-02T03:04:05.678Z info session is up peer=tor-1`.
  case text
  /// For collectors: one JSON object a line.
  case json
}

/// Sends the log of the process to standard error in `format`, from `level` on.
///
/// Call it once, before the first logger is made.
public func bootstrapLogging(format: LogFormat, level: Logger.Level) {
  LoggingSystem.bootstrap { label in
    var handler = LineLogHandler(label: label, format: format)
    handler.logLevel = level
    return handler
  }
}

/// Writes each event as one line in one `write`, so that lines of several threads do not mix.
struct LineLogHandler: LogHandler {
  let label: String
  let format: LogFormat
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level = .info

  init(label: String, format: LogFormat) {
    self.label = label
    self.format = format
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var line = line(for: event)
    line.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }

  /// The line of `event` with its line break.
  func line(for event: LogEvent) -> String {
    var fields = metadata
    if let provided = metadataProvider?.get() {
      fields.merge(provided) { _, new in new }
    }
    if let own = event.metadata { fields.merge(own) { _, new in new } }
    if let error = event.error { fields["error"] = "\(error)" }
    let sorted = fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    return switch format {
    case .text: textLine(event.level, event.message.description, sorted) + "\n"
    case .json: jsonLine(event.level, event.message.description, sorted) + "\n"
    }
  }

  private func textLine(
    _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
  ) -> String {
    var line = "\(timestamp()) \(level) \(message.escapedForLog)"
    for (key, value) in fields {
      let text = value.escapedForLog
      let needsQuotes = text.isEmpty || text.contains(" ") || text.contains("=")
      line += needsQuotes ? " \(key)=\"\(text)\"" : " \(key)=\(text)"
    }
    return line
  }

  private func jsonLine(
    _ level: Logger.Level, _ message: String, _ fields: [(String, String)]
  ) -> String {
    var line = #"{"ts":"\#(timestamp())","level":"\#(level)","msg":\#(message.jsonQuoted)"#
    for (key, value) in fields {
      line += ",\(key.jsonQuoted):\(value.jsonQuoted)"
    }
    return line + "}"
  }

  private func timestamp() -> String {
    let now = WallClock.read()
    let milliseconds = String(now.nanoseconds / 1_000_000)
    let padding = String(repeating: "0", count: 3 - milliseconds.count)
    return Timestamp(secondsSince1970: now.seconds).description.dropLast()
      + ".\(padding)\(milliseconds)Z"
  }
}

extension String {
  /// The string without line breaks and control characters, which could forge log lines.
  fileprivate var escapedForLog: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\"": result += "\\\""
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The string as a JSON string literal (RFC 8259 §7).
  fileprivate var jsonQuoted: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
