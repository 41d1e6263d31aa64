import Election

extension Message {
  /// The most rows that one frame has: of the longest rows as many as fit, with all that is around
  /// them, into the 1,280 octets that every segment carries.
  private static let rowsPerFrame = 16

  /// The message in parts for the segment. Packets are fragmented where they are too long for a link;
  /// a frame is lost there.
  var frameParts: [Message] {
    guard case .rows(let message) = self, message.rows.count > Self.rowsPerFrame else {
      return [self]
    }
    return stride(from: 0, to: message.rows.count, by: Self.rowsPerFrame).map { start in
      var part = message
      part.rows = Array(message.rows[start...].prefix(Self.rowsPerFrame))
      return .rows(part)
    }
  }
}
