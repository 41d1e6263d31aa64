public import Addresses
public import NIOCore

/// The frames by which a host asks for a neighbour, as its kernel would.
public enum NeighborQuestion {
  /// An ARP request, or a Neighbor Solicitation with our link-layer address.
  ///
  /// - Parameters:
  ///   - address: who is asked for.
  ///   - mac: the MAC address of our interface.
  ///   - source: an address of ours on it, of the same family; nil asks by a probe
  ///     (``ProbeFrames``), which all hosts answer as well.
  ///   - destination: the MAC address of the neighbour, or nil for all hosts.
  public static func frame(
    for address: IPAddress, from mac: MACAddress, source: IPAddress?, to destination: MACAddress?
  ) -> ByteBuffer {
    switch (address, source) {
    case (.v4(let target), .v4(let sender)):
      return ARPPacket(
        operation: .request, senderMAC: mac, senderAddress: sender,
        targetMAC: MACAddress(rawValue: 0), targetAddress: target
      ).frame(from: mac, to: destination ?? .broadcast)
    case (.v6(let target), .v6(let sender)):
      let group = target.solicitedNodeGroup
      return NDPPacket(
        source: sender, destination: destination == nil ? group : target,
        message: .solicitation(
          NeighborSolicitation(target: target, sourceLinkLayerAddress: mac))
      ).frame(from: mac, to: destination ?? MACAddress(multicastGroup: group))
    case (.v4, _):
      return ProbeFrames.frame(for: address, from: mac, to: destination)
    case (.v6, _):
      // From `::` only the group may be asked (RFC 4861 §7.1.1).
      return ProbeFrames.frame(for: address, from: mac)
    }
  }
}
