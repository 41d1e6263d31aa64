public import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// A process that runs until it is told to stop, with its output in a file.
///
/// The kernel kills it when this process dies, however that happens.
public actor ChildProcess {
  /// A signal that the lab sends.
  public enum Signal: Sendable {
    case interrupt, terminate, kill, stop, `continue`

    var number: Int32 {
      switch self {
      case .interrupt: SIGINT
      case .terminate: SIGTERM
      case .kill: SIGKILL
      case .stop: SIGSTOP
      case .continue: SIGCONT
      }
    }
  }

  /// What the process is called in messages.
  public nonisolated let name: String
  /// The process id.
  public nonisolated let pid: Int32
  /// The file that holds what it writes to standard output and standard error.
  public nonisolated let logPath: String

  private var status: Int32?

  /// Starts `arguments` in `namespace`, or in the present one if nil; what it writes is appended to the file `logPath`.
  public init(
    name: String, _ arguments: [String], in namespace: String?, logPath: String
  ) async throws {
    self.name = name
    self.logPath = logPath
    // The signal of `--pdeathsig` comes when the *thread* that started the child ends. The threads
    // of this pool live as long as the process, those of the cooperative pool need not.
    let place = namespace.map { ["ip", "netns", "exec", $0] } ?? []
    let guarded = ["setpriv", "--pdeathsig", "KILL"] + place + arguments
    pid = try await NIOThreadPool.singleton.runIfActive {
      let log = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      guard log >= 0 else {
        throw LabError("cannot write \(logPath): \(String(cString: strerror(errno)))")
      }
      defer { close(log) }
      return try Spawn.start(guarded, output: log, error: log)
    }
  }

  /// The exit status, as a shell would show it; nil while the process runs.
  public var exitStatus: Int32? {
    if status == nil { status = ProcessWait.ifEnded(pid) }
    return status
  }

  /// Sends a signal, unless the process has ended.
  public func send(_ signal: Signal) {
    if exitStatus == nil { kill(pid, signal.number) }
  }

  /// Waits until the process has ended, at most `limit`; nil when it still runs.
  public func waitForExit(within limit: TimeAmount) async throws -> Int32? {
    let deadline = NIODeadline.now() + limit
    while exitStatus == nil, NIODeadline.now() < deadline {
      try await Task.sleep(for: .milliseconds(5))
    }
    return exitStatus
  }

  /// Ends the process: a signal, then after `limit` SIGKILL. Returns the exit status.
  @discardableResult
  public func stop(by signal: Signal = .terminate, within limit: TimeAmount = .seconds(3)) async
    -> Int32?
  {
    send(signal)
    // A stopped process acts on no signal but these two.
    send(.continue)
    let deadline = NIODeadline.now() + limit
    while exitStatus == nil, NIODeadline.now() < deadline { await Pause.evenIfCancelled(5) }
    if exitStatus == nil {
      kill(pid, SIGKILL)
      while exitStatus == nil { await Pause.evenIfCancelled(5) }
    }
    return exitStatus
  }

  /// What the process has written so far.
  public nonisolated func log() -> String { TextFile.read(logPath) ?? "" }
}
