/// An address prefix such as `203.0.113.0/24`. Bits beyond the length are always zero.
public struct IPPrefix: Hashable, Sendable {
  /// The first address of the prefix.
  public let address: IPAddress
  /// The number of leading bits that are fixed: 0...32 for IPv4, 0...128 for IPv6.
  public let length: Int

  /// The prefix of `length` bits that holds `address`; nil when the length is out of range.
  public init?(_ address: IPAddress, length: Int) {
    let width = address.family.bitWidth
    guard (0...width).contains(length) else { return nil }
    self.length = length
    self.address = IPAddress(
      family: address.family, number: address.number & Self.mask(length: length, width: width))
  }

  /// The prefix that holds `address` alone: a /32 or a /128.
  public init(host address: IPAddress) {
    self.address = address
    length = address.family.bitWidth
  }

  /// The family of the prefix.
  public var family: AddressFamily { address.family }

  /// The last address of the prefix.
  public var lastAddress: IPAddress {
    let width = family.bitWidth
    let hostBits = ~Self.mask(length: length, width: width) & Self.mask(length: width, width: width)
    return IPAddress(family: family, number: address.number | hostBits)
  }

  /// Whether `other` lies in this prefix.
  public func contains(_ other: IPAddress) -> Bool {
    guard other.family == family else { return false }
    let mask = Self.mask(length: length, width: family.bitWidth)
    return other.number & mask == address.number
  }

  private static func mask(length: Int, width: Int) -> UInt128 {
    let all: UInt128 = width == 128 ? .max : (1 << UInt128(width)) - 1
    return length == 0 ? 0 : (all << UInt128(width - length)) & all
  }
}

extension IPPrefix: Comparable {
  public static func < (left: Self, right: Self) -> Bool {
    left.address == right.address ? left.length < right.length : left.address < right.address
  }
}

extension IPPrefix: LosslessStringConvertible {
  /// Parses `ADDRESS/LENGTH`. Host bits may be set; they are cleared.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress(parts[0]),
      parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let length = Int(parts[1])
    else { return nil }
    self.init(address, length: length)
  }

  public var description: String { "\(address)/\(length)" }
}

extension IPPrefix: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let prefix = IPPrefix(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not an address prefix")
    }
    self = prefix
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
