public import Addresses

/// An address family and a subsequent one as they stand on the wire (RFC 4760 §3).
public struct RouteFamily: Hashable, Sendable {
  /// The address family identifier: 1 is IPv4, 2 is IPv6.
  public let addressFamily: UInt16
  /// The subsequent address family identifier: 1 is unicast.
  public let subsequentAddressFamily: UInt8

  /// The family of these two numbers.
  public init(addressFamily: UInt16, subsequentAddressFamily: UInt8) {
    self.addressFamily = addressFamily
    self.subsequentAddressFamily = subsequentAddressFamily
  }

  /// Unicast routes of `family`.
  public init(unicast family: AddressFamily) {
    self.init(addressFamily: family == .ipv4 ? 1 : 2, subsequentAddressFamily: 1)
  }

  /// The family of addresses if this is IPv4 or IPv6 unicast, else nil.
  public var unicast: AddressFamily? {
    guard subsequentAddressFamily == 1 else { return nil }
    switch addressFamily {
    case 1: return .ipv4
    case 2: return .ipv6
    default: return nil
    }
  }
}

extension RouteFamily: CustomStringConvertible {
  public var description: String {
    unicast.map { "\($0.rawValue) unicast" }
      ?? "AFI \(addressFamily) SAFI \(subsequentAddressFamily)"
  }
}
