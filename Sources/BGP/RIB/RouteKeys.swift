import Addresses

/// An IPv4 prefix in eight octets: the address in the high bits, then its length. The order is that
/// of the addresses.
struct IPv4RouteKey: RouteKey {
  static var family: AddressFamily { .ipv4 }
  private let rawValue: UInt64

  init(_ address: IPv4Address, length: Int) {
    rawValue = UInt64(address.rawValue) << 8 | UInt64(length)
  }

  var prefix: IPPrefix? {
    IPPrefix(
      .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: rawValue >> 8))),
      length: Int(rawValue & 0xFF))
  }

  private var octetCount: Int { (Int(rawValue & 0xFF) + 7) / 8 }

  var encodedLength: Int { 1 + octetCount }

  func write(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
    bytes[offset] = UInt8(truncatingIfNeeded: rawValue)
    if octetCount == 4 {
      let address = UInt32(truncatingIfNeeded: rawValue >> 8)
      bytes.storeBytes(of: address.bigEndian, toByteOffset: offset + 1, as: UInt32.self)
    } else {
      for index in 0..<octetCount {
        bytes[offset + 1 + index] = UInt8(truncatingIfNeeded: rawValue >> UInt64(32 - 8 * index))
      }
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// An IPv6 prefix. The order is that of the addresses.
struct IPv6RouteKey: RouteKey {
  static var family: AddressFamily { .ipv6 }
  private let high: UInt64
  private let low: UInt64
  private let length: UInt8

  init(_ address: IPv6Address, length: Int) {
    high = address.high
    low = address.low
    self.length = UInt8(truncatingIfNeeded: length)
  }

  var prefix: IPPrefix? { IPPrefix(.v6(IPv6Address(high: high, low: low)), length: Int(length)) }

  private var octetCount: Int { (Int(length) + 7) / 8 }

  var encodedLength: Int { 1 + octetCount }

  func write(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
    bytes[offset] = length
    for index in 0..<octetCount {
      let half = index < 8 ? high : low
      bytes[offset + 1 + index] = UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (index % 8)))
    }
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low, left.length) < (right.high, right.low, right.length)
  }
}
