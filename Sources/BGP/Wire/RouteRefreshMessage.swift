public import NIOCore

/// The message that asks for all routes of a family again (RFC 2918, RFC 7313).
public struct RouteRefreshMessage: Hashable, Sendable {
  /// Whose routes are meant.
  public let family: RouteFamily
  /// 0 is a request, 1 and 2 mark the beginning and the end of an answer (RFC 7313 §3.2).
  public let subtype: UInt8

  /// A request for the routes of `family`, or a marker of this subtype.
  public init(_ family: RouteFamily, subtype: UInt8 = 0) {
    self.family = family
    self.subtype = subtype
  }
}

extension RouteRefreshMessage {
  /// The message in the body of a frame.
  ///
  /// - Throws: 7/1 with the whole message when a marker is not 4 octets long (RFC 7313 §5).
  public init(body: ByteBuffer) throws(MessageError) {
    var rest = body
    guard let addressFamily = rest.readInteger(as: UInt16.self),
      let subtype = rest.readInteger(as: UInt8.self),
      let subsequent = rest.readInteger(as: UInt8.self),
      rest.readableBytes == 0 || !(1...2).contains(subtype)
    else {
      var message = ByteBuffer()
      MessageHeader.write(.routeRefresh, into: &message) { $0.writeImmutableBuffer(body) }
      throw MessageError(
        .badRouteRefreshLength, data: Array(message.readableBytesView),
        detail: "a route refresh of \(body.readableBytes) octets")
    }
    self.init(
      RouteFamily(addressFamily: addressFamily, subsequentAddressFamily: subsequent),
      subtype: subtype)
  }

  /// Appends the whole message, header included.
  public func write(into buffer: inout ByteBuffer) {
    MessageHeader.write(.routeRefresh, into: &buffer) { buffer in
      buffer.writeInteger(family.addressFamily)
      buffer.writeInteger(subtype)
      buffer.writeInteger(family.subsequentAddressFamily)
    }
  }
}
