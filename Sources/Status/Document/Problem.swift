/// Something that is wrong with the configuration, and where.
public struct Problem: Codable, Hashable, Sendable {
  /// How bad it is.
  public enum Severity: String, Codable, Hashable, Sendable, CaseIterable {
    /// What is wrong is not in use.
    case error
    /// It is in use, but probably not as meant.
    case warning
  }

  /// How bad it is.
  public let severity: Severity
  /// The file it is in; nil when it belongs to none.
  public let file: String?
  /// The line there, from 1; nil when it is not known.
  public let line: Int?
  /// The object, such as `Service shop/web`.
  public let object: String?
  /// The field in the object, such as `spec.ports[0].port`.
  public let fieldPath: String?
  /// What is wrong, and what was expected.
  public let message: String

  /// A problem with these values.
  public init(
    severity: Severity, file: String? = nil, line: Int? = nil, object: String? = nil,
    fieldPath: String? = nil, message: String
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.object = object
    self.fieldPath = fieldPath
    self.message = message
  }

  /// `FILE:LINE`, `FILE`, or nil.
  var place: String? {
    guard let file else { return nil }
    return line.map { "\(file):\($0)" } ?? file
  }
}

extension Problem: Comparable {
  /// Errors first, then by file, line, object and field.
  public static func < (left: Self, right: Self) -> Bool {
    left.sortKey < right.sortKey
  }

  private var sortKey: (Int, String, Int, String, String, String) {
    (severity == .error ? 0 : 1, file ?? "", line ?? 0, object ?? "", fieldPath ?? "", message)
  }
}
