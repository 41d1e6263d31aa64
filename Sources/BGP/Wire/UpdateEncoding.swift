import Addresses
import NIOCore

/// A prefix in a form that is compact in tables and quick to write.
protocol RouteKey: Hashable, Comparable, Sendable {
  static var family: AddressFamily { get }
  /// The prefix as it is written.
  var prefix: IPPrefix? { get }
  /// The octets that the prefix takes in a message.
  var encodedLength: Int { get }
  /// Writes the length and the significant octets of the prefix; `bytes` has ``encodedLength``
  /// octets from `offset` on.
  func write(into bytes: UnsafeMutableRawBufferPointer, at offset: Int)
}

/// How UPDATEs are written: which fields there are, and how many octets they leave for prefixes.
enum UpdateEncoding {
  /// Header and the two length fields.
  private static let fixedLength = MessageHeader.length + 4

  /// The octets for prefixes in a message of withdrawals of at most `length` octets.
  static func withdrawalCapacity(isMultiprotocol: Bool, messageLength length: Int) -> Int {
    let room = length - fixedLength
    return isMultiprotocol ? room - 4 - 3 : room
  }

  /// The octets for prefixes in a message of at most `length` octets with attributes of
  /// `attributesLength`, those of MP_REACH_NLRI aside. Not positive when the attributes are too large.
  ///
  /// - Parameter nextHopCount: How many addresses stand in MP_REACH_NLRI; 0 for a message without it.
  static func announcementCapacity(
    nextHopCount: Int, attributesLength: Int, messageLength length: Int
  ) -> Int {
    let room = length - fixedLength - attributesLength
    return nextHopCount == 0 ? room : room - 4 - reachOverhead(nextHopCount)
  }

  /// AFI, SAFI, next hop and its length, reserved octet.
  private static func reachOverhead(_ nextHopCount: Int) -> Int { 3 + 1 + 16 * nextHopCount + 1 }

  /// Appends a message that withdraws `prefixes`, whose encoded lengths sum up to `length`.
  static func writeWithdrawal<Key: RouteKey>(
    of prefixes: some Sequence<Key>, length: Int, isMultiprotocol: Bool,
    into buffer: inout ByteBuffer
  ) {
    MessageHeader.write(.update, into: &buffer) { buffer in
      guard isMultiprotocol else {
        buffer.writeInteger(UInt16(truncatingIfNeeded: length))
        buffer.writePrefixes(prefixes, length: length)
        buffer.writeInteger(UInt16(0))
        return
      }
      buffer.writeInteger(UInt16(0))
      writeBlock(into: &buffer) { buffer in
        buffer.writeAttributeHeader(.multiprotocolUnreach, length: 3 + length)
        buffer.writeFamily(RouteFamily(unicast: Key.family))
        buffer.writePrefixes(prefixes, length: length)
      }
    }
  }

  /// Appends a message that announces `prefixes`, whose encoded lengths sum up to `length`, with
  /// `attributes` as ``PathAttributes`` encode them. `nextHops` are those of MP_REACH_NLRI; without
  /// any the next hop is among the attributes.
  static func writeAnnouncement<Key: RouteKey>(
    of prefixes: some Sequence<Key>, length: Int, attributes: ByteBuffer, nextHops: [IPv6Address],
    into buffer: inout ByteBuffer
  ) {
    MessageHeader.write(.update, into: &buffer) { buffer in
      buffer.writeInteger(UInt16(0))
      guard !nextHops.isEmpty else {
        buffer.writeInteger(UInt16(truncatingIfNeeded: attributes.readableBytes))
        buffer.writeImmutableBuffer(attributes)
        buffer.writePrefixes(prefixes, length: length)
        return
      }
      writeBlock(into: &buffer) { buffer in
        // First in the block, so that a receiver finds it whatever follows (RFC 7606 §5.1).
        buffer.writeAttributeHeader(
          .multiprotocolReach, length: reachOverhead(nextHops.count) + length)
        buffer.writeFamily(RouteFamily(unicast: Key.family))
        buffer.writeInteger(UInt8(truncatingIfNeeded: 16 * nextHops.count))
        for nextHop in nextHops {
          buffer.writeInteger(nextHop.high)
          buffer.writeInteger(nextHop.low)
        }
        buffer.writeInteger(UInt8(0))
        buffer.writePrefixes(prefixes, length: length)
        buffer.writeImmutableBuffer(attributes)
      }
    }
  }

  /// Appends the End-of-RIB of `family` (RFC 4724 §2); that of IPv4 is the empty UPDATE whatever form
  /// its routes have.
  static func writeEndOfRIB(_ family: AddressFamily, into buffer: inout ByteBuffer) {
    MessageHeader.write(.update, into: &buffer) { buffer in
      buffer.writeInteger(UInt16(0))
      writeBlock(into: &buffer) { buffer in
        guard family == .ipv6 else { return }
        buffer.writeAttributeHeader(.multiprotocolUnreach, length: 3)
        buffer.writeFamily(RouteFamily(unicast: .ipv6))
      }
    }
  }

  /// Appends the length of the path attributes and then these.
  private static func writeBlock(
    into buffer: inout ByteBuffer, _ write: (inout ByteBuffer) -> Void
  ) {
    let start = buffer.writerIndex
    buffer.writeInteger(UInt16(0))
    write(&buffer)
    buffer.setInteger(
      UInt16(truncatingIfNeeded: buffer.writerIndex - start - 2), at: start)
  }
}

extension ByteBuffer {
  mutating func writeFamily(_ family: RouteFamily) {
    writeInteger(family.addressFamily)
    writeInteger(family.subsequentAddressFamily)
  }

  /// Appends `prefixes`, which take `length` octets. The room is made once for all of them: with a
  /// million prefixes, asking the buffer for each costs as much as all else.
  fileprivate mutating func writePrefixes<Key: RouteKey>(
    _ prefixes: some Sequence<Key>, length: Int
  ) {
    writeWithUnsafeMutableBytes(minimumWritableBytes: length) { bytes in
      var offset = 0
      for prefix in prefixes {
        let end = offset + prefix.encodedLength
        precondition(end <= bytes.count, "the prefixes are longer than was said")
        prefix.write(into: bytes, at: offset)
        offset = end
      }
      return offset
    }
  }
}
