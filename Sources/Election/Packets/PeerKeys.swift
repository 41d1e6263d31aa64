import Crypto
import NIOCore

/// The keys of the peer plane: one to seal with, and another one that is accepted as well while
/// keys are changed. HMAC-SHA256 (RFC 2104), cut to 16 bytes.
public struct PeerKeys: Sendable {
  /// The bytes of a tag.
  public static let tagLength = 16
  /// The fewest bytes of a key.
  public static let shortest = 16

  private let keys: [SymmetricKey]

  /// Keys are compared by what they open, so their order says which one seals.
  ///
  /// - Parameters:
  ///   - current: Seals and opens.
  ///   - other: Opens as well: the next key before a change, the former one after it.
  /// - Throws: `PeerKeyError` for a key of fewer than 16 bytes.
  public init(current: [UInt8], other: [UInt8]? = nil) throws(PeerKeyError) {
    for key in [current, other ?? current] where key.count < Self.shortest {
      throw PeerKeyError(length: key.count)
    }
    keys = ([current] + (other.map { [$0] } ?? [])).map { SymmetricKey(data: $0) }
  }

  private init() { keys = [] }

  /// No keys: packets are neither sealed nor checked, and anybody on the network can move
  /// addresses. Only for `--insecure-peers`.
  public static let insecure = PeerKeys()

  /// A short name for each key, to compare the keys of two nodes without showing them: the one that
  /// seals first. They tell nothing about a key that was made at random.
  public var fingerprints: [String] {
    keys.map { key in
      let code = HMAC<SHA256>.authenticationCode(for: Array("bellman peer key".utf8), using: key)
      return code.prefix(4).map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
      }.joined()
    }
  }

  /// Whether packets are sealed.
  public var isSecure: Bool { !keys.isEmpty }

  /// The bytes by which a sealed packet is longer.
  var overhead: Int { keys.isEmpty ? 0 : Self.tagLength }

  /// Appends the tag over all readable bytes.
  func seal(_ buffer: inout ByteBuffer) {
    guard let key = keys.first else { return }
    let tag = buffer.withUnsafeReadableBytes {
      HMAC<SHA256>.authenticationCode(for: $0, using: key)
    }
    tag.withUnsafeBytes { bytes in
      _ = buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.tagLength)))
    }
  }

  /// Takes the tag off; false when no key fits.
  func open(_ buffer: inout ByteBuffer) -> Bool {
    if keys.isEmpty { return true }
    let length = buffer.readableBytes - Self.tagLength
    guard length >= 0,
      let tag = buffer.getBytes(at: buffer.readerIndex + length, length: Self.tagLength)
    else { return false }
    let isGenuine = keys.contains { key in
      let expected = buffer.withUnsafeReadableBytes {
        HMAC<SHA256>.authenticationCode(
          for: UnsafeRawBufferPointer(rebasing: $0.prefix(length)), using: key)
      }
      // Every byte is compared, so that the time does not tell how many were right.
      return expected.withUnsafeBytes { bytes in
        zip(bytes, tag).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
      }
    }
    if isGenuine { buffer.moveWriterIndex(to: buffer.writerIndex - Self.tagLength) }
    return isGenuine
  }
}

/// A key that is too short to keep anybody out.
public struct PeerKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes that it has.
  public let length: Int

  public var description: String {
    "the key of the peer plane has \(length) bytes and needs at least \(PeerKeys.shortest);"
      + " make one with: openssl rand -base64 32"
  }
}
