/// An extended community (RFC 4360): eight octets, the first of which tell what the rest means.
public struct ExtendedCommunity: RawRepresentable, Hashable, Sendable {
  /// The eight octets, the type in the highest ones.
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The routing tables that may take the route (RFC 4360 §4).
  public static func routeTarget(_ asNumber: UInt16, _ value: UInt32) -> ExtendedCommunity {
    ExtendedCommunity(type: 0x0002, UInt64(asNumber) << 32 | UInt64(value))
  }

  /// The same for an AS number of four octets (RFC 5668).
  public static func routeTarget(fourOctetAS asNumber: UInt32, _ value: UInt16) -> Self {
    ExtendedCommunity(type: 0x0202, UInt64(asNumber) << 16 | UInt64(value))
  }

  /// Where the route comes from (RFC 4360 §5).
  public static func siteOfOrigin(_ asNumber: UInt16, _ value: UInt32) -> ExtendedCommunity {
    ExtendedCommunity(type: 0x0003, UInt64(asNumber) << 32 | UInt64(value))
  }

  /// The bandwidth behind the next hop, by which a router shares traffic between equal paths
  /// (draft-ietf-idr-link-bandwidth).
  ///
  /// - Parameters:
  ///   - asNumber: Who says so; one that exceeds two octets becomes ``OpenMessage/asTrans``.
  ///   - bytesPerSecond: The bandwidth; only the ratio to that of other paths matters. What is not a
  ///     positive number becomes 0.
  ///   - isTransitive: Whether other autonomous systems than the neighbour's may see it.
  public static func linkBandwidth(
    _ asNumber: UInt32, bytesPerSecond: Float, isTransitive: Bool = false
  ) -> ExtendedCommunity {
    let asField = UInt16(exactly: asNumber) ?? OpenMessage.asTrans
    let bandwidth = bytesPerSecond.isFinite && bytesPerSecond > 0 ? bytesPerSecond : 0
    return ExtendedCommunity(
      type: isTransitive ? 0x0004 : 0x4004,
      UInt64(asField) << 32 | UInt64(bandwidth.bitPattern))
  }

  private init(type: UInt64, _ value: UInt64) { rawValue = type << 48 | value }

  private var type: UInt64 { rawValue >> 48 }

  /// Whether it goes beyond the autonomous system that receives it (RFC 4360 §2).
  public var isTransitive: Bool { rawValue >> 62 & 1 == 0 }

  /// The bandwidth in bytes per second of a link bandwidth community, nil for any other.
  public var bytesPerSecond: Float? {
    guard type & 0xBFFF == 0x0004 else { return nil }
    return Float(bitPattern: UInt32(truncatingIfNeeded: rawValue))
  }
}

extension ExtendedCommunity: Comparable {
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension ExtendedCommunity: LosslessStringConvertible {
  /// Parses what ``description`` gives: `rt:ASN:VALUE` and `soo:ASN:VALUE` in decimal numbers, or any
  /// community as `0x` and sixteen hexadecimal digits.
  public init?(_ text: some StringProtocol) {
    if text.hasPrefix("0x") {
      let digits = text.dropFirst(2)
      guard digits.utf8.count == 16, digits.allSatisfy(\.isHexDigit),
        let value = UInt64(digits, radix: 16)
      else { return nil }
      self.init(rawValue: value)
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let numbers = decimalParts(of: parts[1], count: 2) else { return nil }
    switch (parts[0], UInt16(exactly: numbers[0]), UInt16(exactly: numbers[1])) {
    case ("rt", let asNumber?, _): self = .routeTarget(asNumber, numbers[1])
    case ("rt", nil, let value?): self = .routeTarget(fourOctetAS: numbers[0], value)
    case ("soo", let asNumber?, _): self = .siteOfOrigin(asNumber, numbers[1])
    default: return nil
    }
  }

  public var description: String {
    let value = rawValue & 0xFFFF_FFFF_FFFF
    switch type {
    case 0x0002: return "rt:\(value >> 32):\(value & 0xFFFF_FFFF)"
    case 0x0202 where value >> 32 > 0: return "rt:\(value >> 16):\(value & 0xFFFF)"
    case 0x0003: return "soo:\(value >> 32):\(value & 0xFFFF_FFFF)"
    default:
      let digits = String(rawValue, radix: 16)
      return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
    }
  }
}
