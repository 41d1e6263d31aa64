public import KubernetesClient
public import NIOCore
import Resources

/// What a speaker that reads a cluster is told at its start.
public struct ClusterOptions: Sendable {
  /// How the API server is reached.
  public var endpoint: Endpoint
  /// The namespace of the `metallb.io` objects and of the Secrets that BGPPeers name.
  public var namespace: String
  /// Only Services with these labels are served, in the syntax of `kubectl --selector`; nil for all.
  public var serviceLabels: String?
  /// Times and sizes of the requests.
  public var requests: Reflector.Configuration

  /// Whether nothing is written: no status objects and no Events.
  public var isReadOnly = false
  /// The bounds of what is written.
  public var writes = ObjectWriter.Configuration()
  /// How often the speaker looks at what it says of itself.
  public var reportInterval: TimeAmount = .seconds(10)
  /// Whether and when a speaker starts from the objects on its disk; nil keeps none there.
  public var startFromDisk: StartFromDisk?

  /// The namespace that MetalLB's manifests create.
  public static let defaultNamespace = "metallb-system"

  /// Options with these values.
  public init(
    endpoint: Endpoint, namespace: String = Self.defaultNamespace, serviceLabels: String? = nil,
    requests: Reflector.Configuration = Reflector.Configuration()
  ) {
    self.endpoint = endpoint
    self.namespace = namespace
    self.serviceLabels = serviceLabels
    self.requests = requests
  }
}
