import Addresses
import Resources

/// Why a node may not announce an address, with the objects that a sentence has to name.
///
/// It is cheap to make, so that rankings may look at many nodes; the sentence is built on demand.
enum Refusal: Error, Hashable, Sendable {
  case noService(IPAddress)
  case notLoadBalancer(ObjectName, Service.ServiceType)
  case otherClass(ObjectName, found: String?, served: String?)
  case noAddress(ObjectName)
  case addressInNoPool(IPAddress)
  case nodeUnknown(String)
  case noAdvertisement(AdvertisementKind, ObjectName, pool: String)
  case noAdvertisementForNode(AdvertisementKind, [String], ObjectName, node: String)
  case gate(NodeGate, node: String)
  case noMatchingInterface(node: String, InterfaceSelection)
  case noCommonInterface(node: String, [ObjectName])
  case noLocalEndpoint(ObjectName, AddressFamily, node: String, onlyTerminating: Bool)
  case noEndpoint(ObjectName, AddressFamily)
  /// Its endpoints do not count, since the other speakers hold the node dead (row L7).
  case endpointsOnDeadNode(ObjectName, AddressFamily, node: String)
  case endpointsOnDeadNodes(ObjectName, AddressFamily, nodes: [String])
  case healthCheckFailing(ObjectName, port: UInt16, node: String, String)
  case sharedUnserviceable(IPAddress, all: Int, chosen: [ObjectName], node: String)
  case routeNotShared(RouteKey, lacking: ObjectName)
  case attributeConflict(
    RouteKey, SingleAttribute, first: AttributeClaim, second: AttributeClaim)
  case sourcesIncomplete

  var reason: Reason {
    switch self {
    case .noService: .noService
    case .notLoadBalancer: .notLoadBalancer
    case .otherClass: .otherLoadBalancerClass
    case .noAddress: .noAddress
    case .addressInNoPool: .addressInNoPool
    case .nodeUnknown: .nodeUnknown
    case .noAdvertisement, .noAdvertisementForNode: .noMatchingAdvertisement
    case .gate(let gate, _): gate.reason
    case .noMatchingInterface, .noCommonInterface: .noMatchingInterface
    case .noLocalEndpoint, .endpointsOnDeadNode: .noLocalEndpoint
    case .noEndpoint, .endpointsOnDeadNodes: .noEndpoint
    case .healthCheckFailing: .healthCheckFailing
    case .sharedUnserviceable, .routeNotShared: .sharedAddressUnserviceable
    case .attributeConflict: .conflictingAdvertisements
    case .sourcesIncomplete: .sourcesIncomplete
    }
  }

  /// Whether it is about who shall announce, while the node's data path is as good as before.
  var leavesForwarding: Bool {
    switch self {
    case .gate(let gate, _):
      switch gate.reason {
      case .nodeExcluded, .nodeLeaving, .nodeDraining: true
      default: false
      }
    case .noLocalEndpoint(_, _, _, let onlyTerminating): onlyTerminating
    case .noAdvertisement, .noAdvertisementForNode, .routeNotShared: true
    default: false
    }
  }

  var sentence: String {
    switch self {
    case .noService(let address):
      "no Service has the address \(address)"
    case .notLoadBalancer(let name, let type):
      "Service \(name): spec.type is \(type.rawValue), not LoadBalancer"
    case .otherClass(let name, let found, let served):
      "Service \(name): spec.loadBalancerClass is \(found.map { "'\($0)'" } ?? "not set"),"
        + " and this speaker serves "
        + (served.map { "the class '\($0)'" } ?? "services without a class")
    case .noAddress(let name):
      "Service \(name): status.loadBalancer.ingress has no IP address"
    case .addressInNoPool(let address):
      "no IPAddressPool contains \(address)"
    case .nodeUnknown(let node):
      "there is no Node object named \(node)"
    case .noAdvertisement(let kind, let service, let pool):
      "no \(kind.rawValue) selects both IPAddressPool \(pool) and Service \(service)"
    case .noAdvertisementForNode(let kind, let names, let service, let node):
      "Node \(node) is selected by no nodeSelectors of the \(kind.rawValue)s for Service"
        + " \(service): \(names.joined(separator: ", "))"
    case .gate(let gate, let node):
      gate.sentence(node: node)
    case .noMatchingInterface(let node, .names(let names)):
      "Node \(node) has none of the interfaces that its L2Advertisements name: "
        + names.joined(separator: ", ")
    case .noMatchingInterface(let node, .all):
      "Node \(node) has no interface that can announce"
    case .noCommonInterface(let node, let services):
      "the L2Advertisements of Services \(services.joined) have no interface of Node \(node)"
        + " in common, and the services share the address"
    case .noLocalEndpoint(let service, let family, let node, false):
      "Service \(service): externalTrafficPolicy is Local and Node \(node) has no ready endpoint"
        + " of \(family.rawValue)"
    case .noLocalEndpoint(let service, let family, let node, true):
      "Service \(service): externalTrafficPolicy is Local and the \(family.rawValue) endpoints on"
        + " Node \(node) are terminating, while other endpoints are ready"
    case .noEndpoint(let service, let family):
      "Service \(service): externalTrafficPolicy is Cluster and no node has a usable endpoint of"
        + " \(family.rawValue)"
    case .endpointsOnDeadNode(let service, let family, let node):
      "Service \(service): the other speakers hold Node \(node) dead, so its \(family.rawValue)"
        + " endpoints do not count until it is heard again"
    case .endpointsOnDeadNodes(let service, let family, let nodes):
      "Service \(service): externalTrafficPolicy is Cluster and all usable endpoints of"
        + " \(family.rawValue) are on nodes that the other speakers hold dead:"
        + " \(nodes.joined(separator: ", "))"
    case .healthCheckFailing(let service, let port, let node, let what):
      "Service \(service): Node \(node) has endpoints, and its healthCheckNodePort \(port) \(what)"
    case .sharedUnserviceable(let address, let all, let chosen, let node):
      "no node can serve all \(all) Services that share \(address), so those nodes announce it"
        + " that serve \(chosen.joined); Node \(node) does not"
    case .routeNotShared(let key, let lacking):
      "\(key.prefix) is not announced to BGPPeer \(key.peer): no BGPAdvertisement says so for"
        + " Service \(lacking), which shares the address"
    case .attributeConflict(let key, let attribute, let first, let second):
      "\(key.prefix) is not announced to BGPPeer \(key.peer): \(attribute.rawValue) is \(first)"
        + " and \(second)"
    case .sourcesIncomplete:
      "the sources have not been read to the end yet, and nothing is announced before"
    }
  }
}

/// The two kinds of advertisements.
enum AdvertisementKind: String, Hashable, Sendable {
  case layer2 = "L2Advertisement"
  case bgp = "BGPAdvertisement"
}

extension [ObjectName] {
  /// The names for a sentence.
  var joined: String { map(\.description).joined(separator: ", ") }
}
