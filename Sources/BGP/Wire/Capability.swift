import NIOCore

/// Something that a speaker offers in its OPEN (RFC 5492).
public enum Capability: Hashable, Sendable {
  /// Routes of this family (RFC 4760 §8).
  case multiprotocol(RouteFamily)
  /// ROUTE-REFRESH is understood (RFC 2918).
  case routeRefresh
  /// AS numbers take four octets, and this is the speaker's own (RFC 6793).
  case fourOctetAS(UInt32)
  /// Any other, as it came.
  case unknown(code: UInt8, value: [UInt8])

  /// The code of the IANA registry.
  public var code: UInt8 {
    switch self {
    case .multiprotocol: 1
    case .routeRefresh: 2
    case .fourOctetAS: 65
    case .unknown(let code, _): code
    }
  }
}

extension Capability: CustomStringConvertible {
  public var description: String {
    switch self {
    case .multiprotocol(let family): "\(family)"
    case .routeRefresh: "route refresh"
    case .fourOctetAS(let number): "4-octet AS \(number)"
    case .unknown(let code, _): "capability \(code)"
    }
  }
}

extension Capability {
  /// Appends code, length and value.
  func write(into buffer: inout ByteBuffer) {
    buffer.writeInteger(code)
    switch self {
    case .multiprotocol(let family):
      buffer.writeInteger(UInt8(4))
      buffer.writeInteger(family.addressFamily)
      buffer.writeInteger(UInt8(0))
      buffer.writeInteger(family.subsequentAddressFamily)
    case .routeRefresh:
      buffer.writeInteger(UInt8(0))
    case .fourOctetAS(let number):
      buffer.writeInteger(UInt8(4))
      buffer.writeInteger(number)
    case .unknown(_, let value):
      buffer.writeInteger(UInt8(truncatingIfNeeded: value.count))
      buffer.writeBytes(value.prefix(255))
    }
  }

  /// Reads code, length and value.
  ///
  /// - Throws: 2/0 when a length is wrong.
  static func read(from buffer: inout ByteBuffer) throws(MessageError) -> Capability {
    guard let code = buffer.readInteger(as: UInt8.self),
      let length = buffer.readInteger(as: UInt8.self),
      var value = buffer.readSlice(length: Int(length))
    else {
      throw MessageError(.openUnspecific, detail: "a capability exceeds its parameter")
    }
    switch (code, length) {
    case (1, 4):
      guard let family = value.readInteger(as: UInt16.self),
        let last = value.readInteger(as: UInt16.self)
      else { break }
      return .multiprotocol(
        RouteFamily(
          addressFamily: family, subsequentAddressFamily: UInt8(truncatingIfNeeded: last)))
    case (2, 0):
      return .routeRefresh
    case (65, 4):
      guard let number = value.readInteger(as: UInt32.self) else { break }
      return .fourOctetAS(number)
    case (1, _), (2, _), (65, _):
      throw MessageError(
        .openUnspecific, detail: "capability \(code) cannot have \(length) octets")
    default:
      break
    }
    return .unknown(code: code, value: Array(value.readableBytesView))
  }
}
