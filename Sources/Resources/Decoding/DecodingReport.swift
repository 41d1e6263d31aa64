/// Collects what is wrong in one file while its objects are decoded.
final class DecodingReport {
  /// The name of the file.
  let file: String
  /// Whether the text has lines that a reader could look up.
  let hasLines: Bool
  /// The object that is being decoded, such as `Service default/web`.
  var object: String?
  /// Whether the lines of the fields are noted.
  var notesFieldLines = false
  /// The line of each field that was read, by its path.
  private(set) var fieldLines: [String: Int] = [:]
  /// The number of errors so far; an object is valid if reading it adds none.
  private(set) var errorCount = 0
  private var warningCount = 0
  private var kept: [Diagnostic] = []

  /// The most diagnostics of one file; what is beyond is counted only.
  static let maximumCount = 1000

  /// Whether what is added now is counted only.
  var isFull: Bool { kept.count >= Self.maximumCount }

  /// Whether a field that is not known can be an error. What an API server gives back has passed its
  /// schema, so that such a field comes from a newer version of it and is no slip of the pen.
  var refusesUnknownFields: Bool { hasLines }

  /// A report on this file.
  init(file: String, hasLines: Bool = true) {
    self.file = file
    self.hasLines = hasLines
  }

  /// Begins with another object.
  func begin(object: String?, notesFieldLines: Bool) {
    self.object = object
    self.notesFieldLines = notesFieldLines && hasLines
    fieldLines = [:]
  }

  func note(line: Int, of path: String) {
    if notesFieldLines { fieldLines[path] = line }
  }

  func add(
    _ severity: Diagnostic.Severity, line: Int?, column: Int? = nil, path: String? = nil,
    _ message: String
  ) {
    if severity == .error { errorCount += 1 } else { warningCount += 1 }
    guard !isFull else { return }
    kept.append(
      Diagnostic(
        severity: severity, file: file, line: hasLines ? line : nil, column: column, object: object,
        fieldPath: path.flatMap { $0.isEmpty ? nil : $0 }, message: message))
  }

  /// The diagnostics, sorted by line; the first of all tells how many there are beyond the bound.
  var diagnostics: [Diagnostic] {
    let more = errorCount + warningCount - kept.count
    guard more > 0 else { return kept.sorted() }
    let summary = Diagnostic(
      severity: errorCount > 0 ? .error : .warning, file: file,
      message: "errors: \(errorCount), warnings: \(warningCount); only the first \(kept.count) "
        + "are listed")
    return [summary] + kept.sorted()
  }
}
