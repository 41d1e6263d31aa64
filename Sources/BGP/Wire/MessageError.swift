/// What is wrong with a message, as the NOTIFICATION that must answer it.
public struct MessageError: Error, Hashable, Sendable {
  /// The NOTIFICATION to send; its code, subcode and data are those that the RFCs ask for.
  public let notification: NotificationMessage
  /// The fault in words, for our own log.
  public let detail: String

  /// The fault `reason`, with the data that the RFC gives the NOTIFICATION.
  public init(_ reason: NotificationReason, data: [UInt8] = [], detail: String) {
    notification = NotificationMessage(reason, data: data)
    self.detail = detail
  }
}

extension MessageError: CustomStringConvertible {
  public var description: String { "\(notification.reason): \(detail)" }
}
