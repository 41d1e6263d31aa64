public import Addresses
public import NIOCore

/// The frames that tell a whole segment, unasked, that an address is ours.
public enum GratuitousFrames {
  /// The frames for one address on an interface with the MAC address `mac`, in the order to send.
  ///
  /// IPv4: an ARP announcement as a request (RFC 5227 §2.3) and as a reply (RFC 5944 §4.6), both
  /// broadcast, because hosts differ in which of them they believe. IPv6: an unsolicited Neighbor
  /// Advertisement to all nodes with the Override flag (RFC 4861 §7.2.6).
  public static func frames(for address: IPAddress, from mac: MACAddress) -> [ByteBuffer] {
    switch address {
    case .v4(let address):
      var packet = ARPPacket(
        operation: .request, senderMAC: mac, senderAddress: address,
        targetMAC: MACAddress(rawValue: 0), targetAddress: address)
      let request = packet.frame(from: mac, to: .broadcast)
      packet.operation = .reply
      // Linux takes the reply form for gratuitous only when both hardware addresses are the sender's.
      packet.targetMAC = mac
      return [request, packet.frame(from: mac, to: .broadcast)]
    case .v6(let address):
      let advertisement = NeighborAdvertisement(
        target: address, flags: .override, targetLinkLayerAddress: mac)
      let packet = NDPPacket(
        source: address, destination: .allNodes, message: .advertisement(advertisement))
      return [packet.frame(from: mac, to: MACAddress(multicastGroup: .allNodes))]
    }
  }
}
