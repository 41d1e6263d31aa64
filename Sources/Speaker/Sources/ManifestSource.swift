import LinuxIO
import Logging
import NIOCore
import Resources
import ServiceLifecycle
import Status

/// Reads the manifests of a directory and follows their changes.
///
/// Files are read and decoded here, away from the control loop, which gets only what changed.
struct ManifestSource: ServiceLifecycle.Service {
  let directory: String
  let control: ControlLoop
  let logger: Logger

  func run() async throws {
    // The watch begins before the first reading, so that no change between the two is missed.
    let watch = try DirectoryWatch(directory)
    defer { watch.close() }
    var reader = ManifestReader(directory: directory)
    await waitUntilWritten(reader)
    await control.sourceChanged(reader.read())
    for await _ in watch.changes.cancelOnGracefulShutdown() {
      let receivedAt = NIODeadline.now()
      await waitUntilWritten(reader)
      var update = reader.read()
      update.receivedAt = receivedAt
      await control.sourceChanged(update)
    }
  }

  /// The watch tells of files that were closed, but others may be half-written at that moment. They
  /// are waited for, at most for a second, lest a part of a file be taken for all of it.
  private func waitUntilWritten(_ reader: ManifestReader) async {
    for _ in 0..<20 where reader.hasFilesInFlux {
      try? await Task.sleep(for: .milliseconds(50))
    }
  }
}

/// Keeps what was read of a directory, and reads again what has changed.
struct ManifestReader {
  private let directory: String
  private var store = ResourceStore()
  private var stamps: [String: FileStamp] = [:]
  /// The files of which objects are in use.
  private var filesWithObjects: Set<String> = []
  private var filesRead: UInt64 = 0
  private var filesInError: UInt64 = 0
  private var readings: UInt64 = 0
  private var lastChange: Timestamp?

  init(directory: String) { self.directory = directory }

  /// Whether a file that is to be read was written only just now, and may be written still.
  var hasFilesInFlux: Bool {
    let found = (try? ManifestFiles.list(directory)) ?? [:]
    return found.contains { name, stamp in
      stamps[name] != stamp && (0..<40_000_000).contains(stamp.nanosecondsSinceWritten)
    }
  }

  /// Reads the files that changed since the last call, and says what follows.
  mutating func read() -> SourceUpdate {
    readings += 1
    let found: [String: FileStamp]
    do {
      found = try ManifestFiles.list(directory)
    } catch {
      // A directory that is gone for a moment, as when a volume is mounted anew, is no order to
      // withdraw everything.
      let problem = Diagnostic(
        severity: .error, file: directory,
        message: "\(error.description); the last state that was read stays in use")
      return update(ResourceChanges(), besides: [problem], isReachable: false)
    }
    var decoded: [(file: String, content: DecodedFile?)] = []
    for name in stamps.keys.sorted() where found[name] == nil { decoded.append((name, nil)) }
    for (name, stamp) in found.sorted(by: { $0.key < $1.key }) where stamps[name] != stamp {
      decoded.append((name, read(name)))
    }
    for (name, content) in decoded where content == nil { filesWithObjects.remove(name) }
    stamps = found
    if !decoded.isEmpty { lastChange = .now }
    let changes = store.replace(decoded)
    return update(changes, besides: [])
  }

  private mutating func read(_ name: String) -> DecodedFile {
    filesRead += 1
    var file: DecodedFile
    do {
      file = ManifestDecoder.decode(try ManifestFiles.read("\(directory)/\(name)"), file: name)
    } catch {
      file = DecodedFile(
        name: name,
        diagnostics: [Diagnostic(severity: .error, file: name, message: error.description)])
    }
    if file.isComplete, file.isEmpty, filesWithObjects.contains(name) {
      // A shell empties a file before the program that fills it has begun.
      file.diagnostics.append(
        Diagnostic(
          severity: .error, file: name,
          message: "the file has become empty; to remove what it held, remove the file"))
    }
    if !file.objects.isEmpty || file.otherObjects > 0 {
      filesWithObjects.insert(name)
    } else if file.isComplete {
      filesWithObjects.remove(name)
    }
    if !file.isComplete { filesInError += 1 }
    return file
  }

  private var objectCounts: [String: Int] {
    var counts: [String: Int] = [:]
    for (kind, count) in store.objectCounts where count > 0 { counts[kind.rawValue] = count }
    return counts
  }

  private func update(
    _ changes: ResourceChanges, besides: [Diagnostic], isReachable: Bool = true
  ) -> SourceUpdate {
    let stream = StreamStatus(
      name: "manifests", isFollowed: isReachable, lastEventAt: lastChange, events: filesRead,
      lists: readings)
    return SourceUpdate(
      changes: changes,
      state: SourceState(
        objects: objectCounts, problems: store.diagnostics + besides, obstacles: besides,
        counters: ["filesRead": filesRead, "filesInError": filesInError], streams: [stream]))
  }
}

extension DecodedFile {
  /// Whether there is nothing in the file, not even an object of another kind.
  fileprivate var isEmpty: Bool { objects.isEmpty && otherObjects == 0 }
}
