import Glibc

/// Reads files of which a bounded part is kept.
public enum BoundedFile {
  /// The first octets of the file at `path`, at most `limit`, and whether there are more. Throws
  /// when it cannot be read.
  public static func read(
    _ path: String, limit: Int
  ) throws(LinuxError) -> (bytes: [UInt8], isCut: Bool) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw LinuxError("opening \(path)", code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw LinuxError("reading \(path)", code: errno) }
      if count == 0 { return (bytes, false) }
      bytes.append(contentsOf: chunk[..<min(count, limit - bytes.count)])
      if bytes.count == limit, count > 0 {
        let more = Glibc.read(descriptor, &chunk, 1)
        return (bytes, more > 0)
      }
    }
  }
}
