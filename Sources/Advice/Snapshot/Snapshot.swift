public import Resources

/// The objects of a cluster at one moment, or of a directory of manifests, decoded and validated.
public struct Snapshot: Sendable {
  /// Where they came from, for people.
  public var source: String
  /// The services, by name.
  public var services: [Service]
  /// The EndpointSlices, by name.
  public var endpointSlices: [EndpointSlice]
  /// The nodes, by name.
  public var nodes: [Node]
  /// The `metallb.io` objects that agree with each other.
  public var configuration: Configuration
  /// What is wrong with the objects.
  public var problems: [Diagnostic]
  /// What kube-proxy was told; nil where that is not known.
  public var serviceProxy: ServiceProxySettings?
  /// What the nodes answered on health check node ports; nil where they were not asked.
  public var healthAnswers: [HealthAnswer]?

  /// A snapshot of these objects.
  public init(
    source: String, services: [Service] = [], endpointSlices: [EndpointSlice] = [],
    nodes: [Node] = [], configuration: Configuration = Configuration(),
    problems: [Diagnostic] = [], serviceProxy: ServiceProxySettings? = nil,
    healthAnswers: [HealthAnswer]? = nil
  ) {
    self.source = source
    self.services = services.sorted { $0.metadata.name < $1.metadata.name }
    self.endpointSlices = endpointSlices.sorted { $0.metadata.name < $1.metadata.name }
    self.nodes = nodes.sorted { $0.name < $1.name }
    self.configuration = configuration
    self.problems = problems.sorted()
    self.serviceProxy = serviceProxy
    self.healthAnswers = healthAnswers
  }

  /// The objects of these files, as a speaker takes them in that starts with them.
  ///
  /// - Parameter problems: what is wrong besides, such as files that could not be read
  public init(
    source: String, files: [DecodedFile], problems: [Diagnostic] = [],
    serviceProxy: ServiceProxySettings? = nil
  ) {
    var store = ResourceStore()
    let changes = store.replace(files.map { ($0.name, $0) })
    self.init(
      source: source, services: changes.services.upserted,
      endpointSlices: changes.endpointSlices.upserted, nodes: changes.nodes.upserted,
      configuration: store.configuration, problems: store.diagnostics + problems,
      serviceProxy: serviceProxy)
  }
}

/// What a node answered when it was asked for the health of a service's endpoints on it.
public struct HealthAnswer: Hashable, Sendable {
  /// What came of the question.
  public enum Outcome: Hashable, Sendable {
    /// It has endpoints (HTTP 200).
    case healthy
    /// It has none, by this status.
    case unhealthy(status: Int)
    /// Nobody listens on the port.
    case refused
    /// Nothing was heard in time, or the node cannot be reached.
    case silent
  }

  /// The service.
  public var service: ObjectName
  /// The node.
  public var node: String
  /// What it said.
  public var outcome: Outcome

  /// An answer.
  public init(service: ObjectName, node: String, outcome: Outcome) {
    self.service = service
    self.node = node
    self.outcome = outcome
  }
}
