public import Addresses
import NIOCore

/// What the bytes of an announcement depend on, apart from the route: one session's properties.
public struct SessionEncoding: Hashable, Sendable {
  /// Our autonomous system.
  public var localAS: UInt32
  /// Whether the neighbour is in it.
  public var isInternal: Bool
  /// Whether AS numbers take four octets (RFC 6793).
  public var fourOctetAS: Bool
  /// The LOCAL_PREF of routes that name none.
  public var defaultLocalPreference: UInt32
  /// The families that the session carries, in the order in which they are sent.
  public var families: [AddressFamily]
  /// The next hop of IPv4 routes; without it they are held back.
  public var nextHopIPv4: IPv4Address?
  /// The next hop of IPv6 routes; without it or a link-local one they are held back.
  public var nextHopIPv6: IPv6Address?
  /// The link-local address beside it, on a link that we share with the neighbour (RFC 2545 §3), or
  /// the only next hop.
  public var nextHopLinkLocal: IPv6Address?
  /// Whether IPv4 routes have IPv6 next hops when there is no IPv4 one (RFC 8950).
  public var extendedNextHop: Bool

  /// Whether every route tells that it is about to be withdrawn (RFC 8326 §4).
  public var gracefulShutdown: Bool
  /// Whether UPDATEs may have up to 65,535 octets (RFC 8654).
  public var extendedMessages: Bool
  /// Whether a refresh is marked at its beginning and its end (RFC 7313).
  public var enhancedRouteRefresh: Bool
  /// The AS that routes may only leave towards customers, ours; nil to say nothing (RFC 9234 §5).
  public var onlyToCustomer: UInt32?

  /// An encoding with these properties.
  public init(
    localAS: UInt32, isInternal: Bool, fourOctetAS: Bool = true,
    defaultLocalPreference: UInt32 = 100, families: [AddressFamily],
    nextHopIPv4: IPv4Address? = nil, nextHopIPv6: IPv6Address? = nil,
    gracefulShutdown: Bool = false, extendedMessages: Bool = false,
    enhancedRouteRefresh: Bool = false, onlyToCustomer: UInt32? = nil,
    nextHopLinkLocal: IPv6Address? = nil, extendedNextHop: Bool = false
  ) {
    self.localAS = localAS
    self.isInternal = isInternal
    self.fourOctetAS = fourOctetAS
    self.defaultLocalPreference = defaultLocalPreference
    self.families = families
    self.nextHopIPv4 = nextHopIPv4
    self.nextHopIPv6 = nextHopIPv6
    self.gracefulShutdown = gracefulShutdown
    self.extendedMessages = extendedMessages
    self.enhancedRouteRefresh = enhancedRouteRefresh
    self.onlyToCustomer = onlyToCustomer
    self.nextHopLinkLocal = nextHopLinkLocal
    self.extendedNextHop = extendedNextHop
  }

  /// The longest message.
  var maximumMessageLength: Int {
    extendedMessages
      ? MessageHeader.maximumExtendedMessageLength : MessageHeader.maximumMessageLength
  }

  /// Whether routes of `family` can be sent.
  func carries(_ family: AddressFamily) -> Bool {
    guard families.contains(family) else { return false }
    return isMultiprotocol(family) ? !nextHopsIPv6.isEmpty : nextHopIPv4 != nil
  }

  /// Whether routes of `family` are announced and withdrawn by the multiprotocol attributes.
  func isMultiprotocol(_ family: AddressFamily) -> Bool {
    family == .ipv6 || (nextHopIPv4 == nil && extendedNextHop)
  }

  /// The session's next hop in MP_REACH_NLRI: the global address, the link-local one, or both.
  private var nextHopsIPv6: [IPv6Address] { [nextHopIPv6, nextHopLinkLocal].compactMap(\.self) }

  /// The next hop of a route in MP_REACH_NLRI; none where it stands in an attribute of its own.
  func multiprotocolNextHops(of route: RouteAttributes, family: AddressFamily) -> [IPv6Address] {
    guard isMultiprotocol(family) else { return [] }
    return route.nextHopIPv6.map { [$0] } ?? nextHopsIPv6
  }

  /// The path attributes of a route of `family` in this session.
  func pathAttributes(of route: RouteAttributes, family: AddressFamily) -> PathAttributes {
    let path =
      isInternal ? .empty : ASPath(repeating: localAS, count: 1 + Int(route.prependCount))
    // Where the true path does not fit in two octets, it travels beside (RFC 6793 §4.2.2).
    let needsAS4Path = !fourOctetAS && !isInternal && UInt16(exactly: localAS) == nil
    return PathAttributes(
      origin: route.origin,
      asPath: needsAS4Path
        ? ASPath(repeating: UInt32(OpenMessage.asTrans), count: 1 + Int(route.prependCount))
        : path,
      nextHop: isMultiprotocol(family) ? nil : route.nextHopIPv4 ?? nextHopIPv4,
      multiExitDiscriminator: route.multiExitDiscriminator,
      localPreference: isInternal ? localPreference(of: route) : nil,
      communities: communities(of: route),
      extendedCommunities: route.extendedCommunities,
      as4Path: needsAS4Path ? path : nil,
      largeCommunities: route.largeCommunities, onlyToCustomer: onlyToCustomer)
  }

  /// The lowest one while the route is about to go: internal neighbours need not know the community.
  private func localPreference(of route: RouteAttributes) -> UInt32 {
    gracefulShutdown ? 0 : route.localPreference ?? defaultLocalPreference
  }

  private func communities(of route: RouteAttributes) -> [Community] {
    guard gracefulShutdown, !route.communities.contains(.gracefulShutdown) else {
      return route.communities
    }
    return (route.communities + [.gracefulShutdown]).sorted()
  }
}

extension RouteAttributes {
  /// Whether a message has room for these attributes and a prefix, whatever the session.
  var fitsInMessage: Bool {
    let worst = SessionEncoding(
      localAS: .max, isInternal: false, fourOctetAS: false, families: [], gracefulShutdown: true,
      onlyToCustomer: .max)
    var attributes = worst.pathAttributes(of: self, family: .ipv6)
    attributes.localPreference = 0
    guard communities.count < 1024, largeCommunities.count < 1024,
      extendedCommunities.count < 1024
    else { return false }
    var buffer = ByteBuffer()
    attributes.write(into: &buffer, fourOctetAS: true)
    return UpdateEncoding.announcementCapacity(
      nextHopCount: 2, attributesLength: buffer.readableBytes,
      messageLength: MessageHeader.maximumMessageLength)
      >= IPv6RouteKey(IPv6Address(high: 0, low: 0), length: 128).encodedLength
  }
}
