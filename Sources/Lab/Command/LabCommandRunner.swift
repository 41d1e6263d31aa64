#if canImport(Glibc)
  import Glibc
#endif

/// The command `bellman lab`.
public enum LabCommandRunner {
  /// Builds the lab, takes the tour, and removes the lab.
  ///
  /// - Parameters:
  ///   - options: What is asked for.
  ///   - binary: The program `bellman` that speakers and pods run; by default this process's own.
  /// - Returns: The exit status: 0 when every expectation of the tour came true, 1 when one did
  ///   not, 128 and the signal's number when the tour was interrupted.
  /// - Throws: ``LabError`` when the lab could not be built or broke.
  public static func run(options: LabCommandOptions, binary: String? = nil) async throws -> Int32 {
    guard Topology.nodeCounts.contains(options.nodes) else {
      throw LabError(
        "a lab has \(Topology.nodeCounts.lowerBound) to \(Topology.nodeCounts.upperBound) nodes, "
          + "not \(options.nodes)")
    }
    if options.clean {
      try Requirements.check()
      let removed = try await Leftovers.remove()
      print(removed.isEmpty ? "nothing was left behind" : "removed what was left of \(removed)")
      return 0
    }
    let signals = StopSignals()
    let program = try binary ?? ProgramPath.own()
    let work = Task { try await build(options, program: program) }
    signals.onFirst { _ in work.cancel() }
    do {
      return try await work.value
    } catch {
      // Whatever a cancelled task throws, the signal is the cause.
      guard let signal = signals.first else { throw error }
      Self.write("\nstopped by signal \(signal); the lab is removed\n")
      return 128 + signal
    }
  }

  private static func build(_ options: LabCommandOptions, program: String) async throws -> Int32 {
    write("building the lab ...\n")
    let labOptions = Lab.Options(binary: program, nodeCount: options.nodes)
    let failed = try await Lab.with(options: labOptions) { lab in
      let console = Console(colour: usesColour, write: Self.write)
      if options.skipTour {
        try await lab.startSpeakers()
        try await lab.waitForSessions()
      } else {
        try await Tour.run(lab, console)
        console.summary()
      }
      if options.keep { await stay(lab) }
      return !console.failures.isEmpty
    }
    write("the lab is removed\n")
    return failed ? 1 : 0
  }

  /// Tells how to look around and waits for the signal.
  private static func stay(_ lab: Lab) async {
    write(
      "\n" + LookAround.text(lab.topology, directory: lab.directory, binary: lab.options.binary))
    var follower = ManifestFollower(topology: lab.topology, directory: lab.directory)
    await follower.run { write("\($0)\n") }
    write("\nending the lab ...\n")
  }

  private static var usesColour: Bool {
    isatty(STDOUT_FILENO) == 1 && !Environment.isSet("NO_COLOR")
  }

  /// Writes to standard output at once; a reader that has gone away is no reason to stop.
  @Sendable private static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
