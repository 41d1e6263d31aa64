extension Session {
  /// The state of a session (RFC 5880 §6.2), by its number on the wire.
  public enum State: UInt8, Hashable, Sendable, CaseIterable {
    /// An operator disabled the session.
    case adminDown = 0
    /// The peer is not heard, or says that it does not hear us.
    case down = 1
    /// The peer is heard, and does not know yet that it is.
    case `init` = 2
    /// Both sides hear each other.
    case up = 3

    /// The state of the lower two bits.
    init(bits: UInt8) {
      switch bits & 3 {
      case 0: self = .adminDown
      case 1: self = .down
      case 2: self = .`init`
      default: self = .up
      }
    }
  }
}

extension Session.State: CustomStringConvertible {
  /// The name in RFC 5880.
  public var description: String {
    switch self {
    case .adminDown: "AdminDown"
    case .down: "Down"
    case .`init`: "Init"
    case .up: "Up"
    }
  }
}

extension Session.State {
  /// Where a packet with the state `received` leads, and the diagnostic of that change; nil where it
  /// changes nothing (RFC 5880 §6.8.6).
  func next(received: Session.State) -> (state: Session.State, diagnostic: Diagnostic)? {
    switch (self, received) {
    case (.down, .down): (.`init`, .none)
    case (.down, .`init`), (.`init`, .`init`), (.`init`, .up): (.up, .none)
    case (.`init`, .adminDown), (.up, .adminDown), (.up, .down):
      (.down, .neighborSignaledSessionDown)
    case (.adminDown, _), (.down, .adminDown), (.down, .up), (.`init`, .down), (.up, .`init`),
      (.up, .up):
      nil
    }
  }
}
