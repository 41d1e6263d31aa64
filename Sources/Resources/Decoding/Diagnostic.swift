/// Something that the operator should know about a manifest: where it stands and what is wrong.
public struct Diagnostic: Hashable, Sendable {
  /// How bad it is.
  public enum Severity: String, Hashable, Sendable, CaseIterable, Codable {
    /// The object, or the file, is not used as it stands.
    case error
    /// It is used, but perhaps not as it was meant.
    case warning
  }

  /// How bad it is.
  public var severity: Severity
  /// The file, by the name that the caller gave it.
  public var file: String
  /// The line, from 1; nil when the whole file is meant.
  public var line: Int?
  /// The column, from 1; only errors of YAML syntax have one.
  public var column: Int?
  /// The object, such as `BGPPeer metallb-system/router`.
  public var object: String?
  /// The field, such as `spec.peerPort`.
  public var fieldPath: String?
  /// What was expected and what was found, or what to do.
  public var message: String

  /// A diagnostic with these values.
  public init(
    severity: Severity, file: String, line: Int? = nil, column: Int? = nil,
    object: String? = nil, fieldPath: String? = nil, message: String
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.object = object
    self.fieldPath = fieldPath
    self.message = message
  }
}

extension Diagnostic: CustomStringConvertible {
  /// One line, such as `lab/peers.yaml:12: BGPPeer default/router: spec.peerPort: expected ...`.
  public var description: String {
    var text = file
    if let line { text += ":\(line)" }
    if let column { text += ":\(column)" }
    if severity == .warning { text += ": warning" }
    if let object { text += ": \(object)" }
    if let fieldPath { text += ": \(fieldPath)" }
    return "\(text): \(message)"
  }
}

extension Diagnostic: Comparable {
  /// By file, then by line, errors before warnings, then by what is said.
  public static func < (left: Self, right: Self) -> Bool {
    if left.file != right.file { return left.file < right.file }
    let (leftPlace, rightPlace) = (
      (left.line ?? 0, left.column ?? 0), (right.line ?? 0, right.column ?? 0)
    )
    if leftPlace != rightPlace { return leftPlace < rightPlace }
    if left.severity != right.severity { return left.severity == .error }
    return (left.object ?? "", left.fieldPath ?? "", left.message)
      < (right.object ?? "", right.fieldPath ?? "", right.message)
  }
}
