import TestSupport
import Addresses
import Assignment
import Resources

/// Random objects of a small world, so that they meet each other often: few nodes, services that
/// share addresses, two pools, selectors of every kind.
struct RandomCluster {
  static let nodeNames = (1...5).map { "node-\($0)" }
  static let serviceNames = (1...6).map { "web-\($0)" }
  static let addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.130", "2001:db8::1", "203.0.113.9"]
  static let interfaces = ["eth0", "eth1", "eth2"]

  var generator: SeededGenerator
  var cluster: Cluster

  init(seed: UInt64) {
    generator = SeededGenerator(seed)
    cluster = Cluster([])
    cluster.configuration = configuration()
    for name in Self.nodeNames { cluster.nodes.append(node(name)) }
    for name in Self.serviceNames {
      cluster.services.append(service(name))
      for family in AddressFamily.allCases {
        cluster.slices.append(slice(name, family, number: 1))
      }
    }
    for name in Self.nodeNames where generator.chance(30) {
      cluster.interfaces[name] = interfaceNames()
    }
  }

  private mutating func some<T>(_ all: [T], percent: Int) -> [T] {
    all.filter { _ in generator.chance(percent) }
  }

  private mutating func interfaceNames() -> Set<String> {
    Set(some(Self.interfaces, percent: 70))
  }

  mutating func node(_ name: String) -> Node {
    var node = Node.fixture(name, labels: ["zone": generator.pick(["a", "b"])])
    if generator.chance(10) { node.isUnschedulable = true }
    if generator.chance(15) { node.ready = generator.pick([.no, .unknown]) }
    if generator.chance(5) { node.isNetworkUnavailable = true }
    if generator.chance(5) { node.metadata.isBeingDeleted = true }
    if generator.chance(5) { node.taints = ["node.kubernetes.io/out-of-service"] }
    if generator.chance(10) {
      node.metadata.labels["node.kubernetes.io/exclude-from-external-load-balancers"] =
        generator.pick(["", "true", "false"])
    }
    return node
  }

  mutating func service(_ name: String) -> Service {
    var addresses = some(Self.addresses, percent: 35)
    addresses.shuffle(using: &generator)
    return .fixture(
      name, addresses, policy: generator.pick([.cluster, .local]),
      type: generator.chance(90) ? .loadBalancer : .clusterIP,
      class: generator.chance(5) ? "other" : nil, labels: ["app": generator.pick(["x", "y"])])
  }

  mutating func slice(_ service: String, _ family: AddressFamily, number: Int) -> EndpointSlice {
    var endpoints: [(node: String?, condition: Condition)] = []
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      let condition = generator.chance(50) ? .ready : generator.pick(Condition.allCases)
      endpoints.append((generator.chance(90) ? generator.pick(Self.nodeNames) : nil, condition))
    }
    return .fixture(service, endpoints, family: family, number: number)
  }

  private mutating func nodeSelectors() -> [LabelSelector] {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: [LabelSelector(matchLabels: ["zone": generator.pick(["a", "b"])])]
    case 1: some(Self.nodeNames, percent: 60).map { .node($0) }
    default: []
    }
  }

  private mutating func serviceSelectors() -> [LabelSelector] {
    generator.chance(25) ? [.app(generator.pick(["x", "y"]))] : []
  }

  mutating func configuration() -> Configuration {
    var configuration = Configuration(
      pools: [
        .fixture("low", ["192.0.2.0/25", "2001:db8::/64"]), .fixture("high", ["192.0.2.128/25"]),
      ], peers: [.fixture("a"), .fixture("b")])
    configuration.peers[1].nodeSelectors = nodeSelectors()
    for number in 0..<Int.random(in: 1...3, using: &generator) {
      var advertisement = L2Advertisement.fixture(
        "l2-\(number)", pools: generator.chance(30) ? ["low"] : [], services: serviceSelectors(),
        interfaces: generator.chance(40) ? some(Self.interfaces, percent: 50) : [])
      advertisement.nodeSelectors = nodeSelectors()
      if generator.chance(40) {
        advertisement.preferredNodeSelectors = [
          L2Advertisement.NodePreference(
            weight: generator.pick([10, 20]),
            preference: LabelSelector(matchLabels: ["zone": generator.pick(["a", "b"])]))
        ]
      }
      configuration.l2Advertisements.append(advertisement)
    }
    for number in 0..<Int.random(in: 1...3, using: &generator) {
      var advertisement = BGPAdvertisement.fixture(
        "bgp-\(number)", pools: generator.chance(30) ? ["high"] : [],
        localPref: generator.pick([nil, 100, 200]), communities: ["64512:\(number)"],
        services: serviceSelectors(), peers: generator.chance(30) ? ["b"] : [])
      if advertisement.serviceSelectors.isEmpty {
        advertisement.aggregationLength = generator.pick([24, 32, 32])
      }
      advertisement.nodeSelectors = nodeSelectors()
      configuration.bgpAdvertisements.append(advertisement)
    }
    return configuration
  }

  /// Changes one thing in the cluster and returns the event that tells it.
  mutating func step() -> Assignment.Event {
    switch Int.random(in: 0..<20, using: &generator) {
    case 0..<7:
      let new = slice(
        generator.pick(Self.serviceNames), generator.pick(AddressFamily.allCases),
        number: generator.pick([1, 2]))
      cluster.slices.removeAll { $0.metadata.name == new.metadata.name }
      cluster.slices.append(new)
      return .endpointSlice(new)
    case 7 where !cluster.slices.isEmpty:
      let name = generator.pick(cluster.slices).metadata.name
      cluster.slices.removeAll { $0.metadata.name == name }
      return .endpointSliceRemoved(name)
    case 8..<11:
      let new = service(generator.pick(Self.serviceNames))
      cluster.services.removeAll { $0.metadata.name == new.metadata.name }
      cluster.services.append(new)
      return .service(new)
    case 11:
      let name = named(generator.pick(Self.serviceNames))
      cluster.services.removeAll { $0.metadata.name == name }
      return .serviceRemoved(name)
    case 12..<15:
      let new = node(generator.pick(Self.nodeNames))
      cluster.nodes.removeAll { $0.name == new.name }
      cluster.nodes.append(new)
      return .node(new)
    case 15:
      let name = generator.pick(Self.nodeNames)
      cluster.nodes.removeAll { $0.name == name }
      return .nodeRemoved(name)
    case 16:
      let name = generator.pick(Self.nodeNames)
      cluster.interfaces[name] = generator.chance(50) ? interfaceNames() : nil
      return .interfaces(node: name, names: cluster.interfaces[name])
    case 17, 18:
      let name = generator.pick(Self.nodeNames)
      let isDraining = generator.chance(40)
      if isDraining { cluster.draining.insert(name) } else { cluster.draining.remove(name) }
      return .draining(node: name, isDraining: isDraining)
    default:
      cluster.configuration = configuration()
      return .configuration(cluster.configuration)
    }
  }
}
