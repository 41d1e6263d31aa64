public import Addresses
public import NIOCore

/// What is done with a frame that came in.
public enum Answer: Hashable, Sendable {
  /// `frame` is to be sent: it tells the asker that `address` is ours.
  case reply(frame: ByteBuffer, address: IPAddress)
  /// Nothing is to be sent.
  case ignored(DropReason)
  /// Nothing is to be sent, although the frame asks for `address`, which is ours: `leaseEnded` or
  /// `yielded`.
  case withheld(DropReason, address: IPAddress)
}

/// Decides on ARP replies and Neighbor Advertisements for the owned addresses of one interface, and
/// sees who else speaks for them.
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
  ///
  /// - Parameters:
  ///   - frame: the whole frame.
  ///   - now: the time on the clock of the leases.
  ///   - lease: the end of this node's right to answer for anything; nil when there is none.
  ///   - sighting: gets what the frame says of an owned address, where its sender is not us.
  public func answer(
    _ frame: RawSpan, now: NIODeadline, lease: NIODeadline? = nil, sighting: inout Sighting?
  ) -> Answer {
    sighting = nil
    do throws(DropReason) {
      let ethernet = try EthernetHeader(parsing: frame)
      try checkSender(ethernet.source)
      let payload = frame.extracting(ethernet.byteCount..<frame.byteCount)
      let isLeased = lease.map { now < $0 } ?? true
      switch ethernet.etherType {
      case .arp:
        let packet = try ARPPacket(parsing: payload)
        sighting = self.sighting(in: packet)
        return try answer(packet, ethernet, now: now, isLeased: isLeased)
      case .ipv6:
        let packet = try NDPPacket(parsing: payload)
        sighting = self.sighting(in: packet, from: ethernet.source)
        return try answer(packet, ethernet, now: now, isLeased: isLeased)
      default: throw .otherProtocol
      }
    } catch {
      return .ignored(error)
    }
  }

  private func checkSender(_ address: MACAddress) throws(DropReason) {
    guard !address.isGroup, address.rawValue != 0 else { throw .invalidSource }
    guard address != interfaceMAC else { throw .ownFrame }
  }

  private func answer(
    _ request: ARPPacket, _ ethernet: EthernetHeader, now: NIODeadline, isLeased: Bool
  ) throws(DropReason) -> Answer {
    guard request.operation == .request else { throw .notARequest }
    guard ethernet.destination == .broadcast || ethernet.destination == interfaceMAC else {
      throw .otherDestination
    }
    try checkSender(request.senderMAC)
    guard request.senderAddress != request.targetAddress else { throw .senderIsTarget }
    if let obstacle = try owned.obstacle(
      to: request.targetAddress, now: now, isLeased: isLeased)
    {
      return .withheld(obstacle, address: .v4(request.targetAddress))
    }
    let reply = ARPPacket(
      operation: .reply, senderMAC: interfaceMAC, senderAddress: request.targetAddress,
      targetMAC: request.senderMAC, targetAddress: request.senderAddress)
    return .reply(
      frame: reply.frame(from: interfaceMAC, to: request.senderMAC),
      address: .v4(request.targetAddress))
  }

  private func answer(
    _ packet: NDPPacket, _ ethernet: EthernetHeader, now: NIODeadline, isLeased: Bool
  ) throws(DropReason) -> Answer {
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
    if let obstacle = try owned.obstacle(to: target, now: now, isLeased: isLeased) {
      return .withheld(obstacle, address: .v6(target))
    }

    // Never with the Router flag: nobody has the address for a default router.
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
