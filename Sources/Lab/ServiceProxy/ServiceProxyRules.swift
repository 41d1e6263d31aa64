import Addresses
public import Resources

/// What kube-proxy does for LoadBalancer addresses, for one node of the lab, as an nftables ruleset.
///
/// - `Cluster`: to any usable endpoint, behind the node's own address.
/// - `Local`: to a usable endpoint on the node, with the client's address; dropped without one.
///
/// Ports that share their endpoints share a chain, so that thousands of services over the same pods
/// are a few chains and one map. The script replaces the ruleset in one transaction.
public struct ServiceProxyRules: Hashable, Sendable {
  /// The script for `nft -f`.
  public let script: String

  private static let table = "inet bellman_lab"
  private static let masqueradeMark = "0x4000"

  /// The rules of `node` for these objects; services of other types are passed over. Where two
  /// services claim the same address and port, the first by name has it.
  public init(services: [Service], slices: [EndpointSlice], node: String) {
    let ports = Self.ports(services: services, slices: slices, node: node)
    var chains: [(name: String, backends: Backends, family: AddressFamily)] = []
    var chainNames: [FamilyBackends: String] = [:]
    var elements: [AddressFamily: [String]] = [:]
    var dropped: [AddressFamily: [String]] = [:]
    for port in ports {
      let key = "\(port.address) . \(port.backends.transport) . \(port.port)"
      let family = port.address.family
      guard !port.backends.targets.isEmpty else {
        dropped[family, default: []].append(key)
        continue
      }
      let id = FamilyBackends(family: family, backends: port.backends)
      let name =
        chainNames[id] ?? "\(port.backends.masquerades ? "cluster" : "local")_\(chains.count)"
      if chainNames[id] == nil {
        chainNames[id] = name
        chains.append((name, port.backends, family))
      }
      elements[family, default: []].append("\(key) : goto \(name)")
    }

    var text = "table \(Self.table) {}\ndelete table \(Self.table)\ntable \(Self.table) {\n"
    for chain in chains {
      text += Self.chain(chain.name, chain.backends, family: chain.family)
    }
    for family in AddressFamily.allCases {
      let type = family == .ipv4 ? "ipv4_addr" : "ipv6_addr"
      let digit = family == .ipv4 ? "4" : "6"
      let portType = "type \(type) . inet_proto . inet_service"
      text += Self.set("map services\(digit)", "\(portType) : verdict", elements[family] ?? [])
      text += Self.set("set dropped\(digit)", portType, dropped[family] ?? [])
      let addresses = Set(ports.lazy.map(\.address).filter { $0.family == family }).sorted()
      text += Self.set("set addresses\(digit)", "type \(type)", addresses.map(\.description))
    }
    script = text + Self.hooks + "}\n"
  }

  /// One address and port with what is behind it.
  private struct Port {
    let address: IPAddress
    let port: UInt16
    let backends: Backends
  }

  private struct FamilyBackends: Hashable {
    let family: AddressFamily
    let backends: Backends
  }

  private struct PortKey: Hashable {
    let address: IPAddress
    let transport: String
    let port: UInt16
  }

  private static func ports(
    services: [Service], slices: [EndpointSlice], node: String
  ) -> [Port] {
    let slicesByService = Dictionary(grouping: slices, by: \.serviceName)
    var taken: Set<PortKey> = []
    var result: [Port] = []
    for service in services.sorted(by: { $0.metadata.name < $1.metadata.name })
    where service.type == .loadBalancer {
      let own = slicesByService[service.metadata.name] ?? []
      for address in service.ingress {
        for port in service.ports where ["TCP", "UDP"].contains(port.transport) {
          let key = PortKey(address: address, transport: port.transport, port: port.port)
          guard taken.insert(key).inserted else { continue }
          let backends = Backends(
            port: port, policy: service.externalTrafficPolicy, family: address.family,
            slices: own, node: node)
          result.append(Port(address: address, port: port.port, backends: backends))
        }
      }
    }
    return result
  }

  private static func chain(_ name: String, _ backends: Backends, family: AddressFamily) -> String {
    let protocolName = family == .ipv4 ? "ip" : "ip6"
    let targets = backends.targets.enumerated().map { index, target in
      "\(index) : \(target.address) . \(target.port)"
    }
    var text = "  chain \(name) {\n"
    if backends.masquerades { text += "    meta mark set meta mark or \(masqueradeMark)\n" }
    text += "    meta l4proto \(backends.transport) dnat \(protocolName) addr . port to "
    text += "numgen random mod \(targets.count) map { \(targets.joined(separator: ", ")) }\n"
    return text + "  }\n"
  }

  private static func set(_ name: String, _ type: String, _ elements: [String]) -> String {
    var text = "  \(name) {\n    \(type)\n"
    if !elements.isEmpty {
      text += "    elements = {\n      " + elements.joined(separator: ",\n      ") + "\n    }\n"
    }
    return text + "  }\n"
  }

  /// The hooks of the kernel. What still has a service address when it is forwarded found no
  /// endpoint: without the last chain it would wander between router and node.
  private static let hooks = """
      chain prerouting {
        type nat hook prerouting priority dstnat; policy accept;
        ip daddr . meta l4proto . th dport vmap @services4
        ip6 daddr . meta l4proto . th dport vmap @services6
      }
      chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        meta mark and \(masqueradeMark) == \(masqueradeMark) masquerade
      }
      chain forward {
        type filter hook forward priority filter; policy accept;
        ip daddr . meta l4proto . th dport @dropped4 drop
        ip6 daddr . meta l4proto . th dport @dropped6 drop
        ip daddr @addresses4 reject
        ip6 daddr @addresses6 reject
      }

    """
}
