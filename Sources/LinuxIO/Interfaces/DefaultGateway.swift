public import Addresses
import CLinux
import Glibc

/// Where this host sends what it has no other route for.
public struct DefaultGateway: Hashable, Sendable {
  /// The kernel's number of the interface on which the gateway is a neighbour.
  public var interfaceIndex: Int
  /// The address of the gateway.
  public var address: IPAddress

  /// A gateway with these values.
  public init(interfaceIndex: Int, address: IPAddress) {
    self.interfaceIndex = interfaceIndex
    self.address = address
  }

  /// The gateways of the preferred default route of each family, in the main table of the calling
  /// thread's network namespace; several where the route has several next hops.
  public static func list() throws(LinuxError) -> [DefaultGateway] {
    let netlink = try NetlinkSocket()
    var found: [DefaultRoute] = []
    try netlink.dump(request: Int(RTM_GETROUTE), answer: Int(RTM_NEWROUTE)) { message in
      if let route = DefaultRoute(parsing: message) { found.append(route) }
    }
    return preferred(found)
  }

  /// The gateways of the routes with the least metric of their family.
  package static func preferred(_ routes: [DefaultRoute]) -> [DefaultGateway] {
    var result: [DefaultGateway] = []
    for family in AddressFamily.allCases {
      let own = routes.filter { $0.family == family && !$0.gateways.isEmpty }
      guard let best = own.map(\.metric).min() else { continue }
      for route in own where route.metric == best {
        for gateway in route.gateways where !result.contains(gateway) { result.append(gateway) }
      }
    }
    return result
  }
}

/// A default route, as an RTM_NEWROUTE message tells it (rtnetlink(7)).
package struct DefaultRoute: Hashable, Sendable {
  package let family: AddressFamily
  /// The smaller is preferred.
  package private(set) var metric: UInt32 = 0
  package private(set) var gateways: [DefaultGateway] = []

  private static let headerLength = 12
  private static let nextHopLength = 8

  /// Reads the body of a message; nil for another route than a default one of the main table.
  package init?(parsing message: RawSpan) {
    guard message.byteCount >= Self.headerLength else { return nil }
    switch Int32(message.unsafeLoadUnaligned(as: UInt8.self)) {
    case AF_INET: family = .ipv4
    case AF_INET6: family = .ipv6
    default: return nil
    }
    let prefixLength = message.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt8.self)
    let type = message.unsafeLoadUnaligned(fromByteOffset: 7, as: UInt8.self)
    guard prefixLength == 0, Int(type) == Int(RTN_UNICAST) else { return nil }
    var table = UInt32(message.unsafeLoadUnaligned(fromByteOffset: 4, as: UInt8.self))
    var hop = NextHop()
    var hops: [NextHop] = []
    NetlinkMessages.forEachAttribute(of: message, from: Self.headerLength) { type, value in
      switch UInt32(type) {
      case RTA_TABLE.rawValue: table = value.number ?? table
      case RTA_PRIORITY.rawValue: metric = value.number ?? metric
      case RTA_OIF.rawValue: hop.interfaceIndex = Int(value.number ?? 0)
      case RTA_MULTIPATH.rawValue: hops = Self.nextHops(in: value)
      default: hop.read(UInt32(type), value)
      }
    }
    guard table == RT_TABLE_MAIN.rawValue else { return nil }
    gateways = ([hop] + hops).compactMap(\.gateway)
  }

  /// The entries of a route with several next hops, each a header with attributes of its own.
  private static func nextHops(in value: RawSpan) -> [NextHop] {
    var hops: [NextHop] = []
    var offset = 0
    while value.byteCount - offset >= nextHopLength {
      let length = Int(value.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
      guard length >= nextHopLength, length <= value.byteCount - offset else { break }
      var hop = NextHop()
      hop.interfaceIndex = Int(
        value.unsafeLoadUnaligned(fromByteOffset: offset + 4, as: Int32.self))
      NetlinkMessages.forEachAttribute(
        of: value.extracting(offset..<offset + length), from: nextHopLength
      ) { hop.read(UInt32($0), $1) }
      hops.append(hop)
      offset += (length + 3) & ~3
    }
    return hops
  }

  private struct NextHop {
    var interfaceIndex = 0
    var address: IPAddress?

    var gateway: DefaultGateway? {
      guard interfaceIndex > 0 else { return nil }
      return address.map { DefaultGateway(interfaceIndex: interfaceIndex, address: $0) }
    }

    mutating func read(_ type: UInt32, _ value: RawSpan) {
      switch type {
      case RTA_GATEWAY.rawValue: address = value.address(from: 0) ?? address
      // An IPv4 route by an IPv6 neighbour: the family comes first.
      case RTA_VIA.rawValue: address = value.address(from: 2) ?? address
      default: break
      }
    }
  }
}

extension RawSpan {
  /// The number of four octets.
  fileprivate var number: UInt32? {
    byteCount == 4 ? unsafeLoadUnaligned(as: UInt32.self) : nil
  }

  /// The address in network byte order that fills the rest.
  fileprivate func address(from start: Int) -> IPAddress? {
    switch byteCount - start {
    case 4:
      let number = unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self)
      return .v4(IPv4Address(rawValue: UInt32(bigEndian: number)))
    case 16:
      let high = unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
      let low = unsafeLoadUnaligned(fromByteOffset: start + 8, as: UInt64.self)
      return .v6(IPv6Address(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low)))
    default: return nil
    }
  }
}
