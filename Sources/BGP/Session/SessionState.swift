/// The states of RFC 4271 §8.2.2.
public enum SessionState: String, Hashable, Sendable, CaseIterable {
  /// Stopped, or waiting out a back-off after an error.
  case idle = "Idle"
  /// A connection attempt is under way.
  case connect = "Connect"
  /// The neighbour could not be reached; waiting to try again.
  case active = "Active"
  /// Our OPEN is sent.
  case openSent = "OpenSent"
  /// The neighbour's OPEN was good; waiting for its KEEPALIVE.
  case openConfirm = "OpenConfirm"
  /// Routes are exchanged.
  case established = "Established"
}

extension SessionState: CustomStringConvertible {
  public var description: String { rawValue }
}
