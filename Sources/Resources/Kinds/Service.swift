public import Addresses

/// A Kubernetes Service (v1), as far as it decides announcements.
public struct Service: Hashable, Sendable {
  /// `spec.type`.
  public enum ServiceType: String, Hashable, Sendable, CaseIterable {
    case clusterIP = "ClusterIP"
    case nodePort = "NodePort"
    case loadBalancer = "LoadBalancer"
    case externalName = "ExternalName"
  }

  /// `spec.externalTrafficPolicy` and `spec.internalTrafficPolicy`.
  public enum TrafficPolicy: String, Hashable, Sendable, CaseIterable {
    case cluster = "Cluster"
    case local = "Local"
  }

  /// One entry of `spec.ports`.
  public struct Port: Hashable, Sendable {
    /// The port's name, empty where the only port has none.
    public var name: String
    /// `TCP`, `UDP` or `SCTP`.
    public var transport: String
    /// The port that clients use, 1...65535.
    public var port: UInt16

    /// A port with these values.
    public init(name: String = "", transport: String = "TCP", port: UInt16) {
      self.name = name
      self.transport = transport
      self.port = port
    }
  }

  /// Name, labels and annotations.
  public var metadata: ObjectMetadata
  /// `spec.type`, `ClusterIP` by default.
  public var type: ServiceType
  /// `spec.loadBalancerClass`.
  public var loadBalancerClass: String?
  /// `spec.externalTrafficPolicy`, `Cluster` by default.
  public var externalTrafficPolicy: TrafficPolicy
  /// `spec.internalTrafficPolicy`, `Cluster` by default. It never changes an announcement.
  public var internalTrafficPolicy: TrafficPolicy
  /// `spec.ports`.
  public var ports: [Port]
  /// `spec.healthCheckNodePort`, where set.
  public var healthCheckNodePort: UInt16?
  /// `spec.allocateLoadBalancerNodePorts`, true by default. It never changes an announcement.
  public var allocatesNodePorts = true
  /// The addresses of `status.loadBalancer.ingress[].ip`, in the order of the object.
  public var ingress: [IPAddress]

  /// A service with these values.
  public init(
    metadata: ObjectMetadata, type: ServiceType = .clusterIP, loadBalancerClass: String? = nil,
    externalTrafficPolicy: TrafficPolicy = .cluster,
    internalTrafficPolicy: TrafficPolicy = .cluster, ports: [Port] = [],
    healthCheckNodePort: UInt16? = nil, ingress: [IPAddress] = []
  ) {
    self.metadata = metadata
    self.type = type
    self.loadBalancerClass = loadBalancerClass
    self.externalTrafficPolicy = externalTrafficPolicy
    self.internalTrafficPolicy = internalTrafficPolicy
    self.ports = ports
    self.healthCheckNodePort = healthCheckNodePort
    self.ingress = ingress
  }
}
