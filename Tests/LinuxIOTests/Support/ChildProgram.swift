import Foundation

/// A program that was started, with its output in one pipe.
///
/// Not by Foundation's `Process`, which misses the end of a program when several threads wait for theirs.
final class ChildProgram: Sendable {
  private let pid: pid_t
  /// The end of the pipe from which the output is read.
  let output: CInt

  /// Starts a program; words are separated by single spaces. Its output goes to a file where one is
  /// named.
  convenience init(_ command: String, log: String? = nil) throws {
    try self.init(command.split(separator: " ").map(String.init), log: log)
  }

  /// Starts a program.
  init(_ arguments: [String], log: String? = nil) throws {
    let command = arguments.joined(separator: " ")
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw ChildFailure(command, errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let log {
      posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    } else {
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    }
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Threads of the test runner block signals, which a program would inherit.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    guard let name = words[0] else { throw ChildFailure(command, ENOENT) }
    var started: pid_t = 0
    let code = posix_spawnp(&started, name, &actions, &attributes, &words, environ)
    guard code == 0 else {
      close(ends[0])
      throw ChildFailure(command, code)
    }
    pid = started
    output = ends[0]
  }

  deinit { close(output) }

  /// What the program prints next; empty at its end.
  func read() -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = Glibc.read(output, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      return Array(buffer.prefix(max(0, count)))
    }
  }

  /// Waits for the end of the program; its status, or 128 and the number of the signal that ended it.
  /// Call it once.
  func wait() -> Int32 {
    var status: CInt = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  /// Ends the program at once.
  func end() { kill(pid, SIGKILL) }
}

/// A program that could not be started.
struct ChildFailure: Error, CustomStringConvertible {
  let description: String

  init(_ command: String, _ code: CInt) {
    description = "cannot start '\(command)': \(String(cString: strerror(code)))"
  }
}
