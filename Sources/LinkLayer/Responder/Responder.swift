public import Addresses
public import NIOCore

/// What is done with a frame that came in.
public enum Answer: Hashable, Sendable {
  /// `frame` is to be sent: it tells the asker that `address` is ours.
  case reply(frame: ByteBuffer, address: IPAddress)
  /// Nothing is to be sent.
  case ignored(DropReason)
}

/// Decides on ARP replies and Neighbor Advertisements for the owned addresses of one interface.
///
/// The value is immutable in use and is meant to be read on the thread that captures: an ignored
/// frame costs no allocation, an answered one costs its reply.
public struct Responder: Hashable, Sendable {
  /// The MAC address of the interface, which every answer gives.
  public var interfaceMAC: MACAddress
  /// The addresses that are answered for.
  public var owned: OwnedAddresses

  /// A responder for these addresses on the interface with this MAC address.
  public init(interfaceMAC: MACAddress, owned: OwnedAddresses = OwnedAddresses()) {
    self.interfaceMAC = interfaceMAC
    self.owned = owned
  }

  /// The answer to an Ethernet frame that the interface received.
  public func answer(_ frame: RawSpan) -> Answer {
    do throws(DropReason) {
      let ethernet = try EthernetHeader(parsing: frame)
      try checkSender(ethernet.source)
      let payload = frame.extracting(ethernet.byteCount..<frame.byteCount)
      switch ethernet.etherType {
      case .arp: return try answerARP(payload, ethernet)
      case .ipv6: return try answerNDP(payload, ethernet)
      default: throw .otherProtocol
      }
    } catch {
      return .ignored(error)
    }
  }

  /// The answer to the Ethernet frame in `frame`.
  public func answer(_ frame: ByteBuffer) -> Answer { answer(frame.readableBytesSpan) }

  private func checkSender(_ address: MACAddress) throws(DropReason) {
    guard !address.isGroup, address.rawValue != 0 else { throw .invalidSource }
    guard address != interfaceMAC else { throw .ownFrame }
  }

  private func answerARP(
    _ payload: RawSpan, _ ethernet: EthernetHeader
  ) throws(DropReason) -> Answer {
    let request = try ARPPacket(parsing: payload)
    guard request.operation == .request else { throw .notARequest }
    guard ethernet.destination == .broadcast || ethernet.destination == interfaceMAC else {
      throw .otherDestination
    }
    try checkSender(request.senderMAC)
    guard request.senderAddress != request.targetAddress else { throw .senderIsTarget }
    guard owned.contains(request.targetAddress) else { throw .notOwned }
    let reply = ARPPacket(
      operation: .reply, senderMAC: interfaceMAC, senderAddress: request.targetAddress,
      targetMAC: request.senderMAC, targetAddress: request.senderAddress)
    return .reply(
      frame: reply.frame(from: interfaceMAC, to: request.senderMAC),
      address: .v4(request.targetAddress))
  }

  private func answerNDP(
    _ payload: RawSpan, _ ethernet: EthernetHeader
  ) throws(DropReason) -> Answer {
    let packet = try NDPPacket(parsing: payload)
    guard case .solicitation(let solicitation) = packet.message else { throw .notARequest }
    let target = solicitation.target
    // RFC 4861 §7.2.2: to the target's solicited-node group, or to the target alone. Access points
    // and switches may turn the group into our MAC address.
    let group = target.solicitedNodeGroup
    guard packet.destination == target || packet.destination == group,
      ethernet.destination == interfaceMAC
        || (packet.destination == group
          && ethernet.destination == MACAddress(multicastGroup: group))
    else { throw .otherDestination }
    guard packet.source != target else { throw .senderIsTarget }
    guard owned.contains(target) else { throw .notOwned }

    var advertisement = NeighborAdvertisement(
      target: target, flags: .override, targetLinkLayerAddress: interfaceMAC)
    let destination: IPv6Address
    let destinationMAC: MACAddress
    if packet.source == .unspecified {
      // Somebody checks whether the address is taken, and has no address to be answered at.
      destination = .allNodes
      destinationMAC = MACAddress(multicastGroup: .allNodes)
    } else {
      advertisement.flags.insert(.solicited)
      destination = packet.source
      destinationMAC = solicitation.sourceLinkLayerAddress ?? ethernet.source
      try checkSender(destinationMAC)
    }
    let reply = NDPPacket(
      source: target, destination: destination, message: .advertisement(advertisement))
    return .reply(
      frame: reply.frame(from: interfaceMAC, to: destinationMAC), address: .v6(target))
  }
}
