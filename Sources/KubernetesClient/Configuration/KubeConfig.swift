/// What a kubeconfig file says, or several that were merged.
public struct KubeConfig: Hashable, Sendable {
  /// A cluster.
  public struct Cluster: Hashable, Sendable {
    /// The URL of the API server.
    public var server = ""
    /// The name in the server's certificate, if it is not that of the URL.
    public var tlsServerName: String?
    /// Whether the server's certificate is not verified.
    public var skipsVerification = false
    /// The file of the certificates that are trusted.
    public var certificateAuthority: String?
    /// The certificates that are trusted, as PEM.
    public var certificateAuthorityData: [UInt8]?
    /// The proxy to go through.
    public var proxyURL: String?
  }

  /// Who asks.
  public struct User: Hashable, Sendable {
    /// The file of the client's certificate.
    public var clientCertificate: String?
    /// The client's certificate, as PEM.
    public var clientCertificateData: [UInt8]?
    /// The file of the client's key.
    public var clientKey: String?
    /// The client's key, as PEM.
    public var clientKeyData: [UInt8]?
    /// The bearer token.
    public var token: String?
    /// The file of the bearer token, which wins over ``token``.
    public var tokenFile: String?
    /// The program that gives credentials.
    public var exec: ExecPlugin?
    /// Fields that ask for what is not supported, such as `auth-provider`.
    public var unsupported: [String] = []
  }

  /// A cluster, a user and a namespace that go together.
  public struct Context: Hashable, Sendable {
    public var cluster = ""
    public var user = ""
    public var namespace: String?
  }

  /// The context that is used unless another is asked for; empty where there is none.
  public var currentContext = ""
  /// The clusters by name.
  public var clusters: [String: Cluster] = [:]
  /// The users by name.
  public var users: [String: User] = [:]
  /// The contexts by name.
  public var contexts: [String: Context] = [:]

  /// A kubeconfig that says nothing.
  public init() {}

  /// Adds what `other` says and this does not: as with kubectl, the first file that names a cluster,
  /// a user, a context or the current context wins, and nothing of a later one is mixed in.
  public mutating func merge(_ other: KubeConfig) {
    if currentContext.isEmpty { currentContext = other.currentContext }
    clusters.merge(other.clusters) { first, _ in first }
    users.merge(other.users) { first, _ in first }
    contexts.merge(other.contexts) { first, _ in first }
  }
}

/// A program that gives credentials (client.authentication.k8s.io).
public struct ExecPlugin: Hashable, Sendable {
  /// The versions of its protocol.
  public enum Version: String, Hashable, Sendable, CaseIterable {
    case v1 = "client.authentication.k8s.io/v1"
    case v1beta1 = "client.authentication.k8s.io/v1beta1"
  }

  /// One variable of the environment.
  public struct Variable: Hashable, Sendable {
    public var name: String
    public var value: String
  }

  /// The version of the protocol.
  public var version: Version
  /// The program: a path, or a name that is looked up in `PATH`.
  public var command: String
  /// Its arguments.
  public var arguments: [String] = []
  /// Variables besides those of this process.
  public var environment: [Variable] = []
  /// Whether it is told of the cluster.
  public var providesClusterInfo = false
  /// What to do where it is missing.
  public var installHint: String?
}

/// Why there is no way to reach the API server.
public struct KubernetesConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, or where else the configuration stands.
  public var place: String
  /// What is wrong there, and what to do.
  public var message: String

  public var description: String { "\(place): \(message)" }
}
