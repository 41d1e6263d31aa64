#if canImport(Glibc)
  import Glibc
#endif

/// Collects the exit statuses of children.
enum ProcessWait {
  /// Waits for the child `pid` to end and returns its status as a shell would.
  static func untilEnd(of pid: pid_t) throws -> Int32 {
    while true {
      var status: Int32 = 0
      let result = waitpid(pid, &status, 0)
      if result == pid { return shellStatus(status) }
      guard result < 0, errno == EINTR else {
        throw LabError("cannot wait for process \(pid): \(String(cString: strerror(errno)))")
      }
    }
  }

  /// The status of the child `pid` if it has ended; nil while it runs.
  static func ifEnded(_ pid: pid_t) -> Int32? {
    var status: Int32 = 0
    return waitpid(pid, &status, WNOHANG) == pid ? shellStatus(status) : nil
  }

  /// `wait(2)`'s status word as the number that a shell shows.
  private static func shellStatus(_ status: Int32) -> Int32 {
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }
}
