public import Addresses

/// What a frame says of its sender: which address it has, and at which MAC address.
public struct NeighborNotice: Hashable, Sendable {
  /// The address.
  public var address: IPAddress
  /// The MAC address that has it.
  public var mac: MACAddress
  /// Whether the frame says nothing else: it asks for no other address.
  public var isAnswer: Bool

  /// Reads an Ethernet frame; nil for one that is neither ARP nor Neighbor Discovery, is malformed, or
  /// whose sender has no address yet.
  public init?(parsing frame: RawSpan) {
    do throws(DropReason) {
      let ethernet = try EthernetHeader(parsing: frame)
      let payload = frame.extracting(ethernet.byteCount..<frame.byteCount)
      switch ethernet.etherType {
      case .arp:
        let packet = try ARPPacket(parsing: payload)
        guard packet.senderAddress.rawValue != 0 else { return nil }
        address = .v4(packet.senderAddress)
        mac = packet.senderMAC
        isAnswer = packet.operation == .reply
      case .ipv6:
        let packet = try NDPPacket(parsing: payload)
        switch packet.message {
        case .advertisement(let advertisement):
          address = .v6(advertisement.target)
          mac = advertisement.targetLinkLayerAddress ?? ethernet.source
          isAnswer = true
        case .solicitation(let solicitation):
          guard packet.source != .unspecified else { return nil }
          address = .v6(packet.source)
          mac = solicitation.sourceLinkLayerAddress ?? ethernet.source
          isAnswer = false
        }
      default: return nil
      }
    } catch {
      return nil
    }
    guard !mac.isGroup, mac.rawValue != 0 else { return nil }
  }
}
