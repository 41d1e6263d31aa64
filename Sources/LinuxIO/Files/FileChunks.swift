import Glibc

/// Reads files of any length a piece at a time.
public enum FileChunks {
  /// Hands the content of the file at `path` to `body` in pieces of at most 64 KiB.
  ///
  /// Throws ``LinuxError`` when it cannot be read, and what `body` throws.
  public static func forEach(
    inFile path: String, _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw LinuxError("opening \(path)", code: errno) }
    defer { close(descriptor) }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw LinuxError("reading \(path)", code: errno) }
      if count == 0 { return }
      try body(chunk[..<count])
    }
  }
}
