import Addresses
import Assignment
import Resources

/// The objects of a cluster, to be given to the machines of its nodes.
struct Cluster {
  var nodes: [Node]
  var services: [Service] = []
  var slices: [EndpointSlice] = []
  var configuration: Configuration
  var draining: Set<String> = []
  var interfaces: [String: Set<String>] = [:]

  /// Ready nodes of these names; one pool, advertised by layer 2 and by BGP to the peer `router`.
  init(
    _ nodes: [String], services: [Service] = [], slices: [EndpointSlice] = [],
    configuration: Configuration? = nil
  ) {
    self.nodes = nodes.map { .fixture($0) }
    self.services = services
    self.slices = slices
    self.configuration =
      configuration
      ?? Configuration(
        pools: [.both], l2Advertisements: [.fixture()], bgpAdvertisements: [.fixture()],
        peers: [.fixture("router")])
  }

  /// The events that tell all of it.
  var events: [Assignment.Event] {
    [.configuration(configuration)] + nodes.map { .node($0) } + services.map { .service($0) }
      + slices.map { .endpointSlice($0) }
      + draining.sorted().map { .draining(node: $0, isDraining: true) }
      + interfaces.sorted { $0.key < $1.key }.map { .interfaces(node: $0.key, names: $0.value) }
  }

  /// The machine of `node` that has heard everything.
  func machine(
    on node: String, options: Assignment.Options = Assignment.Options()
  ) -> Assignment {
    var machine = Assignment(node: node, options: options)
    _ = machine.handle(.batch(events + [.sourcesComplete]))
    return machine
  }

  /// The nodes that announce `address` by layer 2, each in its own view.
  func announcers(
    of address: String, options: Assignment.Options = Assignment.Options()
  ) -> [String] {
    nodes.map(\.name).filter {
      machine(on: $0, options: options).summary(of: ip(address))?.layer2.verdict == .announces
    }
  }

  /// The layer-2 reason of `node` for `address`.
  func layer2(_ address: String, on node: String) -> Reason? {
    machine(on: node).summary(of: ip(address))?.layer2.reason
  }

  /// The BGP reason of `node` for `address`, with a session to the peer `router`.
  func bgp(_ address: String, on node: String) -> Reason? {
    var machine = machine(on: node)
    _ = machine.handle(.session(peer: "router", isUp: true))
    return machine.summary(of: ip(address))?.bgp.reason
  }
}
