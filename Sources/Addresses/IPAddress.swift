/// The two families of addresses, by their Kubernetes names.
public enum AddressFamily: String, Hashable, Sendable, CaseIterable, Codable, Comparable {
  case ipv4 = "IPv4"
  case ipv6 = "IPv6"

  /// The number of bits of an address of this family: 32 or 128.
  public var bitWidth: Int { self == .ipv4 ? 32 : 128 }

  public static func < (left: Self, right: Self) -> Bool { left == .ipv4 && right == .ipv6 }
}

/// An IPv4 or an IPv6 address. All of IPv4 sorts before all of IPv6.
public enum IPAddress: Hashable, Sendable {
  case v4(IPv4Address)
  case v6(IPv6Address)

  /// The family of this address.
  public var family: AddressFamily {
    switch self {
    case .v4: .ipv4
    case .v6: .ipv6
    }
  }

  /// The address as an unsigned number: 32 significant bits for IPv4, 128 for IPv6.
  public var number: UInt128 {
    switch self {
    case .v4(let address): UInt128(address.rawValue)
    case .v6(let address): UInt128(address.high) << 64 | UInt128(address.low)
    }
  }

  /// The address of `family` whose number is `number`; bits above the family's width are dropped.
  public init(family: AddressFamily, number: UInt128) {
    switch family {
    case .ipv4:
      self = .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: number)))
    case .ipv6:
      self = .v6(
        IPv6Address(
          high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number)))
    }
  }
}

extension IPAddress: Comparable {
  public static func < (left: Self, right: Self) -> Bool {
    left.family == right.family ? left.number < right.number : left.family < right.family
  }
}

extension IPAddress: LosslessStringConvertible {
  /// Parses the text of either family.
  public init?(_ text: some StringProtocol) {
    if let address = IPv4Address(text) {
      self = .v4(address)
    } else if let address = IPv6Address(text) {
      self = .v6(address)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .v4(let address): address.description
    case .v6(let address): address.description
    }
  }
}

extension IPAddress: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let address = IPAddress(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not an IP address")
    }
    self = address
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
