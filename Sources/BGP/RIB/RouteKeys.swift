import Addresses
import NIOCore

/// An IPv4 prefix in eight octets: the address in the high bits, then its length. The order is that
/// of the addresses.
struct IPv4RouteKey: RouteKey {
  static var family: AddressFamily { .ipv4 }
  private let rawValue: UInt64

  init(_ address: IPv4Address, length: Int) {
    rawValue = UInt64(address.rawValue) << 8 | UInt64(length)
  }

  private var octetCount: Int { (Int(rawValue & 0xFF) + 7) / 8 }

  var encodedLength: Int { 1 + octetCount }

  func write(into buffer: inout ByteBuffer) {
    if octetCount == 4 {
      buffer.writeMultipleIntegers(
        UInt8(truncatingIfNeeded: rawValue), UInt32(truncatingIfNeeded: rawValue >> 8))
    } else {
      buffer.writeInteger(UInt8(truncatingIfNeeded: rawValue))
      for index in 0..<octetCount {
        buffer.writeInteger(UInt8(truncatingIfNeeded: rawValue >> UInt64(32 - 8 * index)))
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

  private var octetCount: Int { (Int(length) + 7) / 8 }

  var encodedLength: Int { 1 + octetCount }

  func write(into buffer: inout ByteBuffer) {
    buffer.writeMultipleIntegers(length, high, low)
    buffer.moveWriterIndex(to: buffer.writerIndex - (16 - octetCount))
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low, left.length) < (right.high, right.low, right.length)
  }
}
