import FoundationEssentials
import Resources
import Testing

@testable import Speaker

@Suite struct ManifestReaderTests {
  static func node(_ name: String) -> String {
    "apiVersion: v1\nkind: Node\nmetadata:\n  name: \(name)\n"
  }

  static func pool(_ name: String, _ range: String) -> String {
    """
    apiVersion: metallb.io/v1beta1
    kind: IPAddressPool
    metadata: {name: \(name), namespace: metallb-system}
    spec: {addresses: ["\(range)"]}

    """
  }

  let directory = TemporaryDirectory()

  @Test func onlyWhatChangedIsReported() throws {
    try directory.write("a.yaml", Self.node("a"))
    try directory.write("b.yml", Self.node("b"))
    try directory.write("c.json", #"{"apiVersion":"v1","kind":"Node","metadata":{"name":"c"}}"#)
    try directory.write("notes.txt", "not a manifest")
    try directory.write(".hidden.yaml", "{{{")
    var reader = ManifestReader(directory: directory.path)
    let first = reader.read()
    #expect(first.changes.nodes.upserted.map(\.name) == ["a", "b", "c"])
    #expect(first.state.objects == ["Node": 3])
    #expect(first.state.isComplete)
    #expect(first.state.counters["filesRead"] == 3)

    #expect(reader.read().changes.isEmpty)

    try directory.write("b.yml", Self.node("b2"))
    let second = reader.read()
    #expect(second.changes.nodes.upserted.map(\.name) == ["b2"])
    #expect(second.changes.nodes.removed == ["b"])
    #expect(second.state.counters["filesRead"] == 4)

    try directory.remove("a.yaml")
    #expect(reader.read().changes.nodes.removed == ["a"])
  }

  /// The state that came of the file before the error stays, and the error vanishes when mended.
  @Test func aHalfWrittenFileDoesNoHarm() throws {
    try directory.write("nodes.yaml", Self.node("a") + "---\n" + Self.node("b"))
    var reader = ManifestReader(directory: directory.path)
    _ = reader.read()
    try directory.write("nodes.yaml", Self.node("a") + "---\napiVersion: v1\nkind: No")
    let broken = reader.read()
    #expect(broken.changes.isEmpty)
    #expect(!broken.state.isComplete)
    #expect(broken.state.problems.contains { $0.file == "nodes.yaml" && $0.severity == .error })
    #expect(broken.state.counters["filesInError"] == 1)

    try directory.write("nodes.yaml", Self.node("a"))
    let mended = reader.read()
    #expect(mended.changes.nodes.removed == ["b"])
    #expect(mended.state.problems.isEmpty)
  }

  @Test func aFileThatIsBeingWrittenIsInFluxUntilItRests() async throws {
    var reader = ManifestReader(directory: directory.path)
    #expect(!reader.hasFilesInFlux)
    try directory.write("a.yaml", Self.node("a"))
    #expect(reader.hasFilesInFlux)
    _ = reader.read()
    #expect(!reader.hasFilesInFlux, "what was read is not waited for")
    try directory.write("a.yaml", Self.node("b"))
    var rounds = 0
    while reader.hasFilesInFlux {
      try await Task.sleep(for: .milliseconds(10))
      rounds += 1
    }
    #expect(rounds > 0)
    #expect(reader.read().changes.nodes.upserted.map(\.name) == ["b"])
  }

  static let hostile: [(String, [UInt8])] = [
    ("empty", []),
    ("not UTF-8", [0xFF, 0xFE, 0x00, 0x80]),
    ("braces", Array(repeating: UInt8(ascii: "["), count: 1 << 20)),
    ("zeros", Array(repeating: 0, count: 4096)),
    ("too large", Array(repeating: UInt8(ascii: "#"), count: ManifestDecoder.maximumFileSize + 1)),
  ]

  @Test(arguments: hostile.indices) func hostileFilesLeaveTheGoodStateAlone(index: Int) throws {
    let (name, bytes) = Self.hostile[index]
    try directory.write("a.yaml", Self.node("a"))
    try directory.write("b.yaml", Self.node("b"))
    var reader = ManifestReader(directory: directory.path)
    _ = reader.read()
    try directory.write("b.yaml", bytes)
    let update = reader.read()
    #expect(update.changes.isEmpty, "\(name)")
    #expect(update.state.problems.contains { $0.file == "b.yaml" && $0.severity == .error })
    try directory.remove("b.yaml")
    let removed = reader.read()
    #expect(removed.changes.nodes.removed == ["b"])
    #expect(removed.state.isComplete)
  }

  @Test func whatIsGoodInAFileWithErrorsOutlivesItsEmptying() throws {
    try directory.write("a.yaml", Self.node("a") + "---\napiVersion: v1\nkind: No")
    var reader = ManifestReader(directory: directory.path)
    #expect(reader.read().changes.nodes.upserted.map(\.name) == ["a"])
    try directory.write("a.yaml", "")
    let emptied = reader.read()
    #expect(emptied.changes.isEmpty)
    #expect(!emptied.state.isComplete)
  }

  @Test func aFileThatNeverHeldAnythingMayBeEmpty() throws {
    try directory.write("a.yaml", "# nothing yet\n")
    var reader = ManifestReader(directory: directory.path)
    #expect(reader.read().state.isComplete)
    try directory.write("a.yaml", Self.node("a"))
    #expect(reader.read().changes.nodes.upserted.map(\.name) == ["a"])
  }

  @Test func aDirectoryThatIsGoneForAMomentWithdrawsNothing() throws {
    try directory.write("a.yaml", Self.node("a"))
    var reader = ManifestReader(directory: directory.path)
    _ = reader.read()
    let aside = directory.path + "-aside"
    try FileManager.default.moveItem(atPath: directory.path, toPath: aside)
    let gone = reader.read()
    #expect(gone.changes.isEmpty)
    #expect(!gone.state.isComplete)
    try FileManager.default.moveItem(atPath: aside, toPath: directory.path)
    let back = reader.read()
    #expect(back.changes.isEmpty)
    #expect(back.state.isComplete)
  }

  /// A mounted ConfigMap is updated by swapping the link `..data`; the files are links through it.
  @Test func aSwappedConfigMapIsOneChange() throws {
    let files = FileManager.default
    for (folder, node) in [("..1", "old"), ("..2", "new")] {
      try files.createDirectory(
        atPath: "\(directory.path)/\(folder)", withIntermediateDirectories: false)
      try directory.write("\(folder)/nodes.yaml", Self.node(node))
    }
    try files.createSymbolicLink(
      atPath: "\(directory.path)/..data", withDestinationPath: "..1")
    try files.createSymbolicLink(
      atPath: "\(directory.path)/nodes.yaml", withDestinationPath: "..data/nodes.yaml")
    var reader = ManifestReader(directory: directory.path)
    #expect(reader.read().changes.nodes.upserted.map(\.name) == ["old"])
    try directory.remove("..data")
    try files.createSymbolicLink(
      atPath: "\(directory.path)/..data", withDestinationPath: "..2")
    let update = reader.read()
    #expect(update.changes.nodes.upserted.map(\.name) == ["new"])
    #expect(update.changes.nodes.removed == ["old"])
  }

  @Test func contradictoryPoolsKeepTheLastGoodConfiguration() throws {
    try directory.write("pool.yaml", Self.pool("one", "192.0.2.0/25"))
    var reader = ManifestReader(directory: directory.path)
    #expect(reader.read().changes.configuration?.pools.map(\.metadata.name.name) == ["one"])
    try directory.write("second.yaml", Self.pool("two", "192.0.2.64-192.0.2.200"))
    let overlap = reader.read()
    #expect(overlap.changes.configuration == nil)
    #expect(overlap.state.problems.contains { $0.severity == .error })
    try directory.write("second.yaml", Self.pool("two", "192.0.2.128/25"))
    #expect(
      reader.read().changes.configuration?.pools.map(\.metadata.name.name) == ["one", "two"])
  }
}
