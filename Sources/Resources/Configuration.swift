/// The validated `metallb.io` objects: what may be announced, how and to whom.
///
/// Lists are sorted by name, so that equal objects make equal configurations.
public struct Configuration: Hashable, Sendable {
  /// The pools; no two overlap.
  public var pools: [IPAddressPool]
  /// The layer-2 advertisements.
  public var l2Advertisements: [L2Advertisement]
  /// The BGP advertisements.
  public var bgpAdvertisements: [BGPAdvertisement]
  /// The BGP peers.
  public var peers: [BGPPeer]
  /// The value of each community alias.
  public var communityAliases: [String: CommunityValue]
  /// The password of each peer that has one, by the peer's name, secrets already looked up.
  public var passwords: [String: String]

  /// The BFD profile of each peer that has one, by the peer's name.
  public var bfdProfiles: [String: BFDProfile]

  /// A configuration of these objects.
  public init(
    pools: [IPAddressPool] = [], l2Advertisements: [L2Advertisement] = [],
    bgpAdvertisements: [BGPAdvertisement] = [], peers: [BGPPeer] = [],
    communityAliases: [String: CommunityValue] = [:], passwords: [String: String] = [:],
    bfdProfiles: [String: BFDProfile] = [:]
  ) {
    self.pools = pools
    self.l2Advertisements = l2Advertisements
    self.bgpAdvertisements = bgpAdvertisements
    self.peers = peers
    self.communityAliases = communityAliases
    self.passwords = passwords
    self.bfdProfiles = bfdProfiles
  }

  /// The community values of an advertisement, aliases resolved, sorted and unique.
  public func communities(of advertisement: BGPAdvertisement) -> [CommunityValue] {
    let values = advertisement.communities.compactMap {
      communityAliases[$0] ?? CommunityValue($0)
    }
    return Set(values).sorted()
  }
}
