public import Addresses
public import NIOCore

/// A Neighbor Solicitation or Advertisement in its IPv6 packet (RFC 4861).
public struct NDPPacket: Hashable, Sendable {
  /// What the packet says.
  public enum Message: Hashable, Sendable {
    /// "Who has the target?"
    case solicitation(NeighborSolicitation)
    /// "The target is here."
    case advertisement(NeighborAdvertisement)
  }

  /// The IPv6 source; `::` during duplicate address detection (RFC 4862 §5.4.2).
  public var source: IPv6Address
  /// The IPv6 destination.
  public var destination: IPv6Address
  /// What the packet says.
  public var message: Message

  private static let solicitationType: UInt8 = 135
  private static let advertisementType: UInt8 = 136
  private static let ipv6HeaderLength = 40

  /// A packet with these fields.
  public init(source: IPv6Address, destination: IPv6Address, message: Message) {
    self.source = source
    self.destination = destination
    self.message = message
  }

  /// Reads the IPv6 packet at the start of `payload`, which is what follows the Ethernet header, and
  /// checks all that RFC 4861 §7.1.1 and §7.1.2 demand. Padding after the packet is skipped.
  ///
  /// A packet with extension headers is not looked into: Neighbor Discovery has no use for them, and
  /// RFC 6980 forbids the one that hides a message.
  public init(parsing payload: RawSpan) throws(DropReason) {
    let header = Self.ipv6HeaderLength
    guard payload.byteCount > header else { throw .truncated }
    guard payload.octet(at: 0) >> 4 == 6, payload.octet(at: 6) == 58 else { throw .otherProtocol }
    let type = payload.octet(at: header)
    guard type == Self.solicitationType || type == Self.advertisementType else {
      throw .otherProtocol
    }
    guard payload.octet(at: 7) == 255 else { throw .hopLimit }
    let length = Int(payload.uint16(at: 4))
    guard length >= 24 else { throw .malformedNDP }
    guard length <= payload.byteCount - header else { throw .truncated }

    source = payload.ipv6Address(at: 8)
    destination = payload.ipv6Address(at: 24)
    guard !source.isMulticast else { throw .invalidSource }
    let icmp = payload.extracting(header..<header + length)
    guard icmpv6Checksum(source: source, destination: destination, message: icmp) == 0 else {
      throw .badChecksum
    }
    let target = icmp.ipv6Address(at: 8)
    guard icmp.octet(at: 1) == 0, !target.isMulticast else { throw .malformedNDP }
    let options = try NDPOptions(parsing: icmp, from: 24)

    if type == Self.solicitationType {
      if source == .unspecified {
        guard destination.isSolicitedNodeGroup, options.sourceLinkLayerAddress == nil else {
          throw .malformedNDP
        }
      }
      message = .solicitation(
        NeighborSolicitation(
          target: target, sourceLinkLayerAddress: options.sourceLinkLayerAddress))
    } else {
      let flags = NeighborAdvertisement.Flags(rawValue: icmp.octet(at: 4) & 0xE0)
      guard !(destination.isMulticast && flags.contains(.solicited)) else { throw .malformedNDP }
      message = .advertisement(
        NeighborAdvertisement(
          target: target, flags: flags, targetLinkLayerAddress: options.targetLinkLayerAddress))
    }
  }

  /// The whole Ethernet frame that carries this packet, with its checksum and hop limit 255.
  public func frame(from sourceMAC: MACAddress, to destinationMAC: MACAddress) -> ByteBuffer {
    let type: UInt8
    let flags: UInt8
    let target: IPv6Address
    let option: (kind: NDPOptions.Kind, address: MACAddress)?
    switch message {
    case .solicitation(let solicitation):
      type = Self.solicitationType
      flags = 0
      target = solicitation.target
      option = solicitation.sourceLinkLayerAddress.map { (.sourceLinkLayerAddress, $0) }
    case .advertisement(let advertisement):
      type = Self.advertisementType
      flags = advertisement.flags.rawValue
      target = advertisement.target
      option = advertisement.targetLinkLayerAddress.map { (.targetLinkLayerAddress, $0) }
    }
    let length = option == nil ? 24 : 32

    var frame = ByteBufferAllocator().buffer(capacity: 14 + Self.ipv6HeaderLength + length)
    EthernetHeader(destination: destinationMAC, source: sourceMAC, etherType: .ipv6)
      .write(to: &frame)
    frame.writeInteger(0x6000_0000 as UInt32)
    frame.writeInteger(UInt16(length))
    frame.writeInteger(58 as UInt8)
    frame.writeInteger(255 as UInt8)
    frame.write(source)
    frame.write(destination)

    let start = frame.writerIndex
    frame.writeInteger(type)
    frame.writeInteger(0 as UInt8)
    frame.writeInteger(0 as UInt16)
    frame.writeInteger(UInt32(flags) << 24)
    frame.write(target)
    if let option { NDPOptions.write(option.kind, option.address, to: &frame) }
    let checksum = icmpv6Checksum(
      source: source, destination: destination,
      message: frame.readableBytesSpan.extracting(start..<start + length))
    frame.setInteger(checksum, at: start + 2)
    return frame
  }
}
