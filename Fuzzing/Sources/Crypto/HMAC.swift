/// Stands in for the hash of ``HMAC``.
public enum SHA256 {}

/// Stands in for a key of swift-crypto.
public struct SymmetricKey: Sendable {
  fileprivate let octets: [UInt8]

  /// A key of these octets.
  public init(data: [UInt8]) { octets = data }
}

/// Has the interface of swift-crypto's HMAC, and not its strength.
public enum HMAC<Hash> {
  /// Thirty-two octets.
  public struct Code: Sequence {
    fileprivate let octets: [UInt8]

    /// Its octets in order.
    public func makeIterator() -> IndexingIterator<[UInt8]> { octets.makeIterator() }

    /// Hands the octets to `body`.
    public func withUnsafeBytes<Result>(
      _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
      try octets.withUnsafeBytes(body)
    }
  }

  /// A hash of the key and the message.
  public static func authenticationCode(
    for message: some Sequence<UInt8>, using key: SymmetricKey
  ) -> Code {
    var state: UInt32 = 0x811C_9DC5
    for octet in key.octets { state = (state ^ UInt32(octet)) &* 0x0100_0193 }
    for octet in message { state = (state ^ UInt32(octet)) &* 0x0100_0193 }
    return Code(
      octets: (0..<32).map { UInt8(truncatingIfNeeded: state >> UInt32($0 % 4 * 8)) })
  }
}
