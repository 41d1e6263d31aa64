import Addresses
import NIOCore

/// Big-endian reads at fixed offsets. A caller has checked `byteCount` before: an offset outside of
/// the span is a programming error and traps.
extension RawSpan {
  func octet(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  func uint16(at offset: Int) -> UInt16 {
    UInt16(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  func uint32(at offset: Int) -> UInt32 {
    UInt32(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  func uint64(at offset: Int) -> UInt64 {
    UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  func macAddress(at offset: Int) -> MACAddress {
    MACAddress(rawValue: UInt64(uint16(at: offset)) << 32 | UInt64(uint32(at: offset + 2)))
  }

  func ipv6Address(at offset: Int) -> IPv6Address {
    IPv6Address(high: uint64(at: offset), low: uint64(at: offset + 8))
  }
}

extension ByteBuffer {
  mutating func write(_ address: MACAddress) {
    writeInteger(UInt16(truncatingIfNeeded: address.rawValue >> 32))
    writeInteger(UInt32(truncatingIfNeeded: address.rawValue))
  }

  mutating func write(_ address: IPv6Address) {
    writeInteger(address.high)
    writeInteger(address.low)
  }
}
