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

  /// Attributes with these values. Communities may come in any order.
  public init(
    origin: Origin = .igp,
    prependCount: UInt8 = 0,
    multiExitDiscriminator: UInt32? = nil,
    localPreference: UInt32? = nil,
    communities: some Sequence<Community> = [],
    largeCommunities: some Sequence<LargeCommunity> = []
  ) {
    self.origin = origin
    self.prependCount = prependCount
    self.multiExitDiscriminator = multiExitDiscriminator
    self.localPreference = localPreference
    self.communities = Set(communities).sorted()
    self.largeCommunities = Set(largeCommunities).sorted()
  }
}
