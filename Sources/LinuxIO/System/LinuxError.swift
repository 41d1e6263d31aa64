import Glibc

/// A system call that failed.
public struct LinuxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried, for people: "joining ff02::1:ff00:1 on eth0".
  public var operation: String
  /// The `errno` of the failure.
  public var code: CInt
  /// What can be done about it, where that is known.
  public var remedy: String?

  /// An error with these fields.
  public init(_ operation: String, code: CInt, remedy: String? = nil) {
    self.operation = operation
    self.code = code
    self.remedy = remedy
  }

  /// The error of the system call that just failed on this thread.
  static func last(_ operation: String, remedy: String? = nil) -> LinuxError {
    LinuxError(operation, code: errno, remedy: remedy)
  }

  public var description: String {
    let text = "\(operation): \(String(cString: strerror(code))) (errno \(code))"
    return remedy.map { "\(text); \($0)" } ?? text
  }
}
