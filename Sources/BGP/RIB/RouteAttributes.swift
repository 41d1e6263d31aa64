public import Addresses

/// What a prefix is announced with, before it is known to whom: ``AdjRIBOut`` makes the path
/// attributes of it that fit the session.
public struct RouteAttributes: Hashable, Sendable {
  /// How the route came to be known (RFC 4271 §5.1.1).
  public var origin: Origin
  /// How often our AS stands in the path in addition to the once that eBGP asks for; iBGP ignores
  /// it.
  public var prependCount: UInt8
  /// MULTI_EXIT_DISC, left out when nil (RFC 4271 §5.1.4).
  public var multiExitDiscriminator: UInt32?
  /// LOCAL_PREF towards internal neighbours; nil stands for the peer's default.
  public var localPreference: UInt32?
  /// Standard communities (RFC 1997), sorted and without duplicates.
  public let communities: [Community]
  /// Large communities (RFC 8092), sorted and without duplicates.
  public let largeCommunities: [LargeCommunity]
  /// Extended communities (RFC 4360), sorted and without duplicates.
  public let extendedCommunities: [ExtendedCommunity]
  /// The next hop of IPv4 prefixes in place of the session's, where they have an IPv4 one.
  public var nextHopIPv4: IPv4Address?
  /// The next hop, in place of the session's, of IPv6 prefixes, and of IPv4 ones where they have an
  /// IPv6 one (RFC 8950). It stands alone: a link-local address of ours does not belong to it.
  public var nextHopIPv6: IPv6Address?

  /// Attributes with these values. Communities may come in any order.
  public init(
    origin: Origin = .igp,
    prependCount: UInt8 = 0,
    multiExitDiscriminator: UInt32? = nil,
    localPreference: UInt32? = nil,
    communities: some Sequence<Community> = [],
    largeCommunities: some Sequence<LargeCommunity> = [],
    extendedCommunities: some Sequence<ExtendedCommunity> = [],
    nextHopIPv4: IPv4Address? = nil,
    nextHopIPv6: IPv6Address? = nil
  ) {
    self.origin = origin
    self.prependCount = prependCount
    self.multiExitDiscriminator = multiExitDiscriminator
    self.localPreference = localPreference
    self.communities = Set(communities).sorted()
    self.largeCommunities = Set(largeCommunities).sorted()
    self.extendedCommunities = Set(extendedCommunities).sorted()
    self.nextHopIPv4 = nextHopIPv4
    self.nextHopIPv6 = nextHopIPv6
  }
}

extension RouteAttributes {
  /// The same, for a route that is about to be withdrawn (RFC 8326 §4.1): with the community, and with
  /// the lowest preference for internal neighbours, which need not know it.
  var inGracefulShutdown: RouteAttributes {
    RouteAttributes(
      origin: origin, prependCount: prependCount,
      multiExitDiscriminator: multiExitDiscriminator, localPreference: 0,
      communities: communities + [.gracefulShutdown], largeCommunities: largeCommunities,
      extendedCommunities: extendedCommunities, nextHopIPv4: nextHopIPv4, nextHopIPv6: nextHopIPv6)
  }
}
