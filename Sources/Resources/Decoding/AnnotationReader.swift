/// Reads the annotations with which an object of `metallb.io` says what its kind has no field for.
///
/// The values of annotations are strings; what is in them is read as if it stood there without
/// quotes.
struct AnnotationReader {
  /// What the names of our annotations begin with.
  static let prefix = "bellman.dev/"

  private let entries: [String: Field]
  private let report: DecodingReport
  private var known: [String] = []

  /// The annotations of `object`; others than ours are passed over.
  init(of object: inout FieldReader) {
    report = object.report
    guard var metadata = object.field("metadata")?.mapping(),
      let annotations = metadata.field("annotations"),
      case .mapping(let mapping) = annotations.value
    else {
      entries = [:]
      return
    }
    var entries: [String: Field] = [:]
    for entry in mapping where entry.key.hasPrefix(Self.prefix) {
      let path = "\(annotations.path)[\(entry.key.printable)]"
      report.note(line: entry.keyLine, of: path)
      entries[String(entry.key.dropFirst(Self.prefix.count))] = Field(
        value: entry.value.value, path: path, line: entry.keyLine, report: report)
    }
    self.entries = entries
  }

  /// The annotation `bellman.dev/NAME`, its text read as YAML reads plain text; nil where it is
  /// absent or no string.
  mutating func field(_ name: String) -> Field? {
    guard let field = text(name), case .string(let text) = field.value else { return nil }
    return Field(
      value: ManifestNode.Value(plain: text), path: field.path, line: field.line, report: report)
  }

  /// The annotation as a string, whatever it looks like.
  mutating func text(_ name: String) -> Field? {
    known.append(name)
    guard let field = entries[name], field.string() != nil else { return nil }
    return field
  }

  /// The annotation as a list, written with commas between the elements.
  mutating func list(_ name: String) -> [Field] {
    guard let field = text(name), case .string(let text) = field.value else { return [] }
    return text.split(separator: ",", omittingEmptySubsequences: false).map { element in
      let trimmed = element.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      return Field(
        value: .string(String(trimmed)), path: field.path, line: field.line, report: report)
    }
  }

  /// Reports annotations with our prefix that nobody asked for; `names` are those of `otherKind`.
  func finish(otherKind: String, _ names: Set<String>) {
    for (name, field) in entries.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
      guard !names.contains(name) else {
        field.fail("an annotation of \(otherKind); it belongs there")
        continue
      }
      let hint = NearestName.of(name, in: known).map { "; did you mean \(Self.prefix)\($0)?" } ?? ""
      field.fail("unknown annotation\(hint)")
    }
  }
}
