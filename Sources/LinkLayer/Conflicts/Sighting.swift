public import Addresses

/// Somebody else spoke for an address of ours.
public struct Sighting: Hashable, Sendable {
  /// What was said.
  public enum Kind: Hashable, Sendable {
    /// "I have it": an answer, an announcement, or a question in its name (RFC 5227 §2.4).
    case claim
    /// "Does anybody have it? I would like it": an ARP probe (RFC 5227 §2.1.1), or duplicate address
    /// detection (RFC 4862 §5.4).
    case probe
  }

  /// The address, which is ours.
  public var address: IPAddress
  /// The MAC address that was said to have it, or to want it.
  public var mac: MACAddress
  public var kind: Kind

  /// A sighting with these fields.
  public init(address: IPAddress, mac: MACAddress, kind: Kind) {
    self.address = address
    self.mac = mac
    self.kind = kind
  }
}

extension Responder {
  /// What an ARP packet of somebody else says of an owned address.
  func sighting(in packet: ARPPacket) -> Sighting? {
    let isProbe = packet.operation == .request && packet.senderAddress.rawValue == 0
    let address = isProbe ? packet.targetAddress : packet.senderAddress
    guard owned.contains(address), isForeign(packet.senderMAC) else { return nil }
    return Sighting(
      address: .v4(address), mac: packet.senderMAC, kind: isProbe ? .probe : .claim)
  }

  /// What a Neighbor Discovery packet of somebody else says of an owned address.
  func sighting(in packet: NDPPacket, from source: MACAddress) -> Sighting? {
    let address: IPv6Address
    let mac: MACAddress
    var kind = Sighting.Kind.claim
    switch packet.message {
    case .advertisement(let advertisement):
      address = advertisement.target
      mac = advertisement.targetLinkLayerAddress ?? source
    case .solicitation(let solicitation):
      let isProbe = packet.source == .unspecified
      address = isProbe ? solicitation.target : packet.source
      mac = solicitation.sourceLinkLayerAddress ?? source
      if isProbe { kind = .probe }
    }
    guard owned.contains(address), isForeign(mac) else { return nil }
    return Sighting(address: .v6(address), mac: mac, kind: kind)
  }

  private func isForeign(_ mac: MACAddress) -> Bool {
    mac != interfaceMAC && !mac.isGroup && mac.rawValue != 0
  }
}
