public import Addresses

/// The ORIGIN of a route (RFC 4271 §5.1.1).
public enum Origin: UInt8, Hashable, Sendable {
  /// From within the AS that announced it first.
  case igp = 0
  /// From the protocol EGP, which is no longer in use.
  case egp = 1
  /// By other means, such as redistribution.
  case incomplete = 2
}

/// The path attributes of an UPDATE as they stand on the wire, but for the multiprotocol ones.
public struct PathAttributes: Hashable, Sendable {
  /// How the route came to be known.
  public var origin: Origin
  /// The path; towards a neighbour with two-octet numbers it holds ``OpenMessage/asTrans`` for
  /// each number that does not fit.
  public var asPath: ASPath
  /// The next hop of the IPv4 prefixes in the message's own fields; nil where there are none.
  public var nextHop: IPv4Address?
  /// MULTI_EXIT_DISC.
  public var multiExitDiscriminator: UInt32?
  /// LOCAL_PREF, between internal neighbours only.
  public var localPreference: UInt32?
  /// Standard communities, sorted.
  public var communities: [Community]
  /// Extended communities, sorted.
  public var extendedCommunities: [ExtendedCommunity]
  /// The true path towards a neighbour with two-octet numbers (RFC 6793 §4.2.2).
  public var as4Path: ASPath?
  /// Large communities, sorted.
  public var largeCommunities: [LargeCommunity]
  /// The AS beyond which the route may only go to customers (RFC 9234 §5).
  public var onlyToCustomer: UInt32?

  /// Attributes with these values.
  public init(
    origin: Origin = .igp, asPath: ASPath, nextHop: IPv4Address? = nil,
    multiExitDiscriminator: UInt32? = nil, localPreference: UInt32? = nil,
    communities: [Community] = [], extendedCommunities: [ExtendedCommunity] = [],
    as4Path: ASPath? = nil, largeCommunities: [LargeCommunity] = [],
    onlyToCustomer: UInt32? = nil
  ) {
    self.origin = origin
    self.asPath = asPath
    self.nextHop = nextHop
    self.multiExitDiscriminator = multiExitDiscriminator
    self.localPreference = localPreference
    self.communities = communities
    self.extendedCommunities = extendedCommunities
    self.as4Path = as4Path
    self.largeCommunities = largeCommunities
    self.onlyToCustomer = onlyToCustomer
  }
}
