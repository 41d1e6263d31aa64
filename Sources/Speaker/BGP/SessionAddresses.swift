import Addresses
import LinuxIO

/// The local addresses that a BGP session puts into its messages.
struct SessionAddresses {
  /// The next hop of IPv4 routes, where one is known.
  private(set) var ipv4: IPv4Address?
  /// The next hop of IPv6 routes, where one is known.
  private(set) var ipv6: IPv6Address?
  private let interfaces: [NetworkInterface]

  /// - Parameters:
  ///   - local: the local address of the session, where it is known already.
  ///   - nextHops: what the configuration asks for; it wins over what is found.
  ///   - interfaces: those of this machine. The next hop of the other family is a global address
  ///     of the interface that has the local address, since the neighbour is on its link.
  init(local: IPAddress?, nextHops: [IPAddress], interfaces: [NetworkInterface]) {
    self.interfaces = interfaces
    let beside =
      local.flatMap { local in
        interfaces.first { $0.addresses.contains { $0.address == local } }
      }?.addresses.map(\.address) ?? []
    for address in nextHops + [local].compactMap(\.self) + beside {
      switch address {
      case .v4(let address): ipv4 = ipv4 ?? address
      case .v6(let address) where !address.isLinkLocal: ipv6 = ipv6 ?? address
      case .v6: break
      }
    }
  }

  /// Whether the next hop of `family` is known.
  func has(_ family: AddressFamily) -> Bool {
    family == .ipv4 ? ipv4 != nil : ipv6 != nil
  }

  /// The BGP identifier (RFC 6286) where none is configured: the IPv4 address of the session, or
  /// of any interface; on a machine without IPv4 a number made from the node's name.
  func routerID(node: String) -> IPv4Address {
    if let ipv4 { return ipv4 }
    let all = interfaces.filter { !$0.isLoopback }.flatMap(\.addresses)
    for case .v4(let address) in all.map(\.address).sorted() { return address }
    var hash: UInt32 = 0x811C_9DC5
    for byte in node.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return IPv4Address(rawValue: max(hash, 1))
  }
}
