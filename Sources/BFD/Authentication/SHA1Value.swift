import Crypto
import NIOCore

/// Twenty octets in line: a SHA1 digest, or a key padded with zeros.
public struct SHA1Value: Hashable, Sendable {
  /// The number of octets.
  public static let byteCount = 20

  private var first: UInt64 = 0
  private var second: UInt64 = 0
  private var third: UInt32 = 0

  /// The first twenty of these octets; zeros follow those that are missing.
  public init(_ octets: some Collection<UInt8>) {
    for (index, octet) in octets.prefix(Self.byteCount).enumerated() {
      let shift = 56 - 8 * (index & 7)
      switch index >> 3 {
      case 0: first |= UInt64(octet) << UInt64(shift)
      case 1: second |= UInt64(octet) << UInt64(shift)
      default: third |= UInt32(octet) << UInt32(shift - 32)
      }
    }
  }

  /// The digest of the bytes in `span` followed by those of `last`.
  init(hashing span: RawSpan, then last: SHA1Value) {
    var hash = Insecure.SHA1()
    span.withUnsafeBytes { hash.update(bufferPointer: $0) }
    var tail = (last.first.bigEndian, last.second.bigEndian, last.third.bigEndian)
    withUnsafeBytes(of: &tail) { bytes in
      // A tuple may be padded at its end.
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[..<Self.byteCount]))
    }
    self.init(hash.finalize())
  }

  private init(_ digest: Insecure.SHA1.Digest) {
    self = digest.withUnsafeBytes { SHA1Value($0) }
  }

  init(parsing bytes: RawSpan, at offset: Int) {
    first = bytes.uint64(at: offset)
    second = bytes.uint64(at: offset + 8)
    third = bytes.uint32(at: offset + 16)
  }

  func write(into buffer: inout ByteBuffer) {
    buffer.writeInteger(first)
    buffer.writeInteger(second)
    buffer.writeInteger(third)
  }

  /// Compares in a time that does not tell where the difference is.
  func isEqualInConstantTime(to other: SHA1Value) -> Bool {
    (first ^ other.first) | (second ^ other.second) | UInt64(third ^ other.third) == 0
  }
}
