/// The message types of RFC 4271 §4.1 and RFC 2918.
public enum MessageType: UInt8, Hashable, Sendable, CaseIterable {
  case open = 1
  case update = 2
  case notification = 3
  case keepalive = 4
  case routeRefresh = 5

  /// The lengths that a message of this type may have, the header included (RFC 4271 §6.1).
  /// Extended messages are of some types only (RFC 8654 §4).
  func lengths(extended: Bool) -> ClosedRange<Int> {
    let longest =
      extended
      ? MessageHeader.maximumExtendedMessageLength : MessageHeader.maximumMessageLength
    return switch self {
    case .open: 29...MessageHeader.maximumMessageLength
    case .update: 23...longest
    case .notification: 21...longest
    case .keepalive: 19...19
    case .routeRefresh: 23...longest
    }
  }
}
