import CLinux
import Glibc

/// Runs an exec plugin. Blocks: not for threads that others wait for.
struct ExecProgram: Sendable {
  let plugin: ExecPlugin
  /// The value of `KUBERNETES_EXEC_INFO`.
  let info: String
  /// How long the program may take, in milliseconds.
  var patience: Int64 = 60_000

  private static let maximumOutput = 1 << 20

  /// What the program writes to standard output; what it writes as errors goes where ours go.
  func run() throws(KubernetesConfigurationError) -> [UInt8] {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw failure("cannot be started: \(SystemText.of(errno))")
    }
    let (reading, writing) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(reading) }
    let process: pid_t
    do {
      defer { close(writing) }
      process = try start(output: writing)
    }
    let output: [UInt8]
    do {
      output = try read(reading)
    } catch {
      // The program is ours and its group has its own children.
      kill(-process, SIGKILL)
      _ = wait(for: process)
      throw error
    }
    let status = wait(for: process)
    guard status == 0 else {
      let cause =
        status & 0x7F == 0 ? "exit code \((status >> 8) & 0xFF)" : "signal \(status & 0x7F)"
      throw failure("failed with \(cause); run it by hand to see why")
    }
    return output
  }

  private func failure(_ message: String) -> KubernetesConfigurationError {
    KubernetesConfigurationError(place: "exec plugin \(plugin.command)", message: message)
  }

  private func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status
  }

  private func start(output: Int32) throws(KubernetesConfigurationError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    _ = clinux_spawn_close_from(&actions, STDERR_FILENO + 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    clinux_spawn_in_own_group(&attributes)
    var process = pid_t()
    var code: CInt = 0
    // A program whose file is being written at this moment is soon complete.
    for attempt in 0..<20 {
      if attempt > 0 { usleep(50_000) }
      code = Self.withCStrings([plugin.command] + plugin.arguments) { arguments in
        Self.withCStrings(environment) { environment in
          posix_spawnp(&process, plugin.command, &actions, &attributes, arguments, environment)
        }
      }
      guard code == ETXTBSY else { break }
    }
    guard code == 0 else {
      let hint = plugin.installHint.map { "; \($0)" } ?? ""
      throw failure("cannot be started: \(SystemText.of(code))\(hint)")
    }
    return process
  }

  private var environment: [String] {
    let own =
      plugin.environment.map { (name: $0.name, value: $0.value) }
      + [(name: "KUBERNETES_EXEC_INFO", value: info)]
    let names = Set(own.map(\.name))
    var result = own.map { "\($0.name)=\($0.value)" }
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if !names.contains(String(text.prefix { $0 != "=" })) { result.append(text) }
      next += 1
    }
    return result
  }

  private func read(_ file: Int32) throws(KubernetesConfigurationError) -> [UInt8] {
    let end = Self.milliseconds() + patience
    var octets: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let left = end - Self.milliseconds()
      guard left > 0 else { throw failure("gave no answer within \(patience / 1000) s") }
      var descriptor = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, Int32(min(left, 1000))) > 0 else { continue }
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return octets }
      octets += chunk[..<count]
      guard octets.count <= Self.maximumOutput else {
        throw failure("gave more than the \(Self.maximumOutput) octets that are read")
      }
    }
  }

  private static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers)
  }
}
