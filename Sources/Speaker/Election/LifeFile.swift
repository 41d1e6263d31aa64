import FoundationEssentials
import LinuxIO

/// The life of the last process of a node, so that the next one is a later one: other speakers do not
/// listen to what seems to come from an earlier life, as it would where the wall clock was set back.
struct LifeFile {
  let path: String

  /// The file of a node in a directory.
  init(directory: String, node: String) { path = "\(directory)/\(node).life" }

  /// The life that begins when the wall clock says `clock`, in microseconds since 1970; with the reason
  /// why it could not be kept.
  func begin(clock: UInt64) -> (life: UInt64, failure: (any Error)?) {
    let life = max(clock, (last ?? 0) + 1)
    do {
      try Data("\(life)\n".utf8).write(to: URL(filePath: path), options: .atomic)
      return (life, nil)
    } catch {
      return (life, error)
    }
  }

  /// What was kept; nil for nothing, and for a number that leaves no room for later lives.
  private var last: UInt64? {
    guard let content = try? BoundedFile.read(path, limit: 64) else { return nil }
    return UInt64(String(decoding: content.bytes.prefix { $0 != 10 }, as: UTF8.self))
      .flatMap { $0 < .max / 2 ? $0 : nil }
  }
}
