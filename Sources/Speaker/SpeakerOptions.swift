import Election
import KubernetesClient

/// The version of the program, as `bellman --version` prints it.
public let speakerVersion = "0.1.0"

/// What a speaker is told at its start.
public struct SpeakerOptions: Sendable {
  /// Where a speaker reads the cluster, whose changes it follows.
  public enum Source: Sendable {
    /// A directory of manifests.
    case manifests(String)
    /// An API server.
    case cluster(ClusterOptions)
  }

  /// The name of the node that it speaks for, as in its Node object.
  public var node: String
  /// Where it reads the cluster.
  public var source: Source
  /// The unix socket on which it answers questions.
  public var socketPath: String
  /// The `loadBalancerClass` it serves; nil serves the Services that have none.
  public var loadBalancerClass: String?
  /// Whether nodes labelled `node.kubernetes.io/exclude-from-external-load-balancers` announce too.
  public var ignoreExcludeLabel: Bool
  /// The election of owners; nil for none, and then the first of the ranking owns an address.
  public var election: ElectionOptions?
  /// Where BGP peers can connect; empty for nowhere.
  public var bgpListen: [ListenAddress]
  /// What becomes of connections through another node when this one takes an address over from it.
  public var relay: RelayMode
  /// The TCP addresses on which it answers questions; empty for the unix socket only.
  public var listen: [ListenOptions] = []
  /// Whether metrics have MetalLB's names too.
  public var hasMetalLBMetrics = false
  /// How health check node ports are asked; nil announces without asking.
  public var healthGate: HealthGateOptions?
  /// What it does on layer-2 segments.
  public var layer2: Layer2Options

  /// Options with these values.
  public init(
    node: String, source: Source, socketPath: String, loadBalancerClass: String? = nil,
    ignoreExcludeLabel: Bool = false, bgpListen: [ListenAddress] = [],
    layer2: Layer2Options = Layer2Options(), election: ElectionOptions? = nil,
    relay: RelayMode = .none
  ) {
    self.node = node
    self.source = source
    self.socketPath = socketPath
    self.loadBalancerClass = loadBalancerClass
    self.ignoreExcludeLabel = ignoreExcludeLabel
    self.election = election
    self.bgpListen = bgpListen
    self.layer2 = layer2
    self.relay = relay
  }

  /// Why the relay that is asked for does nothing; nil where it works.
  var relayObstacle: String? {
    guard relay == .nftables, election?.policy == .strict else { return nil }
    return
      "--relay nftables sends nothing on under --isolation strict, where no speaker says on the "
      + "segment which MAC address it has: connections that are open are cut when their address is "
      + "handed over; take --isolation wire, or --relay none"
  }

  /// The directory of what has to survive a restart; that of the socket where there is no election.
  var stateDirectory: String {
    if let election { return election.stateDirectory }
    guard let slash = socketPath.lastIndex(of: "/") else { return "." }
    return slash == socketPath.startIndex ? "/" : String(socketPath[..<slash])
  }
}

extension SpeakerOptions.Source: CustomStringConvertible {
  /// The directory, or the URL of the API server.
  public var description: String {
    switch self {
    case .manifests(let directory): directory
    case .cluster(let options): options.endpoint.server
    }
  }
}

/// Why a speaker, or another long-running command, refuses to start. The text names the remedy.
public struct SpeakerStartError: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
