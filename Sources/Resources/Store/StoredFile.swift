/// What a store keeps of one file.
struct StoredFile: Sendable {
  /// One object of the file.
  struct Entry: Sendable {
    var object: DecodedObject
    /// Whether the file has lost it to an error: it stays as it last was.
    var isKept: Bool
  }

  var entries: [ResourceKey: Entry] = [:]
  var diagnostics: [Diagnostic]

  /// The valid objects of `content`, and where that has errors, those of `old` that it lacks.
  init(_ content: DecodedFile, after old: StoredFile?) {
    diagnostics = content.diagnostics
    entries.reserveCapacity(content.objects.count)
    for object in content.objects where entries[object.resource.key] == nil {
      entries[object.resource.key] = Entry(object: object, isKept: false)
    }
    guard !content.isComplete, let old else { return }
    var kept: [ResourceKey] = []
    for (key, entry) in old.entries where entries[key] == nil {
      entries[key] = Entry(object: entry.object, isKept: true)
      kept.append(key)
    }
    if !kept.isEmpty { diagnostics.append(Self.note(kept.sorted(), of: content.name)) }
  }

  private static func note(_ kept: [ResourceKey], of file: String) -> Diagnostic {
    var names = kept.prefix(3).map(\.description).joined(separator: ", ")
    if kept.count > 3 { names += " and \(kept.count - 3) more" }
    return Diagnostic(
      severity: .warning, file: file,
      message: "\(names) \(kept.count == 1 ? "stays" : "stay") as last read until the errors of "
        + "this file are mended")
  }
}
