public import Addresses
public import NIOCore

/// The first message of a session (RFC 4271 §4.2).
public struct OpenMessage: Hashable, Sendable {
  /// AS_TRANS, which stands for an AS number that does not fit in two octets (RFC 6793).
  public static let asTrans: UInt16 = 23456

  /// The two-octet field: the sender's AS, or ``asTrans``.
  public let asField: UInt16
  /// The proposed hold time in seconds; 1 and 2 are refused later, by the session.
  public let holdTime: UInt16
  /// The sender's BGP identifier.
  public let routerID: IPv4Address
  /// What the sender offers, in order.
  public let capabilities: [Capability]

  /// An OPEN with these fields as they are.
  public init(
    asField: UInt16, holdTime: UInt16, routerID: IPv4Address, capabilities: [Capability]
  ) {
    self.asField = asField
    self.holdTime = holdTime
    self.routerID = routerID
    self.capabilities = capabilities
  }

  /// The AS number of the four-octet capability, nil without it.
  public var fourOctetAS: UInt32? {
    for case .fourOctetAS(let number) in capabilities { return number }
    return nil
  }

  /// The sender's AS number.
  public var autonomousSystem: UInt32 { fourOctetAS ?? UInt32(asField) }
}

extension OpenMessage {
  /// The message in the body of a frame.
  ///
  /// - Throws: 2/1, 2/0 or 2/4. What depends on the configuration is checked by the session.
  public init(body: ByteBuffer) throws(MessageError) {
    var body = body
    guard let version = body.readInteger(as: UInt8.self),
      let asField = body.readInteger(as: UInt16.self),
      let holdTime = body.readInteger(as: UInt16.self),
      let routerID = body.readInteger(as: UInt32.self),
      let parametersLength = body.readInteger(as: UInt8.self)
    else {
      throw MessageError(.openUnspecific, detail: "the OPEN is cut off")
    }
    guard version == 4 else {
      throw MessageError(
        .unsupportedVersion, data: [0, 4], detail: "the peer speaks BGP version \(version)")
    }
    self.asField = asField
    self.holdTime = holdTime
    self.routerID = IPv4Address(rawValue: routerID)
    capabilities = try Self.readParameters(from: body, length: Int(parametersLength))
  }

  private static func readParameters(
    from body: ByteBuffer, length: Int
  ) throws(MessageError) -> [Capability] {
    var body = body
    var length = length
    // RFC 9072 §2: the extended form is known by the type octet, not by the length before it.
    let isExtended = length > 0 && body.getInteger(at: body.readerIndex, as: UInt8.self) == 255
    if isExtended {
      body.moveReaderIndex(forwardBy: 1)
      guard let extendedLength = body.readInteger(as: UInt16.self) else {
        throw MessageError(.openUnspecific, detail: "the extended parameter length is cut off")
      }
      length = Int(extendedLength)
    }
    guard body.readableBytes == length else {
      throw MessageError(
        .openUnspecific,
        detail: "\(length) octets of parameters announced, \(body.readableBytes) present")
    }
    var capabilities: [Capability] = []
    while body.readableBytes > 0 {
      guard let type = body.readInteger(as: UInt8.self),
        let length = isExtended
          ? body.readInteger(as: UInt16.self).map(Int.init)
          : body.readInteger(as: UInt8.self).map(Int.init),
        var value = body.readSlice(length: length)
      else {
        throw MessageError(.openUnspecific, detail: "a parameter exceeds the OPEN")
      }
      guard type == 2 else {
        throw MessageError(
          .unsupportedOptionalParameter, detail: "parameters of type \(type) are unknown")
      }
      while value.readableBytes > 0 { capabilities.append(try Capability.read(from: &value)) }
    }
    return capabilities
  }

  /// Appends the whole message, header included, with all capabilities in one parameter. It takes
  /// the longer form of RFC 9072 only where they exceed 253 octets. Those that exceed the message
  /// are left out.
  public func write(into buffer: inout ByteBuffer) {
    MessageHeader.write(.open, into: &buffer) { buffer in
      buffer.writeInteger(UInt8(4))
      buffer.writeInteger(asField)
      buffer.writeInteger(holdTime)
      buffer.writeInteger(routerID.rawValue)
      let encoded = encodedCapabilities
      let length = encoded.readableBytes
      if length == 0 {
        buffer.writeInteger(UInt8(0))
      } else if length <= 253 {
        buffer.writeInteger(UInt8(truncatingIfNeeded: length + 2))
        buffer.writeInteger(UInt8(2))
        buffer.writeInteger(UInt8(truncatingIfNeeded: length))
      } else {
        buffer.writeInteger(UInt16.max)
        buffer.writeInteger(UInt16(truncatingIfNeeded: length + 3))
        buffer.writeInteger(UInt8(2))
        buffer.writeInteger(UInt16(truncatingIfNeeded: length))
      }
      buffer.writeImmutableBuffer(encoded)
    }
  }

  private var encodedCapabilities: ByteBuffer {
    let limit = MessageHeader.maximumMessageLength - MessageHeader.length - 10 - 6
    var encoded = ByteBuffer()
    for capability in capabilities {
      var one = ByteBuffer()
      capability.write(into: &one)
      guard encoded.readableBytes + one.readableBytes <= limit else { break }
      encoded.writeImmutableBuffer(one)
    }
    return encoded
  }
}
