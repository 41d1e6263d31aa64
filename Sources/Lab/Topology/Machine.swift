public import Addresses

/// One network namespace that plays a machine, by its first interface `eth0`.
public struct Machine: Hashable, Sendable {
  /// The name in the lab, such as `node-1`.
  public let name: String
  /// The name of its network namespace, unique on this computer.
  public let namespace: String
  /// The IPv4 address of `eth0`.
  public let ipv4: IPv4Address
  /// The IPv6 address of `eth0`.
  public let ipv6: IPv6Address
  /// The MAC address of `eth0`.
  public let mac: MACAddress

  /// The address of `eth0` of this family.
  public func address(_ family: AddressFamily) -> IPAddress {
    family == .ipv4 ? .v4(ipv4) : .v6(ipv6)
  }
}

/// One pod: a machine behind a node.
public struct Pod: Hashable, Sendable {
  /// The port that the pod's server listens on.
  public static let port: UInt16 = 8080

  /// The pod as a machine.
  public let machine: Machine
  /// The name of the node it runs on.
  public let node: String
  /// The node's IPv4 address on its pod network.
  public let gatewayIPv4: IPv4Address
  /// The node's IPv6 address on its pod network.
  public let gatewayIPv6: IPv6Address

  /// The pod's name.
  public var name: String { machine.name }

  /// The pod's address of this family.
  public func address(_ family: AddressFamily) -> IPAddress { machine.address(family) }

  /// The pod network of the node, IPv4.
  public var networkIPv4: IPPrefix? { IPPrefix(.v4(machine.ipv4), length: 30) }
  /// The pod network of the node, IPv6.
  public var networkIPv6: IPPrefix? { IPPrefix(.v6(machine.ipv6), length: 64) }
}
