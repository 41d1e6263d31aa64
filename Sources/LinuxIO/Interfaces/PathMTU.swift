public import Addresses
import Glibc

/// Asks the kernel how large a packet may be.
public enum PathMTU {
  // <linux/in.h> and <linux/in6.h>.
  private static let ipMTU: CInt = 14
  private static let ipv6MTU: CInt = 24

  /// The most octets of a packet to `destination` that the kernel knows of, by the route and by what
  /// routers have said; nil without a route. Nothing is sent.
  public static func toward(_ destination: IPAddress) -> Int? {
    let isIPv6 = destination.family == .ipv6
    let type = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    guard
      let socket = try? Descriptor(
        Glibc.socket(isIPv6 ? AF_INET6 : AF_INET, type, 0), "opening a socket")
    else { return nil }
    let name = SocketName(destination, port: 9)
    guard name.withPointer({ connect(socket.raw, $0, $1) }) == 0 else { return nil }
    var value: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    let level = isIPv6 ? CInt(IPPROTO_IPV6) : CInt(IPPROTO_IP)
    let option = isIPv6 ? ipv6MTU : ipMTU
    guard getsockopt(socket.raw, level, option, &value, &length) == 0 else { return nil }
    return Int(value)
  }
}
