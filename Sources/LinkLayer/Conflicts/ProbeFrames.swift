public import Addresses
public import NIOCore

/// The frames that ask whether somebody uses an address, without a claim to it.
public enum ProbeFrames {
  /// Asks from an interface with the MAC address `mac`: all hosts, or the one with the MAC address
  /// `destination`, which no switch or proxy answers for.
  ///
  /// IPv4: an ARP probe (RFC 5227 §2.1.1). IPv6: the Neighbor Solicitation of duplicate address
  /// detection (RFC 4862 §5.4.2).
  public static func frame(
    for address: IPAddress, from mac: MACAddress, to destination: MACAddress? = nil
  ) -> ByteBuffer {
    switch address {
    case .v4(let address):
      return ARPPacket(
        operation: .request, senderMAC: mac, senderAddress: IPv4Address(rawValue: 0),
        targetMAC: MACAddress(rawValue: 0), targetAddress: address
      ).frame(from: mac, to: destination ?? .broadcast)
    case .v6(let address):
      let group = address.solicitedNodeGroup
      return NDPPacket(
        source: .unspecified, destination: group,
        message: .solicitation(NeighborSolicitation(target: address))
      ).frame(from: mac, to: destination ?? MACAddress(multicastGroup: group))
    }
  }
}
