public import Addresses

/// A Kubernetes EndpointSlice (discovery.k8s.io/v1), as far as it decides announcements.
public struct EndpointSlice: Hashable, Sendable {
  /// One entry of `endpoints`.
  public struct Endpoint: Hashable, Sendable {
    /// The addresses of this endpoint, all of the slice's family.
    public var addresses: [IPAddress]
    /// `conditions.ready`; absent means ready.
    public var isReady: Bool
    /// `conditions.serving`; absent means the same as `ready`.
    public var isServing: Bool
    /// `conditions.terminating`; absent means false.
    public var isTerminating: Bool
    /// `nodeName`; an endpoint without it is local to no node.
    public var nodeName: String?

    /// An endpoint; the defaults are those of the API for absent conditions.
    public init(
      addresses: [IPAddress], ready: Bool? = nil, serving: Bool? = nil, terminating: Bool? = nil,
      nodeName: String? = nil
    ) {
      self.addresses = addresses
      isReady = ready ?? true
      isServing = serving ?? ready ?? true
      isTerminating = terminating ?? false
      self.nodeName = nodeName
    }
  }

  /// One entry of `ports`.
  public struct Port: Hashable, Sendable {
    /// The name that ties it to a port of the Service.
    public var name: String
    /// `TCP`, `UDP` or `SCTP`.
    public var transport: String
    /// The port on the pods; nil means all ports.
    public var port: UInt16?

    /// A port with these values.
    public init(name: String = "", transport: String = "TCP", port: UInt16?) {
      self.name = name
      self.transport = transport
      self.port = port
    }
  }

  /// Name and labels.
  public var metadata: ObjectMetadata
  /// The service that the label `kubernetes.io/service-name` names, in the slice's own namespace.
  public var serviceName: ObjectName?
  /// The family of `addressType`; nil for FQDN, which announces nothing.
  public var family: AddressFamily?
  /// `endpoints`.
  public var endpoints: [Endpoint]
  /// `ports`.
  public var ports: [Port]

  /// A slice with these values.
  public init(
    metadata: ObjectMetadata, serviceName: ObjectName?, family: AddressFamily?,
    endpoints: [Endpoint], ports: [Port] = []
  ) {
    self.metadata = metadata
    self.serviceName = serviceName
    self.family = family
    self.endpoints = endpoints
    self.ports = ports
  }
}
