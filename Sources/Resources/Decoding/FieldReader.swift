/// Reads the fields of one mapping by name; what is wrong with them goes into the report.
struct FieldReader {
  /// The path of the mapping, empty for the object itself.
  let path: String
  /// The line of the mapping.
  let line: Int
  /// Where errors go.
  let report: DecodingReport
  private let entries: [ManifestNode.Entry]
  private var known: [String] = []

  /// What becomes of a field that nobody asked for.
  enum UnknownFields {
    case error
    case warning
  }

  /// A reader of these entries.
  init(_ entries: [ManifestNode.Entry], path: String, line: Int, report: DecodingReport) {
    self.entries = entries
    self.path = path
    self.line = line
    self.report = report
  }

  /// The field `name`; nil where it is absent or null, which Kubernetes takes for the same.
  mutating func field(_ name: String) -> Field? {
    known.append(name)
    guard let entry = entries.first(where: { $0.key == name }) else { return nil }
    let line =
      if case .scalar = entry.value.content { entry.value.line } else { entry.keyLine }
    let value = entry.value.value
    if case .null = value { return nil }
    let path = path(of: name)
    report.note(line: line, of: path)
    return Field(value: value, path: path, line: line, report: report)
  }

  /// The field `name`, whose absence is an error; `expected` says what it should be.
  mutating func required(_ name: String, _ expected: String) -> Field? {
    if let field = field(name) { return field }
    report.add(.error, line: line, path: path(of: name), "missing; expected \(expected)")
    return nil
  }

  /// Fields that are known and mean nothing to the speaker.
  mutating func ignore(_ names: [String]) { known.append(contentsOf: names) }

  /// Reports the fields that were neither read nor ignored.
  func finish(unknown: UnknownFields) {
    for entry in entries where !known.contains(entry.key) {
      var message = "unknown field"
      if !report.isFull, let near = NearestName.of(entry.key, in: known) {
        message += "; did you mean \(near)?"
      }
      report.add(
        unknown == .error && report.refusesUnknownFields ? .error : .warning, line: entry.keyLine,
        path: path(of: entry.key), message)
    }
  }

  /// Reports an error of the mapping as a whole.
  func fail(_ message: String) { report.add(.error, line: line, path: path, message) }

  /// The path of the field `name` of this mapping.
  private func path(of name: String) -> String {
    let name = name.printable
    return path.isEmpty ? name : "\(path).\(name)"
  }
}

/// One value of an object: a field of a mapping or an element of a list.
struct Field {
  let value: ManifestNode.Value
  /// The path from the object, such as `spec.addresses[0]`.
  let path: String
  let line: Int
  /// Where errors go.
  let report: DecodingReport

  /// Reports an error of this field.
  func fail(_ message: String) { report.add(.error, line: line, path: path, message) }

  /// Reports that this field holds something else than `expected`.
  func fail(expected: String) { fail("expected \(expected), found \(value)") }

  /// Reports something of this field that is not as it seems.
  func warn(_ message: String) { report.add(.warning, line: line, path: path, message) }

  /// The value as a mapping.
  func mapping(_ expected: String = "a mapping") -> FieldReader? {
    guard case .mapping(let entries) = value else {
      fail(expected: expected)
      return nil
    }
    return FieldReader(entries, path: path, line: line, report: report)
  }

  /// The elements of the value as a list; empty if it is none. A null element is an error.
  func list(_ expected: String = "a list") -> [Field] {
    guard case .sequence(let items) = value else {
      fail(expected: expected)
      return []
    }
    return items.enumerated().compactMap { index, item in
      let element = Field(
        value: item.value, path: "\(path)[\(index)]", line: item.line, report: report)
      report.note(line: item.line, of: element.path)
      if case .null = element.value {
        element.fail("expected a value, found nothing")
        return nil
      }
      return element
    }
  }

  /// The elements of the value as a list of mappings, each read by `body`.
  func mappings<Element>(_ body: (inout FieldReader) -> Element?) -> [Element] {
    list("a list of mappings").compactMap { element in
      guard var reader = element.mapping() else { return nil }
      return body(&reader)
    }
  }
}
