import CLinux

#if canImport(Glibc)
  import Glibc
#endif

/// Starts processes with `posix_spawn`.
enum Spawn {
  /// Starts `arguments` in a process group of its own, so that Ctrl-C at the terminal reaches the
  /// lab alone, with no signal blocked or ignored, reading nothing.
  ///
  /// - Parameters:
  ///   - arguments: The program and its arguments.
  ///   - output: The descriptor that becomes standard output.
  ///   - error: The descriptor that becomes standard error.
  /// - Returns: The process id.
  static func start(_ arguments: [String], output: Int32, error: Int32) throws -> pid_t {
    guard let name = arguments.first else { throw LabError("there is no program to start") }
    let path = try Executable.path(of: name)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO)
    // What other threads have open stays theirs: a pipe that lives on in a child never ends.
    _ = clinux_spawn_close_from(&actions, STDERR_FILENO + 1)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    clinux_spawn_in_own_group(&attributes)

    var pid = pid_t()
    let code = withCStrings(arguments) { argv in
      withCStrings(environment()) { envp in
        posix_spawn(&pid, path, &actions, &attributes, argv, envp)
      }
    }
    guard code == 0 else {
      throw LabError("cannot start \(path): \(String(cString: strerror(code)))")
    }
    return pid
  }

  /// This process's environment with the longer search path, and with messages in English and
  /// times in UTC, so that they can be read by a program.
  private static func environment() -> [String] {
    let own = ["PATH=\(Executable.searchPath)", "LC_ALL=C", "TZ=UTC"]
    var result = own
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      let name = text.prefix { $0 != "=" }
      if !own.contains(where: { $0.hasPrefix("\(name)=") }) { result.append(text) }
      next += 1
    }
    return result
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
