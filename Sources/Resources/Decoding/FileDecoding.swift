/// The decoding of one file, document by document and object by object.
struct FileDecoding {
  private let report: DecodingReport
  private var objects: [DecodedObject] = []
  private var firstLines: [ResourceKey: Int] = [:]
  private var otherObjects = 0

  /// The deepest nesting of lists in lists.
  private static let maximumListDepth = 8

  /// The `apiVersion` and `kind` of an object; a typed list gives them to its items.
  private struct TypeMeta {
    var apiVersion: String
    var kind: String
  }

  /// The decoding of a file of this name.
  init(file: String, hasLines: Bool = true) {
    report = DecodingReport(file: file, hasLines: hasLines)
  }

  /// What was decoded.
  var result: DecodedFile {
    DecodedFile(
      name: report.file, objects: objects, diagnostics: report.diagnostics,
      otherObjects: otherObjects)
  }

  /// Decodes all documents.
  mutating func decode(_ documents: ManifestDocuments) {
    for document in documents.documents {
      do throws(ManifestComposer.Failure) {
        try ManifestComposer.forEachRoot(of: document) { root throws(ManifestComposer.Failure) in
          try decode(root, typeMeta: nil, depth: 0)
        }
      } catch {
        report.begin(object: nil, notesFieldLines: false)
        report.add(.error, line: error.line, column: error.column, error.message)
      }
    }
  }

  /// Decodes one object that is written in JSON.
  mutating func decode(json: [UInt8]) {
    report.begin(object: nil, notesFieldLines: false)
    let node: ManifestNode
    do {
      node = try JSONComposer.compose(json)
    } catch {
      report.add(.error, line: nil, "not valid JSON: \(error)")
      return
    }
    guard case .mapping = node.content else {
      report.add(
        .error, line: nil, "expected an object with apiVersion and kind, found \(node.value)")
      return
    }
    guard let typeMeta = typeMeta(of: node, inherited: nil) else { return }
    switch KnownKind(apiVersion: typeMeta.apiVersion, kind: typeMeta.kind) {
    case .decoded(let kind, let version):
      decode(node, kind: kind, version: version)
    case .other, .list:
      otherObjects += 1
    case .problem(let severity, let field, let message):
      if severity == .warning { otherObjects += 1 }
      report.add(severity, line: nil, path: field, message)
    }
  }

  private mutating func decode(
    _ root: YAMLRoot, typeMeta inherited: TypeMeta?, depth: Int
  ) throws(ManifestComposer.Failure) {
    report.begin(object: nil, notesFieldLines: false)
    let outline = root.outline
    switch outline.value {
    case .mapping: break
    case .null where inherited == nil: return
    default:
      report.add(
        .error, line: root.line,
        "expected an object with apiVersion and kind, found \(outline.value)")
      return
    }
    guard let typeMeta = typeMeta(of: outline, inherited: inherited) else { return }
    if typeMeta.kind.hasSuffix("List"), let items = items(of: root, outline: outline) {
      guard depth < Self.maximumListDepth else {
        report.add(
          .error, line: root.line, "lists in lists more than \(Self.maximumListDepth) deep")
        return
      }
      let item = TypeMeta(
        apiVersion: typeMeta.apiVersion, kind: String(typeMeta.kind.dropLast("List".count)))
      for root in items {
        try decode(root, typeMeta: item.kind.isEmpty ? nil : item, depth: depth + 1)
      }
      return
    }
    switch KnownKind(apiVersion: typeMeta.apiVersion, kind: typeMeta.kind) {
    case .decoded(let kind, let version):
      try decode(root.converted(), kind: kind, version: version)
    case .other:
      otherObjects += 1
    case .list:
      break
    case .problem(let severity, let field, let message):
      if severity == .warning { otherObjects += 1 }
      report.add(severity, line: outline[field]?.line ?? root.line, path: field, message)
    }
  }

  /// The items of a list; nil where the object has none. Something else in their place is an error.
  private func items(of root: YAMLRoot, outline: ManifestNode) -> [YAMLRoot]? {
    switch outline["items"]?.value {
    case nil, .null: return nil
    case .sequence: return root.items("items")
    case .some(let value):
      report.add(
        .error, line: outline["items"]?.line, path: "items", "expected a list, found \(value)")
      return []
    }
  }

  private func typeMeta(of outline: ManifestNode, inherited: TypeMeta?) -> TypeMeta? {
    if let inherited, outline["kind"] == nil, outline["apiVersion"] == nil { return inherited }
    guard case .mapping(let entries) = outline.content else { return nil }
    var reader = FieldReader(entries, path: "", line: outline.line, report: report)
    let apiVersion = reader.required("apiVersion", "such as v1 or metallb.io/v1beta1")
    let kind = reader.required("kind", "such as Service or IPAddressPool")
    guard let apiVersion = apiVersion?.text("the version of an API"),
      let kind = kind?.text("the kind of an object")
    else { return nil }
    return TypeMeta(apiVersion: apiVersion, kind: kind)
  }

  private mutating func decode(_ node: ManifestNode, kind: ResourceKind, version: String) {
    guard case .mapping(let entries) = node.content else { return }
    report.begin(
      object: Self.title(of: node, kind: kind), notesFieldLines: kind.group == "metallb.io")
    let errorsBefore = report.errorCount
    var reader = FieldReader(entries, path: "", line: node.line, report: report)
    reader.ignore(["apiVersion", "kind"])
    let resource = kind.decode(&reader, version: version)
    guard report.errorCount == errorsBefore else { return }
    guard let resource else {
      reader.fail("cannot be decoded")
      return
    }
    if let first = firstLines[resource.key] {
      reader.fail("is defined already on line \(first) of this file; keep one of them")
      return
    }
    firstLines[resource.key] = node.line
    objects.append(
      DecodedObject(
        resource,
        at: SourceLocation(
          file: report.file, line: report.hasLines ? node.line : nil,
          fieldLines: report.fieldLines)))
  }

  /// Such as `Service default/web`, from what can be read of the object before it is checked.
  private static func title(of node: ManifestNode, kind: ResourceKind) -> String {
    guard let name = node["metadata"]?["name"]?.string else { return kind.rawValue }
    guard kind.isNamespaced else { return "\(kind.rawValue) \(name.printable)" }
    let namespace = node["metadata"]?["namespace"]?.string ?? ObjectMetadata.defaultNamespace
    return "\(kind.rawValue) \(namespace.printable)/\(name.printable)"
  }
}
