public import Addresses
public import NIOCore

extension SocketAddress {
  /// The socket address of `address` on an interface, which a link-local address is nothing without.
  public init(
    _ address: Addresses.IPv6Address, port: UInt16, interface name: String, index: Int
  ) {
    self.init(
      LinkLocalName.make(address, port: port, interface: index), host: "\(address)%\(name)")
  }

  /// The index of the interface that a link-local address is on; nil for other addresses.
  public var interfaceIndex: Int? {
    guard case .v6(let name) = self, case let index = LinkLocalName.interface(of: name.address),
      index != 0
    else { return nil }
    return index
  }
}
