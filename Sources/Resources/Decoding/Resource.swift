/// One object of a kind that decides announcements.
///
/// The cases are indirect, for a value as large as the largest kind would make each of thousands of
/// small objects as large as a BGPPeer with all of its options.
public indirect enum Resource: Hashable, Sendable {
  case service(Service)
  case endpointSlice(EndpointSlice)
  case node(Node)
  case secret(Secret)
  case ipAddressPool(IPAddressPool)
  case l2Advertisement(L2Advertisement)
  case bgpAdvertisement(BGPAdvertisement)
  case bgpPeer(BGPPeer)
  case community(Community)
  case bfdProfile(BFDProfile)

  /// The kind of the object.
  public var kind: ResourceKind {
    switch self {
    case .service: .service
    case .endpointSlice: .endpointSlice
    case .node: .node
    case .secret: .secret
    case .ipAddressPool: .ipAddressPool
    case .l2Advertisement: .l2Advertisement
    case .bgpAdvertisement: .bgpAdvertisement
    case .bgpPeer: .bgpPeer
    case .community: .community
    case .bfdProfile: .bfdProfile
    }
  }

  /// Name, labels and annotations of the object.
  public var metadata: ObjectMetadata {
    switch self {
    case .service(let object): object.metadata
    case .endpointSlice(let object): object.metadata
    case .node(let object): object.metadata
    case .secret(let object): object.metadata
    case .ipAddressPool(let object): object.metadata
    case .l2Advertisement(let object): object.metadata
    case .bgpAdvertisement(let object): object.metadata
    case .bgpPeer(let object): object.metadata
    case .community(let object): object.metadata
    case .bfdProfile(let object): object.metadata
    }
  }

  /// What tells this object from all others.
  public var key: ResourceKey { ResourceKey(kind: kind, name: metadata.name) }
}

/// The kinds that are decoded, by their Kubernetes names.
public enum ResourceKind: String, Hashable, Sendable, CaseIterable {
  case service = "Service"
  case endpointSlice = "EndpointSlice"
  case node = "Node"
  case secret = "Secret"
  case ipAddressPool = "IPAddressPool"
  case l2Advertisement = "L2Advertisement"
  case bgpAdvertisement = "BGPAdvertisement"
  case bgpPeer = "BGPPeer"
  case community = "Community"
  case bfdProfile = "BFDProfile"

  /// The API group, empty for the core group.
  public var group: String {
    switch self {
    case .service, .node, .secret: ""
    case .endpointSlice: "discovery.k8s.io"
    case .ipAddressPool, .l2Advertisement, .bgpAdvertisement, .bgpPeer, .community, .bfdProfile:
      "metallb.io"
    }
  }

  /// The versions of the API that are read, the one to write first.
  public var versions: [String] {
    switch self {
    case .service, .endpointSlice, .node, .secret: ["v1"]
    case .bgpPeer: ["v1beta2", "v1beta1"]
    case .ipAddressPool, .l2Advertisement, .bgpAdvertisement, .community, .bfdProfile: ["v1beta1"]
    }
  }

  /// The `apiVersion` to write, such as `metallb.io/v1beta1`.
  public var apiVersion: String { (group.isEmpty ? "" : "\(group)/") + versions[0] }

  /// Whether objects of this kind have a namespace.
  public var isNamespaced: Bool { self != .node }

  /// Whether the objects of this kind make up the ``Configuration``; secrets hold its passwords.
  public var isConfiguration: Bool { group == "metallb.io" || self == .secret }
}

/// What tells an object from all others: its kind, its namespace and its name.
public struct ResourceKey: Hashable, Sendable {
  /// The kind.
  public var kind: ResourceKind
  /// Namespace and name.
  public var name: ObjectName

  /// The key of the object of this kind and name.
  public init(kind: ResourceKind, name: ObjectName) {
    self.kind = kind
    self.name = name
  }
}

extension ResourceKey: CustomStringConvertible, Comparable {
  /// Such as `BGPPeer metallb-system/router`.
  public var description: String { "\(kind.rawValue) \(name)" }

  public static func < (left: Self, right: Self) -> Bool {
    left.kind == right.kind ? left.name < right.name : left.kind.rawValue < right.kind.rawValue
  }
}
