/// Collects what is wrong in one file while its objects are decoded.
final class DecodingReport {
  /// The name of the file.
  let file: String
  /// The object that is being decoded, such as `Service default/web`.
  var object: String?
  /// Whether the lines of the fields are noted.
  var notesFieldLines = false
  /// The line of each field that was read, by its path.
  private(set) var fieldLines: [String: Int] = [:]
  private(set) var diagnostics: [Diagnostic] = []
  /// The number of errors so far; an object is valid if reading it adds none.
  private(set) var errorCount = 0

  /// A report on this file.
  init(file: String) { self.file = file }

  /// Begins with another object.
  func begin(object: String?, notesFieldLines: Bool) {
    self.object = object
    self.notesFieldLines = notesFieldLines
    fieldLines = [:]
  }

  func note(line: Int, of path: String) {
    if notesFieldLines { fieldLines[path] = line }
  }

  func add(
    _ severity: Diagnostic.Severity, line: Int?, column: Int? = nil, path: String? = nil,
    _ message: String
  ) {
    if severity == .error { errorCount += 1 }
    diagnostics.append(
      Diagnostic(
        severity: severity, file: file, line: line, column: column, object: object,
        fieldPath: path.flatMap { $0.isEmpty ? nil : $0 }, message: message))
  }
}
