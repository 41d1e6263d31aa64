/// A TCP address on which peers are awaited.
public struct ListenerStatus: Codable, Hashable, Sendable {
  /// The address and port, such as `0.0.0.0:179` or `[::]:179`.
  public let address: String
  /// How many connections of peers were taken since the start.
  public let accepted: UInt64
  /// How many connections were closed at once since the start, by the name of the reason:
  /// `notConfigured`, `tooMany` or `unprotected`.
  public let refused: [String: UInt64]

  /// A listener with these values.
  public init(address: String, accepted: UInt64 = 0, refused: [String: UInt64] = [:]) {
    self.address = address
    self.accepted = accepted
    self.refused = refused
  }
}
