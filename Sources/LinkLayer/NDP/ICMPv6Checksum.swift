import Addresses

/// The checksum of an ICMPv6 message with its IPv6 pseudo-header (RFC 4443 §2.3, RFC 8200 §8.1).
///
/// Over a message whose checksum field is zero it gives the value of the field; over a whole valid
/// message it gives 0.
func icmpv6Checksum(source: IPv6Address, destination: IPv6Address, message: RawSpan) -> UInt16 {
  var sum = UInt64(message.byteCount) + 58
  sum += words(source.high) + words(source.low)
  sum += words(destination.high) + words(destination.low)
  var offset = 0
  while offset + 1 < message.byteCount {
    sum += UInt64(message.uint16(at: offset))
    offset += 2
  }
  if offset < message.byteCount { sum += UInt64(message.octet(at: offset)) << 8 }
  while sum >> 16 != 0 { sum = (sum & 0xFFFF) + (sum >> 16) }
  return ~UInt16(truncatingIfNeeded: sum)
}

private func words(_ half: UInt64) -> UInt64 { (half >> 32) + (half & 0xFFFF_FFFF) }
