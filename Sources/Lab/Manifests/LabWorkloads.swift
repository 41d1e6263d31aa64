import Addresses
import Resources

extension Workload {
  /// The five services of the lab: either policy by either way, and layer 2 in both families.
  /// The Local ones have a single endpoint, on the first node, which can be moved.
  static func ofLab(topology: Topology) -> [Workload] {
    let every = topology.pods
    let first = Array(topology.pods.prefix(1))
    return [
      ofLab("l2-cluster", 1, .cluster, [layer2(.ipv4, 0x130)], every),
      ofLab("l2-local", 2, .local, [layer2(.ipv4, 0x131), layer2(.ipv6, 0x131)], first),
      ofLab("l2-dual", 3, .cluster, [layer2(.ipv4, 0x132), layer2(.ipv6, 0x132)], every),
      ofLab("bgp-cluster", 4, .cluster, [bgp(.ipv4, 0x10), bgp(.ipv6, 0x10)], every),
      ofLab("bgp-local", 5, .local, [bgp(.ipv4, 0x11), bgp(.ipv6, 0x11)], first),
    ]
  }

  /// `count` services announced by BGP, of policy Cluster over all pods: 200 of IPv4, as far as
  /// the documentation ranges reach, and the rest of IPv6.
  public static func bulk(_ count: Int, topology: Topology) -> [Workload] {
    (0..<max(count, 0)).map { index in
      let address: IPAddress =
        index < 200
        ? .v4(IPv4Address(203, 0, 113, UInt8(index + 50)))
        : .v6(IPv6Address(high: 0x2001_0DB8_0000_0113, low: UInt64(0x10000 + index)))
      return Workload(
        name: "bulk-\(index)", policy: .cluster, ingress: [address], pods: topology.pods)
    }
  }

  private static func ofLab(
    _ name: String, _ number: UInt8, _ policy: Service.TrafficPolicy, _ ingress: [IPAddress],
    _ pods: [Pod]
  ) -> Workload {
    let clusterIPs = ingress.map { address in
      address.family == .ipv4
        ? IPAddress.v4(IPv4Address(198, 51, 100, 64 + number))
        : .v6(IPv6Address(high: 0x2001_0DB8_0000_000C, low: UInt64(number)))
    }
    return Workload(
      name: name, policy: policy, ingress: ingress, pods: pods, clusterIPs: clusterIPs)
  }

  /// An address whose last group reads like the last octet of its IPv4 twin: `.131` and `::131`.
  private static func layer2(_ family: AddressFamily, _ spelled: UInt64) -> IPAddress {
    family == .ipv4
      ? .v4(IPv4Address(192, 0, 2, decimal(spelled)))
      : .v6(IPv6Address(high: 0x2001_0DB8_0000_0002, low: 0x0001_0000_0000_0000 | spelled))
  }

  private static func bgp(_ family: AddressFamily, _ spelled: UInt64) -> IPAddress {
    family == .ipv4
      ? .v4(IPv4Address(203, 0, 113, decimal(spelled)))
      : .v6(IPv6Address(high: 0x2001_0DB8_0000_0113, low: spelled))
  }

  /// The number whose decimal digits are the hexadecimal digits of `spelled`.
  private static func decimal(_ spelled: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: (spelled >> 8) * 100 + (spelled >> 4 & 0xF) * 10 + (spelled & 0xF))
  }
}
