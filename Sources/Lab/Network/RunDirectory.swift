#if canImport(Glibc)
  import Glibc
#endif

/// The folder of one run: manifests, sockets, logs and captures, and who owns the run.
public struct RunDirectory: Hashable, Sendable {
  /// The folder of all runs: /run/bellman-lab, or below $TMPDIR where /run cannot be written.
  static let parent: String = {
    let base = access("/run", W_OK) == 0 ? "/run" : Environment.value("TMPDIR")
    return "\(base ?? "/tmp")/bellman-lab"
  }()

  /// The run id.
  public let id: String
  /// The folder.
  public let path: String

  /// The folder of the run `id`, whether it is there or not.
  init(id: String, parent: String = Self.parent) {
    self.id = id
    path = "\(parent)/\(id)"
  }

  /// The folder that the speakers read.
  public var manifests: String { "\(path)/manifests" }
  /// The log file of the process `name`.
  public func log(_ name: String) -> String { "\(path)/\(name).log" }
  /// The status socket of the speaker of `node`.
  public func socket(node: String) -> String { "\(path)/\(node).sock" }
  /// The control socket of the router.
  public var routerSocket: String { "\(path)/bird.ctl" }
  /// The key that the speakers share.
  public var peerKey: String { "\(path)/peers.key" }
  /// A file called `name`.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  private var ownerFile: String { file("owner") }

  /// Makes a folder with an id that no other run has, owned by this process.
  static func create(parent: String = Self.parent) throws -> RunDirectory {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      let directory = RunDirectory(id: RunID.make(using: &generator), parent: parent)
      guard try Folder.make(directory.id, in: parent) else { continue }
      // Until the owner is written the folder counts as young, not as abandoned.
      try TextFile.replace(directory.ownerFile, with: "\(ProcessIdentity.current())\n")
      _ = try Folder.make(directory.manifests)
      let key = (0..<4).map { _ in String(generator.next() as UInt64, radix: 16) }
      try TextFile.replace(directory.peerKey, with: key.joined() + "\n")
      return directory
    }
    throw LabError("\(parent) is full of labs; end some, or remove it when none runs")
  }

  /// The folders of the labs on this machine, in which their sockets are, sorted.
  public static func paths() -> [String] { all().map(\.path) }

  /// All runs that have a folder, sorted by id.
  static func all(parent: String = Self.parent) -> [RunDirectory] {
    Folder.names(in: parent).map { RunDirectory(id: $0, parent: parent) }
  }

  /// Whether the process that made the folder is gone.
  var isAbandoned: Bool {
    if let text = TextFile.read(ownerFile), let owner = ProcessIdentity(text: text) {
      return !owner.isAlive
    }
    var info = stat()
    guard stat(path, &info) == 0 else { return false }
    return time(nil) - info.st_mtim.tv_sec > 60
  }

  /// Runs `body`, which removes the run, if it is abandoned and nobody else is removing it: of two who
  /// do so at once, each would fail by what the other had removed already. Returns whether it ran.
  func ifAbandoned(_ body: () async throws -> Void) async throws -> Bool {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isAbandoned else { return false }
    try await body()
    return true
  }

  /// Copies the texts of the run to a folder of its own in `folder`: for looking into a test that
  /// failed, with the environment variable BELLMAN_LAB_LOGS.
  func keepLogs(in folder: String) {
    let target = "\(folder)/\(id)"
    guard (try? Folder.make(target)) == true else { return }
    for name in Folder.names(in: path) {
      guard let text = TextFile.read(file(name)) else { continue }
      try? TextFile.replace("\(target)/\(name)", with: text)
    }
  }

  /// Removes the folder, and that of all runs if it was the last.
  func remove() {
    Folder.remove(path)
    if let slash = path.lastIndex(of: "/") { rmdir(String(path[..<slash])) }
  }
}
