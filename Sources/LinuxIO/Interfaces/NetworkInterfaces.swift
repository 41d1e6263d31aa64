import Addresses
import CLinux
import Glibc

/// The network interfaces of this host.
public enum NetworkInterfaces {
  /// All interfaces of the network namespace of the calling thread, by index.
  public static func list() throws(LinuxError) -> [NetworkInterface] {
    let netlink = try NetlinkSocket()
    var links: [Int: Link] = [:]
    try netlink.dump(request: Int(RTM_GETLINK), answer: Int(RTM_NEWLINK)) { message in
      if let link = Link(message) { links[link.index] = link }
    }
    var addresses: [Int: [InterfaceAddress]] = [:]
    try netlink.dump(request: Int(RTM_GETADDR), answer: Int(RTM_NEWADDR)) { message in
      if let (index, address) = Self.address(message) {
        addresses[index, default: []].append(address)
      }
    }
    return links.values.sorted { $0.index < $1.index }.map { link in
      let flags = link.flags
      return NetworkInterface(
        index: link.index, name: link.name, macAddress: link.macAddress,
        isUp: flags & UInt32(IFF_UP) != 0,
        isRunning: flags & UInt32(IFF_RUNNING) != 0,
        isLoopback: flags & UInt32(IFF_LOOPBACK) != 0,
        resolvesNeighbors: flags & UInt32(IFF_NOARP) == 0,
        kind: link.kind,
        master: link.masterIndex.flatMap { index in
          links[index].map { .init(name: $0.name, kind: $0.kind) }
        },
        lowerIndex: link.lowerIndex, activeMember: link.activeMember,
        addresses: (addresses[link.index] ?? []).sorted(), mtu: link.mtu,
        leadsElsewhere: link.leadsElsewhere)
    }
  }

  /// What one RTM_NEWLINK message says.
  private struct Link {
    var index: Int
    var flags: UInt32
    var name = ""
    var macAddress: MACAddress?
    var masterIndex: Int?
    var kind: String?
    var lowerIndex: Int?
    var activeMember: Int?
    var mtu: Int?
    var leadsElsewhere = false

    /// ARPHRD_ETHER of <net/if_arp.h>.
    private static let ethernetType: UInt16 = 1

    /// The body of the message: struct ifinfomsg and attributes.
    init?(_ message: RawSpan) {
      guard message.byteCount >= MemoryLayout<ifinfomsg>.size else { return nil }
      let header = message.unsafeLoadUnaligned(as: ifinfomsg.self)
      index = Int(header.ifi_index)
      flags = header.ifi_flags
      let isEthernet = header.ifi_type == Self.ethernetType
      var link = self
      NetlinkMessages.forEachAttribute(of: message, from: MemoryLayout<ifinfomsg>.size) {
        type, value in
        switch type {
        case Int(IFLA_IFNAME): link.name = Self.text(value)
        case Int(IFLA_ADDRESS) where isEthernet && value.byteCount == 6:
          var octets: UInt64 = 0
          for offset in 0..<6 {
            octets = octets << 8 | UInt64(value.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
          }
          link.macAddress = MACAddress(rawValue: octets)
        case Int(IFLA_MASTER) where value.byteCount == 4:
          link.masterIndex = Int(value.unsafeLoadUnaligned(as: UInt32.self))
        case Int(IFLA_LINK) where value.byteCount == 4:
          link.lowerIndex = Int(value.unsafeLoadUnaligned(as: UInt32.self))
        case Int(IFLA_MTU) where value.byteCount == 4:
          link.mtu = Int(value.unsafeLoadUnaligned(as: UInt32.self))
        case Int(IFLA_LINK_NETNSID): link.leadsElsewhere = true
        case Int(IFLA_LINKINFO):
          NetlinkMessages.forEachAttribute(of: value, from: 0) { type, value in
            switch type {
            case Int(IFLA_INFO_KIND): link.kind = Self.text(value)
            case Int(IFLA_INFO_DATA) where link.kind == "bond":
              link.activeMember = Self.activeMember(ofBond: value)
            default: break
            }
          }
        default: break
        }
      }
      // The other end of a veth is beside it, not below.
      if link.leadsElsewhere || link.kind == "veth" || link.lowerIndex == link.index {
        link.lowerIndex = nil
      }
      self = link
    }

    private static func activeMember(ofBond data: RawSpan) -> Int? {
      var member: Int?
      NetlinkMessages.forEachAttribute(of: data, from: 0) { type, value in
        if type == Int(IFLA_BOND_ACTIVE_SLAVE), value.byteCount == 4 {
          member = Int(value.unsafeLoadUnaligned(as: UInt32.self))
        }
      }
      return member
    }

    private static func text(_ value: RawSpan) -> String {
      value.withUnsafeBytes { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    }
  }

  /// The interface index and the address of an RTM_NEWADDR message: struct ifaddrmsg and attributes.
  private static func address(_ message: RawSpan) -> (Int, InterfaceAddress)? {
    guard message.byteCount >= MemoryLayout<ifaddrmsg>.size else { return nil }
    let header = message.unsafeLoadUnaligned(as: ifaddrmsg.self)
    var peer: IPAddress?
    var local: IPAddress?
    NetlinkMessages.forEachAttribute(of: message, from: MemoryLayout<ifaddrmsg>.size) {
      type, value in
      // On a point-to-point link IFA_ADDRESS is the other end.
      switch type {
      case Int(IFA_ADDRESS): peer = ipAddress(value, family: CInt(header.ifa_family))
      case Int(IFA_LOCAL): local = ipAddress(value, family: CInt(header.ifa_family))
      default: break
      }
    }
    return (local ?? peer).map {
      (Int(header.ifa_index), InterfaceAddress($0, prefixLength: Int(header.ifa_prefixlen)))
    }
  }

  private static func ipAddress(_ value: RawSpan, family: CInt) -> IPAddress? {
    switch (family, value.byteCount) {
    case (AF_INET, 4):
      .v4(IPv4Address(rawValue: UInt32(bigEndian: value.unsafeLoadUnaligned(as: UInt32.self))))
    case (AF_INET6, 16):
      .v6(
        IPv6Address(
          high: UInt64(bigEndian: value.unsafeLoadUnaligned(as: UInt64.self)),
          low: UInt64(bigEndian: value.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self))))
    default: nil
    }
  }
}
