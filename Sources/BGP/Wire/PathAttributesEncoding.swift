import Addresses
public import NIOCore

extension PathAttributes {
  /// Appends the attributes in ascending order of their numbers, as they stand in an UPDATE. Each list
  /// must fit in the 65,535 octets of an attribute.
  ///
  /// - Parameters:
  ///   - buffer: What they are appended to.
  ///   - fourOctetAS: Whether AS numbers take four octets in this session (RFC 6793); else
  ///     ``OpenMessage/asTrans`` stands for each that does not fit in two.
  public func write(into buffer: inout ByteBuffer, fourOctetAS: Bool) {
    buffer.writeAttributeHeader(.origin, length: 1)
    buffer.writeInteger(origin.rawValue)
    buffer.writeAttributeHeader(
      .asPath, length: asPath.encodedLength(fourOctetAS: fourOctetAS))
    asPath.write(into: &buffer, fourOctetAS: fourOctetAS)
    if let nextHop { buffer.writeAttribute(.nextHop, nextHop.rawValue) }
    if let multiExitDiscriminator {
      buffer.writeAttribute(.multiExitDiscriminator, multiExitDiscriminator)
    }
    if let localPreference { buffer.writeAttribute(.localPreference, localPreference) }
    if !communities.isEmpty {
      buffer.writeAttributeHeader(.communities, length: 4 * communities.count)
      for community in communities { buffer.writeInteger(community.rawValue) }
    }
    if !extendedCommunities.isEmpty {
      buffer.writeAttributeHeader(.extendedCommunities, length: 8 * extendedCommunities.count)
      for community in extendedCommunities { buffer.writeInteger(community.rawValue) }
    }
    if let as4Path {
      buffer.writeAttributeHeader(.as4Path, length: as4Path.encodedLength(fourOctetAS: true))
      as4Path.write(into: &buffer, fourOctetAS: true)
    }
    if !largeCommunities.isEmpty {
      buffer.writeAttributeHeader(.largeCommunities, length: 12 * largeCommunities.count)
      for community in largeCommunities {
        buffer.writeInteger(community.globalAdministrator)
        buffer.writeInteger(community.localData1)
        buffer.writeInteger(community.localData2)
      }
    }
    if let onlyToCustomer { buffer.writeAttribute(.onlyToCustomer, onlyToCustomer) }
  }
}

extension ByteBuffer {
  /// Appends flags, number and length; the length takes two octets only where it must.
  mutating func writeAttributeHeader(_ type: AttributeType, length: Int) {
    assert(length <= UInt16.max)
    if length > 255 {
      writeInteger(type.flags.union(.extendedLength).rawValue)
      writeInteger(type.rawValue)
      writeInteger(UInt16(truncatingIfNeeded: length))
    } else {
      writeInteger(type.flags.rawValue)
      writeInteger(type.rawValue)
      writeInteger(UInt8(truncatingIfNeeded: length))
    }
  }

  fileprivate mutating func writeAttribute(_ type: AttributeType, _ value: UInt32) {
    writeAttributeHeader(type, length: 4)
    writeInteger(value)
  }
}
