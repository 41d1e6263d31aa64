import FoundationEssentials
import LinuxIO
import Status

/// Remembers over a restart of the speaker that its node is drained.
struct DrainFile: Sendable {
  /// Why the state could not be kept.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let path: String

  /// The file of a node in a directory.
  init(directory: String, node: String) { path = "\(directory)/\(node).drained" }

  /// Since when the node is drained; nil when it is not. A file that cannot be read counts: to take
  /// addresses against the will of somebody who drained the node is worse than to take none.
  func read() -> Timestamp? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let text = try? BoundedFile.read(path, limit: 64)
    let line = text.map { String(decoding: $0.bytes.prefix { $0 != 10 }, as: UTF8.self) }
    return line.flatMap { Timestamp($0) } ?? .now
  }

  /// Keeps that the node is drained; throws ``Failure``.
  func write(since: Timestamp) throws {
    do {
      try Data("\(since)\n".utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw Failure(
        description: "the drain was not begun, since it could not be kept over a restart of the "
          + "speaker: \(path) cannot be written: \(error); choose another folder with --state-dir")
    }
  }

  /// Keeps that the node is not drained; throws ``Failure``.
  func remove() throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw Failure(description: "the drain was not undone: \(path) cannot be removed: \(error)")
    }
  }
}
