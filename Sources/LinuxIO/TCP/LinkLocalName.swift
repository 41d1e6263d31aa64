import Addresses
import Glibc

/// The kernel's name of a link-local address: with the interface that it is on.
enum LinkLocalName {
  static func make(_ address: IPv6Address, port: UInt16, interface: Int) -> sockaddr_in6 {
    var name = sockaddr_in6()
    name.sin6_family = sa_family_t(AF_INET6)
    name.sin6_port = port.bigEndian
    name.sin6_addr = in6_addr(address)
    name.sin6_scope_id = UInt32(clamping: interface)
    return name
  }

  /// The index of the interface; 0 for none.
  static func interface(of name: sockaddr_in6) -> Int { Int(name.sin6_scope_id) }
}
