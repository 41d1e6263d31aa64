import FoundationEssentials
import Glibc

/// Files of one test in a directory of their own.
struct TemporaryFiles: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory.path + "/kubernetes-client-\(getpid())-"
      + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: nil)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and gives its path.
  @discardableResult
  func write(_ text: String, to name: String, executable: Bool = false) throws -> String {
    let file = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
    if executable { chmod(file, 0o755) }
    return file
  }
}
