/// A 48-bit IEEE 802 MAC address.
public struct MACAddress: Hashable, Sendable {
  /// The address in the low 48 bits; the first octet on the wire is the most significant one.
  public let rawValue: UInt64

  /// The address made of the low 48 bits of `rawValue`.
  public init(rawValue: UInt64) { self.rawValue = rawValue & 0xFFFF_FFFF_FFFF }

  /// `ff:ff:ff:ff:ff:ff`.
  public static let broadcast = MACAddress(rawValue: 0xFFFF_FFFF_FFFF)

  /// The address that an IPv6 multicast group is sent to, `33:33` and its last 32 bits (RFC 2464 §7).
  public init(multicastGroup group: IPv6Address) {
    self.init(rawValue: 0x3333_0000_0000 | (group.low & 0xFFFF_FFFF))
  }

  /// Whether the group bit is set: broadcast and multicast addresses.
  public var isGroup: Bool { rawValue >> 40 & 1 == 1 }
}

extension MACAddress: LosslessStringConvertible {
  /// Parses six groups of two hexadecimal digits, separated by colons.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 6 else { return nil }
    var value: UInt64 = 0
    for part in parts {
      guard part.utf8.count == 2, part.utf8.allSatisfy(\.isHexDigit),
        let octet = UInt8(part, radix: 16)
      else { return nil }
      value = value << 8 | UInt64(octet)
    }
    self.init(rawValue: value)
  }

  public var description: String {
    var text = ""
    for shift in stride(from: 40, through: 0, by: -8) {
      let octet = UInt8(truncatingIfNeeded: rawValue >> UInt64(shift))
      if octet < 16 { text += "0" }
      text += String(octet, radix: 16)
      if shift > 0 { text += ":" }
    }
    return text
  }
}

extension MACAddress: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let address = MACAddress(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not a MAC address")
    }
    self = address
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
