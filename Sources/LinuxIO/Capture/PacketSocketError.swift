/// Why frames cannot be captured or sent on an interface.
public enum PacketSocketError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The process may not open packet sockets.
  case notPermitted(interface: String)
  /// There is no such interface, or it went away.
  case noSuchInterface(String)
  /// The interface is down.
  case interfaceDown(String)
  /// The interface has no Ethernet frames, or no MAC address.
  case notEthernet(interface: String)
  /// The socket was closed.
  case closed(interface: String)
  /// The kernel refused a frame.
  case sendFailed(interface: String, LinuxError)
  /// libpcap or the kernel failed in another way.
  case captureFailed(interface: String, String)

  public var description: String {
    switch self {
    case .notPermitted(let interface):
      "opening \(interface) for capture needs CAP_NET_RAW: run as root or add the capability"
    case .noSuchInterface(let interface):
      "there is no interface \(interface): it was removed or renamed"
    case .interfaceDown(let interface):
      "the interface \(interface) is down: bring it up with 'ip link set \(interface) up'"
    case .notEthernet(let interface):
      "the interface \(interface) is not Ethernet: it cannot carry ARP or Neighbor Discovery"
    case .closed(let interface): "the capture on \(interface) was closed"
    case .sendFailed(let interface, let error): "sending on \(interface): \(error)"
    case .captureFailed(let interface, let text): "capturing on \(interface): \(text)"
    }
  }
}
