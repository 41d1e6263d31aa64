#if canImport(Glibc)
  import Glibc
#endif

/// Reads and writes whole text files.
enum TextFile {
  /// The text of the file; nil when it cannot be read. Bytes that are not UTF-8 are replaced.
  static func read(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  /// Puts `text` in place of the file in one step: no reader ever sees a part of it.
  static func replace(_ path: String, with text: String) throws {
    let temporary = hiddenSibling(of: path)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("write", temporary) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let error = failure("write", temporary)
        close(descriptor)
        unlink(temporary)
        throw error
      }
      rest = rest.dropFirst(count)
    }
    close(descriptor)
    guard rename(temporary, path) == 0 else { throw failure("rename", temporary) }
  }

  /// Removes the file; one that is not there is no error.
  static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
  }

  /// `.NAME.new` beside the file: readers of the directory pass hidden names over.
  private static func hiddenSibling(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return ".\(path).new" }
    return "\(path[...slash]).\(path[path.index(after: slash)...]).new"
  }

  private static func failure(_ verb: String, _ path: String) -> LabError {
    LabError("cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
