public import Addresses
import CLinux
import Glibc

/// The solicited-node multicast groups that one interface has to take in (RFC 4861 §7.2.1).
///
/// The kernel joins them for its own addresses only, and an announced address is none. Joining makes
/// the interface accept the group and the kernel report it by MLD, for switches that snoop. No IPv6
/// address is needed on the interface, but IPv6 must not be disabled there.
///
/// The kernel bounds the memberships of one socket (`net.core.optmem_max`); more sockets are opened as
/// they are needed, so that thousands of addresses work. Use an instance from one thread at a time.
public final class SolicitedNodeGroups {
  private struct Membership {
    /// The number of addresses that share the group: those that end in the same 24 bits.
    var addresses: Int
    let socket: Int
  }

  private let interfaceName: String
  private let interfaceIndex: CUnsignedInt
  private var sockets: [Descriptor] = []
  private var memberships: [IPv6Address: Membership] = [:]

  /// No groups yet. Sockets are opened in the network namespace of the thread that joins.
  public init(interfaceName: String, interfaceIndex: Int) {
    self.interfaceName = interfaceName
    self.interfaceIndex = CUnsignedInt(clamping: interfaceIndex)
  }

  /// The groups that are joined, in ascending order.
  public var groups: [IPv6Address] { memberships.keys.sorted() }

  /// Joins the group of `address`, or counts one more address of it.
  ///
  /// After an error nothing has changed, and the address must not be left.
  public func join(_ address: IPv6Address) throws(LinuxError) {
    let group = address.solicitedNodeGroup
    if memberships[group] != nil {
      memberships[group]?.addresses += 1
      return
    }
    if let last = sockets.last {
      let code = request(IPV6_JOIN_GROUP, group, on: last)
      if code == 0 {
        memberships[group] = Membership(addresses: 1, socket: sockets.count - 1)
        return
      }
      // These say that this socket is full.
      guard code == ENOBUFS || code == ENOMEM else { throw joinError(group, code) }
    }
    let fresh = try Descriptor(
      socket(AF_INET6, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0),
      "opening a socket for the multicast groups of \(interfaceName)")
    let code = request(IPV6_JOIN_GROUP, group, on: fresh)
    guard code == 0 else { throw joinError(group, code) }
    sockets.append(fresh)
    memberships[group] = Membership(addresses: 1, socket: sockets.count - 1)
  }

  /// Counts one address less, and leaves the group with the last of them.
  public func leave(_ address: IPv6Address) {
    let group = address.solicitedNodeGroup
    guard var membership = memberships[group] else { return }
    membership.addresses -= 1
    guard membership.addresses == 0 else {
      memberships[group] = membership
      return
    }
    memberships[group] = nil
    // It fails only when the interface is gone, and the membership with it.
    _ = request(IPV6_LEAVE_GROUP, group, on: sockets[membership.socket])
    if memberships.isEmpty { sockets.removeAll() }
  }

  /// Gives 0 or errno.
  private func request(_ option: CInt, _ group: IPv6Address, on socket: Descriptor) -> CInt {
    var value = ipv6_mreq()
    value.ipv6mr_multiaddr = in6_addr(group)
    value.ipv6mr_interface = interfaceIndex
    let size = socklen_t(MemoryLayout<ipv6_mreq>.size)
    return setsockopt(socket.raw, CInt(IPPROTO_IPV6), option, &value, size) == 0 ? 0 : errno
  }

  private func joinError(_ group: IPv6Address, _ code: CInt) -> LinuxError {
    LinuxError(
      "joining the multicast group \(group) on \(interfaceName)", code: code,
      remedy: code == EINVAL || code == ENODEV || code == EADDRNOTAVAIL
        ? "is IPv6 disabled on it (net.ipv6.conf.\(interfaceName).disable_ipv6)?" : nil)
  }
}

extension in6_addr {
  /// The address in network byte order.
  init(_ address: IPv6Address) {
    self.init()
    withUnsafeMutableBytes(of: &self) { bytes in
      bytes.storeBytes(of: address.high.bigEndian, as: UInt64.self)
      bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
  }
}
