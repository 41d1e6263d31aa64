public import Addresses
import NIOCore

/// A list of prefixes as it stands in an UPDATE (RFC 4271 §4.3). It is validated once; prefixes are
/// made only when somebody iterates.
public struct NLRI: Sequence, Sendable {
  /// The family of the prefixes.
  public let family: AddressFamily
  /// How many prefixes there are.
  public let count: Int
  private let bytes: ByteBuffer

  /// No prefixes.
  public static func empty(_ family: AddressFamily) -> NLRI {
    NLRI(family: family, count: 0, bytes: ByteBuffer())
  }

  private init(family: AddressFamily, count: Int, bytes: ByteBuffer) {
    self.family = family
    self.count = count
    self.bytes = bytes
  }

  /// The list in `bytes`; nil when a length exceeds the family's width or a prefix is cut off.
  init?(validating bytes: ByteBuffer, family: AddressFamily) {
    let count = bytes.withUnsafeReadableBytes { octets -> Int? in
      var position = 0
      var count = 0
      while position < octets.count {
        let bits = Int(octets[position])
        guard bits <= family.bitWidth else { return nil }
        position += 1 + (bits + 7) / 8
        count += 1
      }
      return position == octets.count ? count : nil
    }
    guard let count else { return nil }
    self.init(family: family, count: count, bytes: bytes)
  }

  /// Yields the prefixes in the order of the message; host bits are cleared.
  public struct Iterator: IteratorProtocol {
    private let family: AddressFamily
    private var bytes: ByteBuffer

    fileprivate init(_ list: NLRI) {
      family = list.family
      bytes = list.bytes
    }

    public mutating func next() -> IPPrefix? {
      guard let bits = bytes.readInteger(as: UInt8.self),
        let octets = bytes.readSlice(length: (Int(bits) + 7) / 8)
      else { return nil }
      var number: UInt128 = 0
      for octet in octets.readableBytesView { number = number << 8 | UInt128(octet) }
      let shift = family.bitWidth - octets.readableBytes * 8
      guard shift >= 0 else { return nil }
      return IPPrefix(
        IPAddress(family: family, number: number << UInt128(shift)), length: Int(bits))
    }
  }

  public func makeIterator() -> Iterator { Iterator(self) }

  public var underestimatedCount: Int { count }
}
