import Glibc

/// A file that only this user can write, read line by line.
public final class OwnFile {
  /// Why a file is not read.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    case system(LinuxError)
    /// It belongs to somebody else, others can write it, or it is a link or no file at all.
    case notOwn
    /// It has more octets than are read.
    case tooLarge(limit: Int)
    /// The last line does not end.
    case cut

    public var description: String {
      switch self {
      case .system(let error): "\(error)"
      case .notOwn: "it is not a plain file that user \(geteuid()) owns and nobody else can write"
      case .tooLarge(let limit): "it has more than \(limit) octets"
      case .cut: "it ends in the middle of a line"
      }
    }
  }

  private let descriptor: CInt
  private let path: String
  private let limit: Int
  private var count = 0
  private var chunk: [UInt8] = []
  private var place = 0

  /// Opens the file at `path`, of at most `limit` octets; nil where there is none.
  public init?(_ path: String, limit: Int) throws(Failure) {
    self.path = path
    self.limit = limit
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT { return nil }
      throw code == ELOOP ? .notOwn : .system(LinuxError("opening \(path)", code: code))
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_uid == geteuid(), status.st_mode & (S_IWGRP | S_IWOTH) == 0
    else { throw .notOwn }
    guard status.st_size <= limit else { throw .tooLarge(limit: limit) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next line without its end; nil after the last.
  public func next() throws(Failure) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      if let end = chunk[place...].firstIndex(of: UInt8(ascii: "\n")) {
        line += chunk[place..<end]
        place = end + 1
        return line
      }
      line += chunk[place...]
      guard try readChunk() else {
        if line.isEmpty { return nil }
        throw .cut
      }
    }
  }

  private func readChunk() throws(Failure) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let read = Glibc.read(descriptor, &buffer, buffer.count)
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else { throw .system(LinuxError("reading \(path)", code: errno)) }
      count += read
      guard count <= limit else { throw .tooLarge(limit: limit) }
      chunk = Array(buffer[..<read])
      place = 0
      return read > 0
    }
  }

  /// Replaces octets in the midst of the file at `path`.
  public static func overwrite(
    _ path: String, at offset: Int, with octets: [UInt8]
  ) throws(LinuxError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw .last("opening \(path)") }
    defer { close(descriptor) }
    guard pwrite(descriptor, octets, octets.count, off_t(offset)) == octets.count else {
      throw .last("writing \(path)")
    }
  }
}

/// A file of which only this user can read anything, and which takes the place of another in one step
/// once all of it is on the disk.
public final class ReplacingFile {
  private let path: String
  private let temporary: String
  private let descriptor: CInt
  private var buffer: [UInt8] = []
  private var isInPlace = false
  /// The octets that were appended.
  public private(set) var count = 0

  /// Begins a file that is to be at `path`.
  public init(_ path: String) throws(LinuxError) {
    self.path = path
    temporary = "\(path).new"
    // What a process left that was killed.
    unlink(temporary)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .last("making \(temporary)") }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if !isInPlace { unlink(temporary) }
  }

  /// Appends octets.
  public func append(_ octets: some Collection<UInt8>) throws(LinuxError) {
    buffer += octets
    count += octets.count
    if buffer.count >= 1 << 16 { try flush() }
  }

  /// Puts the file in its place.
  public func finish() throws(LinuxError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw .last("writing \(temporary)") }
    guard rename(temporary, path) == 0 else { throw .last("renaming \(temporary) to \(path)") }
    isInPlace = true
  }

  private func flush() throws(LinuxError) {
    var written = 0
    while written < buffer.count {
      let count = buffer[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .last("writing \(temporary)") }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
