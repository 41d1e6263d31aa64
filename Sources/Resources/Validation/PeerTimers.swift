/// The hold time and the keepalive time of a BGPPeer, the one derived from the other.
struct PeerTimers: Equatable {
  /// In seconds, 0 or 3...65535 (RFC 4271 §4.2).
  let hold: UInt16
  /// In seconds, at most the hold time.
  let keepalive: UInt16

  /// Reads `holdTime` and `keepaliveTime`; nil, with an error, if they do not fit together.
  init?(from spec: inout FieldReader) {
    let holdField = spec.field("holdTime")
    let keepaliveField = spec.field("keepaliveTime")
    let hold = holdField?.seconds(0...65535)
    let keepalive = keepaliveField?.seconds(0...65535)
    if holdField != nil && hold == nil || keepaliveField != nil && keepalive == nil { return nil }
    if let hold, hold == 1 || hold == 2 {
      holdField?.fail("expected 0s or at least 3s, found \(hold)s")
      return nil
    }
    switch (hold, keepalive) {
    case (nil, nil):
      self = PeerTimers(hold: 90, keepalive: 30)
    case (let hold?, nil):
      self = PeerTimers(hold: hold, keepalive: hold / 3)
    case (nil, let keepalive?):
      guard keepalive * 3 <= 65535 else {
        keepaliveField?.fail(
          "expected at most 21845s where holdTime, three times as long, is not set, "
            + "found \(keepalive)s")
        return nil
      }
      self = PeerTimers(hold: keepalive * 3, keepalive: keepalive)
    case (let hold?, let keepalive?):
      guard keepalive <= hold else {
        keepaliveField?.fail("expected at most the holdTime, \(hold)s, found \(keepalive)s")
        return nil
      }
      guard keepalive > 0 || hold == 0 else {
        keepaliveField?.fail("expected at least 1s, as holdTime is \(hold)s, found 0s")
        return nil
      }
      self = PeerTimers(hold: hold, keepalive: keepalive)
    }
  }

  private init(hold: Int, keepalive: Int) {
    self.hold = UInt16(clamping: hold)
    self.keepalive = UInt16(clamping: keepalive)
  }
}
