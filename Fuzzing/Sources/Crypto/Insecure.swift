/// Stands in for the part of swift-crypto that BFD uses: to build that with instrumentation takes
/// longer than all the rest, and no fuzzer guesses a SHA1 digest. This one it may guess.
public enum Insecure {
  /// Has the interface of SHA1, and not its strength.
  public struct SHA1 {
    private var state: UInt32 = 0x811C_9DC5

    /// A hash of nothing.
    public init() {}

    /// Adds bytes.
    public mutating func update(bufferPointer: UnsafeRawBufferPointer) {
      for octet in bufferPointer { state = (state ^ UInt32(octet)) &* 0x0100_0193 }
    }

    /// The digest of what was added.
    public func finalize() -> Digest { Digest(state: state) }

    /// Twenty octets.
    public struct Digest {
      fileprivate let state: UInt32

      /// Hands the octets to `body`.
      public func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
      ) rethrows -> Result {
        try [UInt32](repeating: state, count: 5).withUnsafeBytes(body)
      }
    }
  }
}
