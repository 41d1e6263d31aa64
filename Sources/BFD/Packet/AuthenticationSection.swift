public import NIOCore

/// The authentication section of the SHA1 types (RFC 5880 §4.4): 28 octets after the mandatory
/// section.
public struct AuthenticationSection: Hashable, Sendable {
  /// The octets of this section.
  public static let byteCount = 28
  /// Where the digest begins in the packet; it is its end as well.
  static let digestOffset = ControlPacket.byteCount + 8

  /// Which of the two SHA1 types this is.
  public var kind: Authentication.Kind
  /// Which of the sender's keys made the digest.
  public var keyID: UInt8
  /// Grows, modulo 2³², so that old packets cannot be sent again by others.
  public var sequenceNumber: UInt32
  /// SHA1 over the whole packet, with the key in the place of the digest.
  public var digest: SHA1Value

  /// A section with these fields.
  public init(
    kind: Authentication.Kind, keyID: UInt8, sequenceNumber: UInt32, digest: SHA1Value
  ) {
    self.kind = kind
    self.keyID = keyID
    self.sequenceNumber = sequenceNumber
    self.digest = digest
  }

  /// Reads the section of a packet that ``ControlPacket/init(parsing:)`` has accepted and that has
  /// the authentication bit.
  ///
  /// - Throws: ``DropReason/authenticationType`` or ``DropReason/authenticationLength``.
  public init(parsing datagram: RawSpan) throws(DropReason) {
    let start = ControlPacket.byteCount
    guard datagram.byteCount >= start + 2 else { throw .authenticationLength }
    guard let kind = Authentication.Kind(rawValue: datagram.octet(at: start)) else {
      throw .authenticationType
    }
    let length = Int(datagram.octet(at: 3))
    guard datagram.octet(at: start + 1) == UInt8(Self.byteCount),
      length == start + Self.byteCount, datagram.byteCount >= length
    else { throw .authenticationLength }
    self.kind = kind
    keyID = datagram.octet(at: start + 2)
    sequenceNumber = datagram.uint32(at: start + 4)
    digest = SHA1Value(parsing: datagram, at: Self.digestOffset)
  }

  /// Appends the 28 octets.
  public func write(into buffer: inout ByteBuffer) {
    buffer.writeInteger(kind.rawValue)
    buffer.writeInteger(UInt8(Self.byteCount))
    buffer.writeInteger(keyID)
    buffer.writeInteger(UInt8(0))
    buffer.writeInteger(sequenceNumber)
    digest.write(into: &buffer)
  }
}
