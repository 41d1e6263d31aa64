import Addresses
public import Resources

/// Decides which addresses this node announces, where and to whom, and says why.
///
/// A value-type machine without I/O: it is fed the objects of the cluster as events and answers
/// with the actions that lead from what it said before to what holds now. Equal objects lead to
/// equal decisions on every node, in whatever order they arrive. One event costs work only for
/// the addresses that it can affect.
public struct Assignment: Sendable {
  /// What the command line says about assignment.
  public struct Options: Hashable, Sendable {
    /// The class of services to serve; nil serves those without `spec.loadBalancerClass`.
    public var loadBalancerClass: String?
    /// Whether the label `node.kubernetes.io/exclude-from-external-load-balancers` is ignored.
    public var ignoreExcludeLabel: Bool
    /// Whether an election says who owns an address by layer 2; if not, it is the first node of the
    /// ranking.
    public var hasElection: Bool
    /// Whether addresses of services with policy Local wait for the health check node port of this node
    /// (row S4).
    public var hasHealthGate: Bool

    /// Options with these values.
    public init(
      loadBalancerClass: String? = nil, ignoreExcludeLabel: Bool = false,
      hasElection: Bool = false, hasHealthGate: Bool = false
    ) {
      self.loadBalancerClass = loadBalancerClass
      self.ignoreExcludeLabel = ignoreExcludeLabel
      self.hasElection = hasElection
      self.hasHealthGate = hasHealthGate
    }
  }

  /// How much of a cluster the API calls bad. What is removed or terminates is none of it: somebody
  /// wanted that.
  public struct Health: Hashable, Sendable {
    /// Nodes that are not Ready, or without a network.
    public var badNodes: Int
    public var nodes: Int
    /// Endpoints that are not ready and do not terminate.
    public var badEndpoints: Int
    public var endpoints: Int
    /// Services that have such endpoints.
    public var failingServices: Int
  }

  /// The name of this speaker's node.
  public let node: String
  /// How often an address was decided since the start: the measure of incremental work.
  public internal(set) var decisionCount = 0
  /// How often the nodes were ranked from scratch for an address since the start.
  public internal(set) var rankingCount = 0
  /// Whether `sourcesComplete` was heard.
  public internal(set) var isComplete = false

  var state: ClusterState
  var standings: [IPAddress: Standing] = [:]
  /// What the election says; no entry for an address that it has not spoken of.
  var ownerships: [IPAddress: Ownership] = [:]
  var routes = RouteTable()
  var pending = Changes()

  /// The assignment machine of the speaker on `node`. It knows nothing and announces nothing.
  public init(node: String, options: Options = Options()) {
    self.node = node
    state = ClusterState(node: node, options: options)
  }

  /// Takes in an event and returns what follows from it; see `Action` for the order.
  public mutating func handle(_ event: Event) -> [Action] {
    apply(event)
    return isComplete ? settle() : []
  }

  /// Takes in an event without deciding; the next call of ``handle(_:)`` decides. Between the two it
  /// can be seen what the event did to the ``health``.
  public mutating func take(_ event: Event) { apply(event) }

  /// The services of which the question to their health check node port has changed since the last call,
  /// with the port to ask on this node from now on; nil ends it. Empty without
  /// ``Options/hasHealthGate``.
  public mutating func takeHealthPorts() -> [ObjectName: UInt16?] { state.takeHealthPorts() }

  /// How much of the cluster the API calls bad, of what the other speakers do not hold dead.
  public var health: Health { state.health }

  private mutating func apply(_ event: Event) {
    switch event {
    case .service(let service): state.upsert(service, &pending)
    case .serviceRemoved(let name): state.removeService(name, &pending)
    case .endpointSlice(let slice): state.upsert(slice, &pending)
    case .endpointSliceRemoved(let name): state.removeSlice(name, &pending)
    case .node(let node): state.upsert(node, &pending)
    case .nodeRemoved(let name): state.removeNode(name, &pending)
    case .configuration(let configuration): state.replace(configuration, &pending)
    case .interfaces(let node, let names): state.setInterfaces(names, of: node, &pending)
    case .draining(let node, let isDraining): state.setDraining(isDraining, node, &pending)
    case .session(let peer, let isUp): state.setSession(isUp, of: peer, &pending)
    case .ownership(let address, let ownership):
      ownerships[address] = ownership
      pending.elected.insert(address)
    case .peerDeath(let node, let death): state.setDeath(death, of: node, &pending)
    case .health(let service, let health): state.setHealth(health, of: service, &pending)
    case .fitnessHeld(let isHeld): state.setHeld(isHeld, &pending)
    case .time(let seconds): state.setTime(seconds, &pending)
    case .sourcesComplete:
      if !isComplete { pending.everything = true }
      isComplete = true
    case .batch(let events):
      for event in events { apply(event) }
    }
  }
}
