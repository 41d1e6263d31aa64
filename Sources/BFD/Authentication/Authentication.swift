/// The key that both sides of an authenticated session share (RFC 5880 §6.7.4).
public struct Authentication: Hashable, Sendable {
  /// The types of authentication that use SHA1, by their numbers on the wire.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// The sequence number grows now and then: a recent packet can be replayed.
    case keyedSHA1 = 4
    /// The sequence number grows with every packet.
    case meticulousKeyedSHA1 = 5
  }

  /// The longest key, in octets.
  public static let maximumKeyLength = 20

  /// The type; both sides must have the same.
  public var kind: Kind
  /// The number of the key; both sides must give it the same.
  public var keyID: UInt8
  /// The key: 1...20 octets.
  public var key: [UInt8]

  /// Authentication with this key.
  public init(kind: Kind, keyID: UInt8, key: some Sequence<UInt8>) {
    self.kind = kind
    self.keyID = keyID
    self.key = Array(key)
  }
}
