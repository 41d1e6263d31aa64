/// Why a connection attempt or a session ended.
public enum SessionError: Error, Hashable, Sendable {
  /// We ended it with this NOTIFICATION; `detail` says what was wrong, for people.
  case notificationSent(NotificationMessage, detail: String)
  /// The neighbour ended it with this NOTIFICATION.
  case notificationReceived(NotificationMessage)
  /// The neighbour closed the connection without a NOTIFICATION, or it broke.
  case connectionClosed(reason: String?)
  /// The connection could not be made.
  case connectFailed(reason: String)
  /// The operator ended it.
  case stopped(StopReason)

  /// Nothing came back until the connect retry time was over.
  public static let noAnswer = SessionError.connectFailed(reason: "no answer in time")
}

extension SessionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notificationSent(let message, let detail):
      detail.isEmpty ? "sent \(message)" : "sent \(message) (\(detail))"
    case .notificationReceived(let message): "received \(message)"
    case .connectionClosed(let reason?): "connection closed: \(reason)"
    case .connectionClosed(nil): "connection closed by the peer"
    case .connectFailed(let reason): "connection failed: \(reason)"
    case .stopped(let reason): "stopped: \(reason.notification)"
    }
  }
}
