import KubernetesClient
import Resources

/// One stream of objects that a speaker follows.
///
/// Namespaces are not among them: only `namespaceSelectors` of pools look at their labels, and those
/// guide the allocation of addresses, not their announcement.
enum ClusterStream: Hashable, Sendable {
  /// The objects of a kind, in the version to write.
  case kind(ResourceKind)
  /// BGPPeers in the version of MetalLB before 0.13.2, where the server has no other.
  case oldPeers
  /// The one Secret of this name.
  case secret(ObjectName)

  /// The kinds that are always followed.
  static let kinds: [ResourceKind] = [
    .service, .endpointSlice, .node, .ipAddressPool, .l2Advertisement, .bgpAdvertisement, .bgpPeer,
    .community, .bfdProfile,
  ]

  /// The type of the objects.
  var type: ResourceType {
    switch self {
    case .kind(let kind): return ResourceType(kind)
    case .oldPeers:
      var type = ResourceType(.bgpPeer)
      type.version = "v1beta1"
      return type
    case .secret: return ResourceType(.secret)
    }
  }

  /// The kind of the objects, where Events may be about them.
  var toldOfKind: ResourceKind? {
    switch self {
    case .kind(.service): .service
    case .kind(let kind): kind.isConfiguration ? kind : nil
    case .oldPeers: .bgpPeer
    case .secret: nil
    }
  }

  /// Whether the objects make up the configuration, and are no Secrets.
  var isConfiguration: Bool {
    switch self {
    case .kind(let kind): kind.isConfiguration
    case .oldPeers: true
    case .secret: false
    }
  }

  /// What the server is asked for: no more than decides announcements.
  func selection(_ options: ClusterOptions) -> Selection {
    switch self {
    case .kind(.service):
      Selection(
        type, labelSelector: options.serviceLabels, fieldSelector: "spec.type=LoadBalancer",
        isFieldSelectorOptional: true)
    case .kind(.endpointSlice):
      // Services of type LoadBalancer are never headless.
      Selection(
        type, labelSelector: "kubernetes.io/service-name,!service.kubernetes.io/headless")
    case .kind(.node):
      Selection(
        type,
        pruned: [
          ["metadata", "annotations"], ["status", "images"], ["status", "volumesAttached"],
          ["status", "volumesInUse"],
        ])
    case .kind, .oldPeers:
      Selection(type, namespace: options.namespace)
    case .secret(let name):
      Selection(
        type, namespace: name.namespace, fieldSelector: "metadata.name=\(name.name)")
    }
  }

  /// What the objects of a name are called in messages and in the store; the same in all versions.
  func file(of name: ObjectName) -> String {
    let type = type
    return "\(type.group.isEmpty ? type.plural : "\(type.plural).\(type.group)")/\(name)"
  }
}

extension ClusterStream: CustomStringConvertible {
  /// Such as `bgppeers.metallb.io`, or `secret metallb-system/router`.
  var description: String {
    switch self {
    case .kind: "\(type)"
    case .oldPeers: "\(type) (v1beta1)"
    case .secret(let name): "secret \(name)"
    }
  }
}
