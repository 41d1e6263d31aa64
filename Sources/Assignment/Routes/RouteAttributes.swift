public import Addresses
public import Resources

/// What BGPAdvertisements say about a prefix besides its next hop.
public struct RouteAttributes: Hashable, Sendable {
  /// LOCAL_PREF; nil where no advertisement sets one.
  public var localPreference: UInt32?
  /// The communities, sorted and unique.
  public var communities: [CommunityValue]

  /// Attributes with these values; `communities` are sorted and made unique.
  public init(localPreference: UInt32? = nil, communities: [CommunityValue] = []) {
    self.localPreference = localPreference
    self.communities = communities.count < 2 ? communities : Set(communities).sorted()
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
