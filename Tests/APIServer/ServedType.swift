public import KubernetesClient
public import Resources

/// A type of objects that the test server knows.
public struct ServedType: Hashable, Sendable {
  public let group: String
  public let version: String
  public let plural: String
  public let kind: String
  public let isNamespaced: Bool
  /// Whether `status` is written through a subresource of its own.
  public let hasStatus: Bool

  init(
    _ group: String, _ version: String, _ plural: String, _ kind: String,
    isNamespaced: Bool = true, hasStatus: Bool = false
  ) {
    self.group = group
    self.version = version
    self.plural = plural
    self.kind = kind
    self.isNamespaced = isNamespaced
    self.hasStatus = hasStatus
  }

  /// The namespace and name of an object of this type.
  public func name(of object: JSONValue) -> ObjectName {
    let metadata = object["metadata"]
    return ObjectName(
      namespace: isNamespaced ? metadata?["namespace"]?.string ?? "default" : "",
      name: metadata?["name"]?.string ?? "")
  }

  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  public static let services = ServedType("", "v1", "services", "Service", hasStatus: true)
  public static let nodes = ServedType(
    "", "v1", "nodes", "Node", isNamespaced: false, hasStatus: true)
  public static let namespaces = ServedType(
    "", "v1", "namespaces", "Namespace", isNamespaced: false, hasStatus: true)
  public static let pods = ServedType("", "v1", "pods", "Pod", hasStatus: true)
  public static let configMaps = ServedType("", "v1", "configmaps", "ConfigMap")
  public static let secrets = ServedType("", "v1", "secrets", "Secret")
  public static let endpointSlices = ServedType(
    "discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
  public static let events = ServedType("events.k8s.io", "v1", "events", "Event")
  public static let ipAddressPools = ServedType(
    "metallb.io", "v1beta1", "ipaddresspools", "IPAddressPool", hasStatus: true)
  public static let bgpPeers = ServedType(
    "metallb.io", "v1beta2", "bgppeers", "BGPPeer", hasStatus: true)
  public static let serviceL2Statuses = ServedType(
    "metallb.io", "v1beta1", "servicel2statuses", "ServiceL2Status", hasStatus: true)

  public static let serviceBGPStatuses = ServedType(
    "metallb.io", "v1beta1", "servicebgpstatuses", "ServiceBGPStatus", hasStatus: true)
  public static let configurationStates = ServedType(
    "metallb.io", "v1beta1", "configurationstates", "ConfigurationState", hasStatus: true)
  public static let bellmanSpeakers = ServedType(
    "bellman.dev", "v1alpha1", "bellmanspeakers", "BellmanSpeaker", hasStatus: true)

  /// All types, those of `metallb.io` as its custom resource definitions install them.
  public static let all: [ServedType] = [
    services, nodes, namespaces, pods, configMaps, secrets, endpointSlices, events, ipAddressPools,
    bgpPeers,
    ServedType("metallb.io", "v1beta1", "bgpadvertisements", "BGPAdvertisement", hasStatus: true),
    ServedType("metallb.io", "v1beta1", "l2advertisements", "L2Advertisement", hasStatus: true),
    ServedType("metallb.io", "v1beta1", "communities", "Community", hasStatus: true),
    ServedType("metallb.io", "v1beta1", "bfdprofiles", "BFDProfile", hasStatus: true),
    serviceL2Statuses,
    serviceBGPStatuses, configurationStates, bellmanSpeakers,
  ]
}
