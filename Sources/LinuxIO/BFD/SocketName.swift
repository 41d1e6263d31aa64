import Addresses
import Glibc

/// The name of a UDP socket of either family, as the kernel takes it.
struct SocketName {
  // The larger of the two structs; that of IPv4 lies at its beginning.
  private var storage = sockaddr_in6()
  private let length: socklen_t

  /// - Parameter interface: what a link-local address is on.
  init(_ address: IPAddress, port: UInt16, interface: UInt32 = 0) {
    switch address {
    case .v4(let address):
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      name.sin_addr.s_addr = address.rawValue.bigEndian
      length = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: name, as: sockaddr_in.self) }
    case .v6(let address):
      storage.sin6_family = sa_family_t(AF_INET6)
      storage.sin6_port = port.bigEndian
      storage.sin6_addr = in6_addr(address)
      storage.sin6_scope_id = address.isLinkLocal ? interface : 0
      length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    }
  }

  /// Every address of the family.
  static func any(_ family: AddressFamily, port: UInt16) -> SocketName {
    SocketName(IPAddress(family: family, number: 0), port: port)
  }

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}
