import Glibc

/// Reads small files: tokens, certificates, kubeconfigs.
enum TextFile {
  /// The largest file that is read, in octets.
  private static let maximumSize = 4 << 20

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The text of a file; `remedy` says what to do where it cannot be read.
  static func read(
    _ path: String, remedy: String
  ) throws(KubernetesConfigurationError) -> String {
    String(decoding: try readOctets(path, remedy: remedy), as: UTF8.self)
  }

  /// The octets of a file.
  static func readOctets(
    _ path: String, remedy: String
  ) throws(KubernetesConfigurationError) -> [UInt8] {
    func failure(_ text: String) -> KubernetesConfigurationError {
      KubernetesConfigurationError(
        place: path, message: remedy.isEmpty ? text : "\(text); \(remedy)")
    }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure("cannot be opened: \(SystemText.of(errno))") }
    defer { close(file) }
    var octets: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("cannot be read: \(SystemText.of(errno))") }
      if count == 0 { return octets }
      octets += chunk[..<count]
      guard octets.count <= maximumSize else {
        throw failure("has more than the \(maximumSize) octets that are read")
      }
    }
  }

  /// What changes when a file is replaced or written; nil where it cannot be looked at.
  static func stamp(_ path: String) -> Stamp? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Stamp(
      device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
  }

  struct Stamp: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let seconds: Int64
    let nanoseconds: Int64
  }
}

/// The system's words for its errors.
enum SystemText {
  static func of(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
