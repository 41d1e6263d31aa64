/// MetalLB's BGPAdvertisement (metallb.io/v1beta1).
public struct BGPAdvertisement: Hashable, Sendable {
  /// Name and labels.
  public var metadata: ObjectMetadata
  /// The pools it advertises.
  public var pools: PoolSelection
  /// `aggregationLength`, 1...32, 32 by default.
  public var aggregationLength: Int
  /// `aggregationLengthV6`, 1...128, 128 by default.
  public var aggregationLengthV6: Int
  /// `localPref`; 0 or absent means none.
  public var localPref: UInt32?
  /// `communities` as written: values or aliases of Community objects.
  public var communities: [String]
  /// `nodeSelectors`; empty means all nodes.
  public var nodeSelectors: [LabelSelector]
  /// `serviceSelectors`; empty means all services.
  public var serviceSelectors: [LabelSelector]
  /// `peers`, names of BGPPeers; empty means all.
  public var peers: [String]
  /// What annotations say besides.
  public var options = BGPAdvertisementOptions()

  /// An advertisement with these values.
  public init(
    metadata: ObjectMetadata, pools: PoolSelection = PoolSelection(), aggregationLength: Int = 32,
    aggregationLengthV6: Int = 128, localPref: UInt32? = nil, communities: [String] = [],
    nodeSelectors: [LabelSelector] = [], serviceSelectors: [LabelSelector] = [],
    peers: [String] = []
  ) {
    self.metadata = metadata
    self.pools = pools
    self.aggregationLength = aggregationLength
    self.aggregationLengthV6 = aggregationLengthV6
    self.localPref = localPref
    self.communities = communities
    self.nodeSelectors = nodeSelectors
    self.serviceSelectors = serviceSelectors
    self.peers = peers
  }
}
