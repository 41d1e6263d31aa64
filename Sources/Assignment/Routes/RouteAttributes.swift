public import Addresses
public import Resources

/// What BGPAdvertisements and BGPPeers say about a prefix besides the session's next hop.
public struct RouteAttributes: Hashable, Sendable {
  /// LOCAL_PREF; nil where no advertisement sets one.
  public var localPreference: UInt32?
  /// MULTI_EXIT_DISC; nil where none sets one.
  public var multiExitDiscriminator: UInt32?
  /// How often our AS stands in the path besides the once that eBGP asks for.
  public var prependCount: UInt8?
  /// The next hop in place of the session's.
  public var nextHopIPv4: IPv4Address?
  /// The same of IPv6.
  public var nextHopIPv6: IPv6Address?
  /// The communities, sorted and unique.
  public private(set) var communities: [CommunityValue]
  /// The extended communities, sorted and unique.
  public private(set) var extendedCommunities: [ExtendedCommunityValue]
  /// How many endpoints of the node the route leads to, for routers that share traffic by weight; nil
  /// where no advertisement asks for it.
  public var endpointCount: Int?

  /// Attributes with these values; communities are sorted and made unique.
  public init(
    localPreference: UInt32? = nil, communities: [CommunityValue] = [],
    extendedCommunities: [ExtendedCommunityValue] = []
  ) {
    self.localPreference = localPreference
    self.communities = []
    self.extendedCommunities = []
    add(communities, extendedCommunities)
  }

  /// What an advertisement asks for.
  init(_ advertisement: BGPAdvertisement, in configuration: Configuration) {
    self.init(
      localPreference: advertisement.localPref == 0 ? nil : advertisement.localPref,
      communities: configuration.communities(of: advertisement))
    complete(by: advertisement.options.routes)
  }

  /// Adds communities.
  mutating func add(
    _ communities: [CommunityValue], _ extendedCommunities: [ExtendedCommunityValue]
  ) {
    if !communities.isEmpty { self.communities = Set(self.communities + communities).sorted() }
    if !extendedCommunities.isEmpty {
      self.extendedCommunities = Set(self.extendedCommunities + extendedCommunities).sorted()
    }
  }

  /// Takes from `options` what is not set yet, and its communities.
  mutating func complete(by options: BGPRouteOptions) {
    multiExitDiscriminator = multiExitDiscriminator ?? options.multiExitDiscriminator
    prependCount = prependCount ?? options.prependCount
    nextHopIPv4 = nextHopIPv4 ?? options.nextHopIPv4
    nextHopIPv6 = nextHopIPv6 ?? options.nextHopIPv6
    add(options.communities, options.extendedCommunities)
  }
}

/// A prefix as one peer hears it: the unit of BGP announcements.
public struct RouteKey: Hashable, Sendable, Comparable {
  /// The name of the BGPPeer.
  public let peer: String
  /// The announced prefix.
  public let prefix: IPPrefix

  /// The route to `prefix` as told to `peer`.
  public init(peer: String, prefix: IPPrefix) {
    self.peer = peer
    self.prefix = prefix
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.peer == right.peer ? left.prefix < right.prefix : left.peer < right.peer
  }
}
