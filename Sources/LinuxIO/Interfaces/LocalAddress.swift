public import Addresses
import Glibc

/// Asks the kernel which local address it would use.
public enum LocalAddress {
  /// The source address that the routing table chooses towards `destination`; nil without a route.
  ///
  /// A connected UDP socket makes the kernel decide without sending anything.
  public static func toward(_ destination: IPAddress) -> IPAddress? {
    switch destination {
    case .v4(let address):
      var remote = sockaddr_in()
      remote.sin_family = sa_family_t(AF_INET)
      remote.sin_port = UInt16(9).bigEndian
      remote.sin_addr.s_addr = address.rawValue.bigEndian
      var local = sockaddr_in()
      guard chosen(AF_INET, remote: &remote, local: &local) else { return nil }
      return .v4(IPv4Address(rawValue: UInt32(bigEndian: local.sin_addr.s_addr)))
    case .v6(let address):
      var remote = sockaddr_in6()
      remote.sin6_family = sa_family_t(AF_INET6)
      remote.sin6_port = UInt16(9).bigEndian
      withUnsafeMutableBytes(of: &remote.sin6_addr) { bytes in
        bytes.storeBytes(of: address.high.bigEndian, as: UInt64.self)
        bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      var local = sockaddr_in6()
      guard chosen(AF_INET6, remote: &remote, local: &local) else { return nil }
      return withUnsafeBytes(of: local.sin6_addr) { bytes in
        .v6(
          IPv6Address(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))))
      }
    }
  }

  private static func chosen<Address>(
    _ family: Int32, remote: inout Address, local: inout Address
  ) -> Bool {
    let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var length = socklen_t(MemoryLayout<Address>.size)
    let connected = withUnsafeBytes(of: &remote) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { buffer in
        buffer.baseAddress.map { connect(descriptor, $0, length) } ?? -1
      }
    }
    guard connected == 0 else { return false }
    return withUnsafeMutableBytes(of: &local) { bytes in
      bytes.withMemoryRebound(to: sockaddr.self) { buffer in
        buffer.baseAddress.map { getsockname(descriptor, $0, &length) } ?? -1
      }
    } == 0
  }
}
