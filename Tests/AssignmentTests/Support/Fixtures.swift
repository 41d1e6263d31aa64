import Addresses
import Assignment
import Resources

/// The address `text`, which a test has to spell correctly.
func ip(_ text: String) -> IPAddress {
  guard let address = IPAddress(text) else { preconditionFailure("bad address \(text)") }
  return address
}

/// The prefix `text`, which a test has to spell correctly.
func prefix(_ text: String) -> IPPrefix {
  guard let prefix = IPPrefix(text) else { preconditionFailure("bad prefix \(text)") }
  return prefix
}

/// `default/name`.
func named(_ name: String) -> ObjectName { ObjectName(namespace: "default", name: name) }

extension LabelSelector {
  /// Selects the node of this name by the label that every fixture node has.
  static func node(_ name: String) -> LabelSelector {
    LabelSelector(matchLabels: ["kubernetes.io/hostname": name])
  }

  /// Selects the services with the label `app`.
  static func app(_ name: String) -> LabelSelector { LabelSelector(matchLabels: ["app": name]) }
}

extension Node {
  /// A ready node with its hostname label and these other labels.
  static func fixture(
    _ name: String, labels: [String: String] = [:], ready: ConditionStatus = .yes,
    cordoned: Bool = false, taints: Set<String> = [], networkUnavailable: Bool = false,
    deleted: Bool = false
  ) -> Node {
    Node(
      metadata: ObjectMetadata(
        name: ObjectName(namespace: "", name: name),
        labels: labels.merging(["kubernetes.io/hostname": name]) { first, _ in first },
        isBeingDeleted: deleted),
      isUnschedulable: cordoned, taints: taints, ready: ready,
      isNetworkUnavailable: networkUnavailable)
  }
}

extension Service {
  /// A service `default/name` of type LoadBalancer with these addresses.
  static func fixture(
    _ name: String, _ addresses: [String], policy: TrafficPolicy = .cluster,
    type: ServiceType = .loadBalancer, class loadBalancerClass: String? = nil,
    labels: [String: String] = [:], annotations: [String: String] = [:]
  ) -> Service {
    Service(
      metadata: ObjectMetadata(name: named(name), labels: labels, annotations: annotations),
      type: type, loadBalancerClass: loadBalancerClass, externalTrafficPolicy: policy,
      ingress: addresses.map(ip))
  }
}

/// The conditions of an endpoint.
enum Condition: CaseIterable {
  case ready, notReady, terminating, terminatingNotServing, readyWhileTerminating, servingNotReady

  var ready: Bool { self == .ready || self == .readyWhileTerminating }
  var serving: Bool { self != .notReady && self != .terminatingNotServing }
  var isTerminating: Bool {
    self == .terminating || self == .terminatingNotServing || self == .readyWhileTerminating
  }
}

extension EndpointSlice {
  /// A slice `default/service-number` with an endpoint for each pair of node and condition. The
  /// endpoints have addresses of their own.
  static func fixture(
    _ service: String, _ endpoints: [(node: String?, condition: Condition)],
    family: AddressFamily = .ipv4, number: Int = 1
  ) -> EndpointSlice {
    EndpointSlice(
      metadata: ObjectMetadata(name: named("\(service)-\(family.rawValue.lowercased())-\(number)")),
      serviceName: named(service), family: family,
      endpoints: endpoints.enumerated().map { index, endpoint in
        let host = UInt128(number * 64 + index + 1)
        let base = family == .ipv4 ? ip("198.51.100.0") : ip("2001:db8:1::")
        return Endpoint(
          addresses: [IPAddress(family: family, number: base.number + host)],
          ready: endpoint.condition.ready, serving: endpoint.condition.serving,
          terminating: endpoint.condition.isTerminating, nodeName: endpoint.node)
      })
  }
}

extension IPAddressPool {
  /// A pool of these prefixes.
  static func fixture(_ name: String = "pool", _ prefixes: [String]) -> IPAddressPool {
    IPAddressPool(
      metadata: .configured(name), addresses: prefixes.map { AddressRange(prefix($0)) })
  }

  /// 192.0.2.0/24 and 2001:db8::/64.
  static let both = IPAddressPool.fixture("pool", ["192.0.2.0/24", "2001:db8::/64"])
}

extension ObjectMetadata {
  /// The metadata of a `metallb.io` object.
  static func configured(_ name: String) -> ObjectMetadata {
    ObjectMetadata(name: ObjectName(namespace: "metallb-system", name: name))
  }
}

extension L2Advertisement {
  /// An advertisement on these nodes (empty: all) for services with these selectors.
  static func fixture(
    _ name: String = "layer2", pools: [String] = [], nodes: [String] = [],
    services: [LabelSelector] = [], interfaces: [String] = [],
    preferred: [(weight: Int, preference: LabelSelector)] = []
  ) -> L2Advertisement {
    L2Advertisement(
      metadata: .configured(name), pools: PoolSelection(names: pools),
      nodeSelectors: nodes.map { .node($0) }, serviceSelectors: services, interfaces: interfaces,
      preferredNodeSelectors: preferred.map {
        NodePreference(weight: $0.weight, preference: $0.preference)
      })
  }
}

extension BGPAdvertisement {
  /// An advertisement on these nodes (empty: all) to these peers (empty: all).
  static func fixture(
    _ name: String = "bgp", pools: [String] = [], length: Int = 32, lengthV6: Int = 128,
    localPref: UInt32? = nil, communities: [String] = [], nodes: [String] = [],
    services: [LabelSelector] = [], peers: [String] = []
  ) -> BGPAdvertisement {
    BGPAdvertisement(
      metadata: .configured(name), pools: PoolSelection(names: pools), aggregationLength: length,
      aggregationLengthV6: lengthV6, localPref: localPref, communities: communities,
      nodeSelectors: nodes.map { .node($0) }, serviceSelectors: services, peers: peers)
  }
}

extension BGPPeer {
  /// A peer of these nodes (empty: all), with both families on its session.
  static func fixture(
    _ name: String, nodes: [String] = [], at address: String = "203.0.113.1", dualStack: Bool = true
  ) -> BGPPeer {
    BGPPeer(
      metadata: .configured(name), myASN: 64512, remoteAS: .number(64513),
      endpoint: .address(ip(address)), nodeSelectors: nodes.map { .node($0) },
      dualStackAddressFamily: dualStack)
  }
}
