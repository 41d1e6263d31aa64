/// All objects of a set of manifest files, and the configuration they make.
///
/// Nothing that was good is lost to a mistake: what a file with errors no longer defines stays as
/// it last was, and objects that contradict each other leave the last good configuration in place.
/// The work of a change is proportional to the files that change; only the `metallb.io` objects are
/// looked at all together.
public struct ResourceStore: Sendable {
  /// The last good configuration. Before there was one: that of the objects that agree.
  public private(set) var configuration = Configuration()
  /// Whether ``configuration`` is older than the files, because their objects contradict each other.
  public private(set) var isConfigurationStale = false

  /// How many objects are in use, by kind; those that ``Configuration`` refuses count too.
  public private(set) var objectCounts: [ResourceKind: Int] = [:]

  private var files: [String: StoredFile] = [:]
  /// The files that define each object, sorted.
  private var definers: [ResourceKey: [String]] = [:]
  /// The keys of the configuration's objects.
  private var configurationKeys: Set<ResourceKey> = []
  /// The keys that more than one file defines.
  private var contested: Set<ResourceKey> = []
  /// The files that have diagnostics of their own.
  private var filesInTrouble: Set<String> = []
  private var configurationDiagnostics: [Diagnostic] = []
  private var hadGoodConfiguration = false

  /// An empty store.
  public init() {}

  /// Takes in the new content of one file; nil means that the file is gone.
  ///
  /// - Returns: what changed in truth
  @discardableResult
  public mutating func replace(file: String, with content: DecodedFile?) -> ResourceChanges {
    replace([(file, content)])
  }

  /// Takes in the new contents of several files at once; nil means that a file is gone.
  ///
  /// Read all files of a source by one call at the start: the configuration is judged after the
  /// last of them.
  ///
  /// - Returns: what changed in truth
  @discardableResult
  public mutating func replace(
    _ contents: [(file: String, content: DecodedFile?)]
  ) -> ResourceChanges {
    var before: [ResourceKey: Resource?] = [:]
    for (file, content) in contents {
      let old = files[file]
      let new = content.map { StoredFile($0, after: old) }
      for key in Set((old?.entries ?? [:]).keys).union((new?.entries ?? [:]).keys) {
        if before[key] == nil { before.updateValue(winner(of: key)?.resource, forKey: key) }
        setDefines(key, file, new?.entries[key] != nil)
      }
      files[file] = new
      if new?.diagnostics.isEmpty ?? true {
        filesInTrouble.remove(file)
      } else {
        filesInTrouble.insert(file)
      }
    }
    var changes = ChangeCollector()
    var concernsConfiguration = false
    for (key, old) in before {
      noteContest(for: key)
      if key.kind.isConfiguration { concernsConfiguration = true }
      let new = winner(of: key)?.resource
      if old != new { changes.add(key, new) }
    }
    var result = changes.sorted()
    if concernsConfiguration { result.configuration = rebuildConfiguration() }
    return result
  }

  /// All that is wrong at present, sorted by file and line; what is mended vanishes.
  public var diagnostics: [Diagnostic] {
    let ofFiles = filesInTrouble.flatMap { files[$0]?.diagnostics ?? [] }
    return (ofFiles + contested.flatMap(contestDiagnostics) + configurationDiagnostics).sorted()
  }

  /// The objects of these kinds that are in use, sorted by kind and name.
  public func resources(of kinds: Set<ResourceKind>) -> [Resource] {
    definers.keys.filter { kinds.contains($0.kind) }.sorted().compactMap {
      winner(of: $0)?.resource
    }
  }

  /// The definition of `key` that counts: the first file by name, but one whose present text has
  /// the object before one that only had it before its errors.
  private func winner(of key: ResourceKey) -> DecodedObject? {
    var kept: DecodedObject?
    for file in definers[key] ?? [] {
      guard let entry = files[file]?.entries[key] else { continue }
      if !entry.isKept { return entry.object }
      kept = kept ?? entry.object
    }
    return kept
  }

  private mutating func setDefines(_ key: ResourceKey, _ file: String, _ defines: Bool) {
    var list = definers[key] ?? []
    list.removeAll { $0 == file }
    if defines { list.insert(file, at: list.firstIndex { $0 > file } ?? list.count) }
    if (definers[key] == nil) != list.isEmpty {
      objectCounts[key.kind, default: 0] += list.isEmpty ? -1 : 1
    }
    definers[key] = list.isEmpty ? nil : list
    guard key.kind.isConfiguration else { return }
    if list.isEmpty { configurationKeys.remove(key) } else { configurationKeys.insert(key) }
  }

  private mutating func noteContest(for key: ResourceKey) {
    if currentDefinitions(of: key).count > 1 {
      contested.insert(key)
    } else {
      contested.remove(key)
    }
  }

  /// The definitions of `key` in the present text of the files.
  private func currentDefinitions(of key: ResourceKey) -> [DecodedObject] {
    (definers[key] ?? []).compactMap { file in
      guard let entry = files[file]?.entries[key], !entry.isKept else { return nil }
      return entry.object
    }
  }

  private func contestDiagnostics(_ key: ResourceKey) -> [Diagnostic] {
    let definitions = currentDefinitions(of: key)
    guard let first = definitions.first else { return [] }
    return definitions.dropFirst().map { object in
      Diagnostic(
        severity: .error, file: object.location.file, line: object.location.line,
        object: key.description,
        message: "is defined in \(ConfigurationBuilder.place(first.location)) too, "
          + "and that definition is used; keep one of them")
    }
  }

  /// Builds the configuration anew; returns it if it is another than before.
  private mutating func rebuildConfiguration() -> Configuration? {
    let build = Configuration.build(from: configurationKeys.compactMap { winner(of: $0) })
    configurationDiagnostics = build.diagnostics
    isConfigurationStale = !build.isValid && hadGoodConfiguration
    if isConfigurationStale {
      if let first = build.diagnostics.first(where: { $0.severity == .error }) {
        configurationDiagnostics.append(
          Diagnostic(
            severity: .warning, file: first.file,
            message: "the last good configuration stays in use until the metallb.io objects "
              + "agree again"))
      }
      return nil
    }
    if build.isValid, build.configuration != Configuration() { hadGoodConfiguration = true }
    guard build.configuration != configuration else { return nil }
    configuration = build.configuration
    return configuration
  }
}
