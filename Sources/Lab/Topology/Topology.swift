public import Addresses

/// The machines of one lab with their names and addresses. A pure value: it builds nothing.
///
/// ```
///   client .10 ──┐                          192.0.2.0/24, 2001:db8:0:2::/64
///   node-1 .11 ──┤ segment   router .1 ──── outside .2
///   node-2 .12 ──┤ (bridge)  BIRD, AS 64513   198.51.100.0/26, 2001:db8:0:51::/64
///   node-3 .13 ──┘ AS 64512
/// ```
///
/// Each node carries one pod on a pod network of its own: 198.51.100.128/25 in pieces of four, and
/// a /64 for each node under 2001:db8:0:100::/56.
public struct Topology: Hashable, Sendable {
  /// The numbers of nodes that a lab can have.
  public static let nodeCounts = 2...32

  /// The octets of a run id, and how many a run id has.
  public static let idAlphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
  /// The number of characters of a run id.
  public static let idLength = 4

  /// The run id, part of every namespace's name.
  public let id: String
  /// The nodes, `node-1` first.
  public let nodes: [Machine]
  /// The pods, `web-1` first; pod number N is on node number N.
  public let pods: [Pod]
  /// The client on the segment.
  public let client: Machine
  /// The router on the segment, which also leads outside.
  public let router: Machine
  /// The client behind the router.
  public let outside: Machine

  /// The topology of the run `id` with `nodeCount` nodes, limited to ``nodeCounts``.
  public init(id: String, nodeCount: Int = 3) {
    self.id = id
    let count = min(max(nodeCount, Self.nodeCounts.lowerBound), Self.nodeCounts.upperBound)
    let prefix = Self.namespacePrefix(id: id)
    func onSegment(_ name: String, _ host: UInt8) -> Machine {
      Machine(
        name: name, namespace: prefix + name, ipv4: IPv4Address(192, 0, 2, host),
        ipv6: IPv6Address(high: 0x2001_0DB8_0000_0002, low: Self.spelledAlike(host)),
        mac: Self.documentationMAC(host))
    }
    client = onSegment("client", 10)
    router = onSegment("router", 1)
    outside = Machine(
      name: "outside", namespace: prefix + "outside", ipv4: IPv4Address(198, 51, 100, 2),
      ipv6: IPv6Address(high: 0x2001_0DB8_0000_0051, low: 2), mac: Self.documentationMAC(0x52))
    nodes = (1...count).map { onSegment("node-\($0)", UInt8(10 + $0)) }
    pods = nodes.enumerated().map { index, node in
      Pod(
        machine: Machine(
          name: "web-\(index + 1)", namespace: "\(prefix)web-\(index + 1)",
          ipv4: IPv4Address(198, 51, 100, UInt8(128 + index * 4 + 2)),
          ipv6: IPv6Address(high: Self.podNetworkHigh(index), low: 2),
          mac: Self.documentationMAC(UInt8(0x80 + index))),
        node: node.name,
        gatewayIPv4: IPv4Address(198, 51, 100, UInt8(128 + index * 4 + 1)),
        gatewayIPv6: IPv6Address(high: Self.podNetworkHigh(index), low: 1))
    }
  }

  /// What the names of all namespaces of the run `id` start with.
  public static func namespacePrefix(id: String) -> String { "bm\(id)-" }

  /// The namespace that holds the bridge of the segment.
  public var segmentNamespace: String { Self.namespacePrefix(id: id) + "segment" }

  /// The namespaces of all machines, that of the segment first.
  public var namespaces: [String] {
    [segmentNamespace, router.namespace, outside.namespace, client.namespace]
      + nodes.map(\.namespace) + pods.map(\.machine.namespace)
  }

  /// The node called `name`.
  public func node(_ name: String) throws -> Machine {
    guard let node = nodes.first(where: { $0.name == name }) else {
      throw LabError("the lab has no node \(name); it has \(nodes.map(\.name))")
    }
    return node
  }

  /// The first pod on the node called `name`.
  public func pod(on name: String) throws -> Pod {
    guard let pod = pods.first(where: { $0.node == name }) else {
      throw LabError("the lab has no pod on node \(name)")
    }
    return pod
  }

  /// The name of the node that has `mac` on the segment.
  public func node(mac: MACAddress) -> String? { nodes.first { $0.mac == mac }?.name }

  /// The name of the node that has `address` on the segment.
  public func node(address: IPAddress) -> String? {
    nodes.first { $0.address(address.family) == address }?.name
  }

  /// A unicast address of the block for documentation, 00:00:5e:00:53:XX (RFC 7042 §2.1.1).
  private static func documentationMAC(_ last: UInt8) -> MACAddress {
    MACAddress(rawValue: 0x0000_5E00_5300 | UInt64(last))
  }

  /// The interface identifier that reads like `host`: 11 becomes `::11`, which is 0x11.
  private static func spelledAlike(_ host: UInt8) -> UInt64 {
    UInt64(host / 100) << 8 | UInt64(host / 10 % 10) << 4 | UInt64(host % 10)
  }

  private static func podNetworkHigh(_ index: Int) -> UInt64 {
    0x2001_0DB8_0000_0100 | UInt64(index + 1)
  }
}
