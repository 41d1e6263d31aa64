#if canImport(Glibc)
  import Glibc
#endif

/// A process by id and start time: together they are never used again until the next boot.
struct ProcessIdentity: Hashable {
  let pid: Int32
  /// Clock ticks since boot, field 22 of /proc/PID/stat.
  let startTime: UInt64

  /// This process.
  static func current() throws -> ProcessIdentity {
    guard let identity = ProcessIdentity(pid: getpid()) else {
      throw LabError("/proc/\(getpid())/stat cannot be read; is /proc mounted?")
    }
    return identity
  }

  /// The process that has the id `pid` now; nil when there is none.
  init?(pid: Int32) {
    // The second field is the program's name in parentheses and may itself hold any character.
    guard let text = TextFile.read("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
      return nil
    }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let time = UInt64(fields[19]) else { return nil }
    self.pid = pid
    startTime = time
  }

  /// Parses the text that ``description`` makes.
  init?(text: String) {
    let parts = text.trimmed.split(separator: " ")
    guard parts.count == 2, let pid = Int32(parts[0]), let time = UInt64(parts[1]) else {
      return nil
    }
    self.pid = pid
    startTime = time
  }

  /// Whether this very process still runs.
  var isAlive: Bool { ProcessIdentity(pid: pid) == self }
}

extension ProcessIdentity: CustomStringConvertible {
  var description: String { "\(pid) \(startTime)" }
}
