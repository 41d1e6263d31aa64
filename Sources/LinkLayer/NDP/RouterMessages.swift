public import Addresses
public import NIOCore

/// "Are there routers?" (RFC 4861 §4.1).
public struct RouterSolicitation: Hashable, Sendable {
  /// The source link-layer address option.
  public var sourceLinkLayerAddress: MACAddress?

  /// A solicitation with these fields.
  public init(sourceLinkLayerAddress: MACAddress? = nil) {
    self.sourceLinkLayerAddress = sourceLinkLayerAddress
  }
}

/// "I am a router" (RFC 4861 §4.2), as far as it matters to a neighbour that wants a BGP session.
public struct RouterAdvertisement: Hashable, Sendable {
  /// The hop limit that hosts should use; 0 to say nothing.
  public var hopLimit: UInt8
  /// How long hosts may use the sender as default router, in seconds; 0 for not at all.
  public var lifetime: UInt16
  /// The source link-layer address option.
  public var sourceLinkLayerAddress: MACAddress?

  /// An advertisement with these fields; by default one that changes nothing for hosts.
  public init(
    hopLimit: UInt8 = 0, lifetime: UInt16 = 0, sourceLinkLayerAddress: MACAddress? = nil
  ) {
    self.hopLimit = hopLimit
    self.lifetime = lifetime
    self.sourceLinkLayerAddress = sourceLinkLayerAddress
  }
}

/// A message between routers and hosts, in the form in which a raw socket of ICMPv6 gives and takes it:
/// without the IPv6 header, and with a checksum that is the kernel's business.
public enum RouterMessage: Hashable, Sendable {
  case solicitation(RouterSolicitation)
  case advertisement(RouterAdvertisement)

  /// The types of ICMPv6.
  public static let solicitationType: UInt8 = 133
  /// The types of ICMPv6.
  public static let advertisementType: UInt8 = 134

  /// Reads a message, and checks what RFC 4861 §6.1 demands but the checksum.
  ///
  /// - Parameters:
  ///   - source: the IPv6 source of the packet.
  ///   - hopLimit: what was left of its hop limit.
  public init(
    parsing message: RawSpan, source: IPv6Address, hopLimit: UInt8
  ) throws(DropReason) {
    guard message.byteCount >= 8 else { throw .truncated }
    guard hopLimit == 255 else { throw .hopLimit }
    guard message.octet(at: 1) == 0 else { throw .malformedNDP }
    switch message.octet(at: 0) {
    case Self.solicitationType:
      let options = try NDPOptions(parsing: message, from: 8)
      if source == .unspecified, options.sourceLinkLayerAddress != nil { throw .malformedNDP }
      self = .solicitation(
        RouterSolicitation(sourceLinkLayerAddress: options.sourceLinkLayerAddress))
    case Self.advertisementType:
      guard message.byteCount >= 16 else { throw .truncated }
      guard source.isLinkLocal else { throw .invalidSource }
      let options = try NDPOptions(parsing: message, from: 16)
      self = .advertisement(
        RouterAdvertisement(
          hopLimit: message.octet(at: 4), lifetime: message.uint16(at: 6),
          sourceLinkLayerAddress: options.sourceLinkLayerAddress))
    default: throw .otherProtocol
    }
  }

  /// Appends the message, with a checksum of zero.
  public func write(into buffer: inout ByteBuffer) {
    let source: MACAddress?
    switch self {
    case .solicitation(let solicitation):
      buffer.writeBytes([Self.solicitationType, 0, 0, 0, 0, 0, 0, 0])
      source = solicitation.sourceLinkLayerAddress
    case .advertisement(let advertisement):
      buffer.writeBytes([Self.advertisementType, 0, 0, 0, advertisement.hopLimit, 0])
      buffer.writeInteger(advertisement.lifetime)
      // Reachable time and retransmission timer: nothing said.
      buffer.writeInteger(0 as UInt64)
      source = advertisement.sourceLinkLayerAddress
    }
    if let source { NDPOptions.write(.sourceLinkLayerAddress, source, to: &buffer) }
  }
}
