import CLinux
import Glibc
import NIOCore

/// A program of the system that is run to its end.
public struct SystemProgram: Sendable {
  /// Why a program could not be run, or what it said.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
  }

  private let name: String
  private let path: String
  /// Of what it says so many octets are read.
  private let outputLimit: Int

  /// A program takes at most this long.
  private static let patience = TimeAmount.seconds(10)

  /// Finds the program in `PATH` and in the folders of system programs; nil where it is not installed.
  public init?(_ name: String, outputLimit: Int = 1 << 20) {
    let folders =
      (getenv("PATH").map { String(cString: $0) } ?? "").split(separator: ":").map(String.init)
      + ["/usr/sbin", "/sbin", "/usr/local/sbin"]
    let paths = folders.map { (folder: String) -> String in "\(folder)/\(name)" }
    guard let path = paths.first(where: { access($0, X_OK) == 0 }) else { return nil }
    self.name = name
    self.path = path
    self.outputLimit = outputLimit
  }

  /// What the program prints for these arguments and this input. Waits for it.
  public func run(_ arguments: [String], input: String = "") throws(Failure) -> String {
    do {
      // Files without names instead of pipes: neither side ever waits for the other.
      let files = try ["input", "output", "errors"].map { (use: String) in
        try Descriptor(clinux_memory_file("\(name) \(use)"), "making a file in memory")
      }
      try Self.write(input, to: files[0])
      let pid = try spawn(arguments, files)
      let status = try waitForEnd(of: pid)
      guard status == 0 else {
        let said = contents(of: files[2]).prefix { $0 != "\n" }
        throw Failure(said.isEmpty ? "\(path) ended with status \(status)" : "\(name): \(said)")
      }
      return contents(of: files[1])
    } catch let error as Failure {
      throw error
    } catch {
      throw Failure("\(error)")
    }
  }

  private func spawn(_ arguments: [String], _ files: [Descriptor]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in files.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file.raw, CInt(number))
    }
    _ = clinux_spawn_close_from(&actions, STDERR_FILENO + 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A Ctrl-C at the terminal is for the speaker, which removes its rules then.
    clinux_spawn_in_own_group(&attributes)

    let words = ([path] + arguments).map { (word: String) in strdup(word) }
    let variables = [strdup("LC_ALL=C")]
    defer { for word in words + variables { free(word) } }
    var pid = pid_t()
    let code = posix_spawn(&pid, path, &actions, &attributes, words + [nil], variables + [nil])
    guard code == 0 else {
      throw LinuxError(
        "starting \(path)", code: code,
        remedy: code == EPERM ? "it needs the capability NET_ADMIN" : nil)
    }
    return pid
  }

  private func waitForEnd(of pid: pid_t) throws -> CInt {
    let deadline = NIODeadline.now() + Self.patience
    var status: CInt = 0
    while true {
      let found = waitpid(pid, &status, NIODeadline.now() < deadline ? WNOHANG : 0)
      if found == pid { break }
      if found < 0, errno != EINTR { throw LinuxError.last("waiting for \(name)") }
      if NIODeadline.now() >= deadline { kill(pid, SIGKILL) }
      usleep(1000)
    }
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
  }

  private static func write(_ text: String, to file: Descriptor) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file.raw, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw LinuxError.last("writing to a file in memory") }
      bytes = bytes.dropFirst(count)
    }
    guard lseek(file.raw, 0, SEEK_SET) == 0 else { throw LinuxError.last("rewinding a file") }
  }

  private func contents(of file: Descriptor) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < outputLimit {
      let count = pread(file.raw, &chunk, chunk.count, off_t(bytes.count))
      guard count > 0 else { break }
      bytes += chunk[..<min(count, outputLimit - bytes.count)]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
