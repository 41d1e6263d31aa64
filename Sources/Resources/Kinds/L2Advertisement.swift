/// MetalLB's L2Advertisement (metallb.io/v1beta1).
public struct L2Advertisement: Hashable, Sendable {
  /// One entry of `preferredNodeSelectors`.
  public struct NodePreference: Hashable, Sendable {
    /// 1...100; the weights of all matching preferences add up.
    public var weight: Int
    /// The nodes that get the weight.
    public var preference: LabelSelector

    /// A preference with these values.
    public init(weight: Int, preference: LabelSelector) {
      self.weight = weight
      self.preference = preference
    }
  }

  /// Name and labels.
  public var metadata: ObjectMetadata
  /// The pools it advertises.
  public var pools: PoolSelection
  /// `nodeSelectors`; empty means all nodes.
  public var nodeSelectors: [LabelSelector]
  /// `serviceSelectors`; empty means all services.
  public var serviceSelectors: [LabelSelector]
  /// `interfaces`, exact names; empty means all.
  public var interfaces: [String]
  /// `preferredNodeSelectors`.
  public var preferredNodeSelectors: [NodePreference]

  /// An advertisement with these values.
  public init(
    metadata: ObjectMetadata, pools: PoolSelection = PoolSelection(),
    nodeSelectors: [LabelSelector] = [], serviceSelectors: [LabelSelector] = [],
    interfaces: [String] = [], preferredNodeSelectors: [NodePreference] = []
  ) {
    self.metadata = metadata
    self.pools = pools
    self.nodeSelectors = nodeSelectors
    self.serviceSelectors = serviceSelectors
    self.interfaces = interfaces
    self.preferredNodeSelectors = preferredNodeSelectors
  }
}
