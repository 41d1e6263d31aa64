/// The message types of RFC 4271 §4.1 and RFC 2918.
public enum MessageType: UInt8, Hashable, Sendable, CaseIterable {
  /// Who the sender is, and what it offers.
  case open = 1
  /// Routes that come and go.
  case update = 2
  /// What was wrong, before the connection is closed.
  case notification = 3
  /// The sender is alive.
  case keepalive = 4
  /// All routes of a family are wanted again (RFC 2918), or a mark in the answer (RFC 7313).
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
