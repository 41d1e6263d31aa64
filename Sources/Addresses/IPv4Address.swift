/// An IPv4 address, held in host byte order.
public struct IPv4Address: Hashable, Sendable {
  /// The 32 bits of the address; `192.0.2.1` is `0xC000_0201`.
  public var rawValue: UInt32

  /// The address made of these 32 bits, most significant octet first.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The address `a.b.c.d`.
  public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    rawValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
  }
}

extension IPv4Address: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension IPv4Address: LosslessStringConvertible {
  /// Parses dotted-decimal text of four parts without leading zeros (RFC 6943 §3.1.1, strict form).
  public init?(_ text: some StringProtocol) {
    var value: UInt32 = 0
    var parts = 0
    var part: UInt32 = 0
    var digits = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if digits > 0, part == 0 { return nil }
        part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
        digits += 1
        if part > 255 { return nil }
      case UInt8(ascii: "."):
        if digits == 0 || parts == 3 { return nil }
        value = value << 8 | part
        parts += 1
        part = 0
        digits = 0
      default:
        return nil
      }
    }
    guard parts == 3, digits > 0 else { return nil }
    rawValue = value << 8 | part
  }

  public var description: String {
    "\(rawValue >> 24).\(rawValue >> 16 & 0xFF).\(rawValue >> 8 & 0xFF).\(rawValue & 0xFF)"
  }
}
