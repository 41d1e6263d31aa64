/// An extended community (RFC 4360) as a configuration spells it.
public struct ExtendedCommunityValue: RawRepresentable, Hashable, Sendable, Comparable {
  /// The eight octets, the type in the highest ones.
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// What such a value should be, for messages.
  static let expected =
    "an extended community such as rt:64512:100, soo:64512:1 or 0x and 16 hexadecimal digits"

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension ExtendedCommunityValue: LosslessStringConvertible {
  /// Parses `rt:ASN:VALUE` (a route target), `soo:ASN:VALUE` (a site of origin), or any community as
  /// `0x` and sixteen hexadecimal digits. An AS number beyond 65,535 leaves 16 bits for the value.
  public init?(_ text: some StringProtocol) {
    if text.hasPrefix("0x") {
      let digits = text.dropFirst(2)
      guard digits.utf8.count == 16, digits.allSatisfy(\.isHexDigit),
        let value = UInt64(digits, radix: 16)
      else { return nil }
      rawValue = value
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let subtype = Self.subtypes[String(parts[0])],
      parts[1...].allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let asNumber = UInt32(parts[1]), let value = UInt32(parts[2])
    else { return nil }
    if let short = UInt16(exactly: asNumber) {
      rawValue = subtype << 48 | UInt64(short) << 32 | UInt64(value)
    } else if let value = UInt16(exactly: value) {
      rawValue = (0x0200 | subtype) << 48 | UInt64(asNumber) << 16 | UInt64(value)
    } else {
      return nil
    }
  }

  private static let subtypes: [String: UInt64] = ["rt": 0x02, "soo": 0x03]

  /// What the initializer takes; a community of another type is shown as a number.
  public var description: String {
    let value = rawValue & 0xFFFF_FFFF_FFFF
    switch rawValue >> 48 {
    case 0x0002: return "rt:\(value >> 32):\(value & 0xFFFF_FFFF)"
    case 0x0003: return "soo:\(value >> 32):\(value & 0xFFFF_FFFF)"
    case 0x0202 where value >> 32 > 0: return "rt:\(value >> 16):\(value & 0xFFFF)"
    case 0x0203 where value >> 32 > 0: return "soo:\(value >> 16):\(value & 0xFFFF)"
    default: break
    }
    let digits = String(rawValue, radix: 16)
    return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
  }
}
