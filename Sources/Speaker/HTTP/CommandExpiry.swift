import HTTPTypes
import LinuxIO
import NIOCore

/// Until when a command counts that is given over the status socket. A speaker that is stopped, or
/// hangs, finds in its socket what it was told as soon as it goes on; whoever told it has long been
/// told that nobody answered.
enum CommandExpiry {
  /// The field of a request with nanoseconds of the clock that client and speaker share, the one that
  /// counts suspend.
  static let name = "bellman-expires"

  /// What the field has when the client waits no longer than `time`.
  static func value(after time: TimeAmount) -> String {
    String((ReplyLease.now + time).uptimeNanoseconds)
  }

  /// Whether nobody waits for the answer to these fields any more. Who does not say how long it waits,
  /// such as curl, waits.
  static func hasPassed(_ fields: HTTPFields) -> Bool {
    guard let name = HTTPField.Name(Self.name), let text = fields[name] else { return false }
    return UInt64(text).map { $0 < ReplyLease.now.uptimeNanoseconds } ?? true
  }
}
