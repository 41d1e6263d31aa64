import Addresses
import Status
import Testing

/// Explanations that tests render.
enum ExplainFixture {
  private static let inside =
    "spec.internalTrafficPolicy is Local: callers inside that use the cluster IP reach only"
    + " endpoints on their own node; announcements do not depend on it"

  /// A dual-stack service under Local with its only endpoint on node2, one of three nodes.
  static func local() throws -> ExplainDocument {
    ExplainDocument(
      node: "node1", subject: "shop/api",
      services: [
        ServiceExplanation(
          service: "shop/api", externalTrafficPolicy: .local, internalTrafficPolicy: .local,
          insideCallers: inside,
          endpoints: [
            EndpointCount(family: .ipv6, ready: 0, terminating: 1),
            EndpointCount(family: .ipv4, ready: 1, terminating: 1),
          ])
      ],
      addresses: [try overIPv6(), try overIPv4()])
  }

  /// A service that has no address.
  static func pending() -> ExplainDocument {
    ExplainDocument(
      node: "node1", subject: "shop/pending",
      services: [
        ServiceExplanation(
          service: "shop/pending", externalTrafficPolicy: .cluster,
          internalTrafficPolicy: .cluster,
          insideCallers:
            "spec.internalTrafficPolicy is Cluster: callers inside reach every ready endpoint",
          reason: "noAddress",
          sentence: "Service shop/pending: status.loadBalancer.ingress has no IP address")
      ])
  }

  /// An address in no pool.
  static func stranger() throws -> ExplainDocument {
    let sentence = "no IPAddressPool contains 198.51.100.1"
    return ExplainDocument(
      node: "node1", subject: "198.51.100.1", services: [],
      addresses: [
        AddressExplanation(
          address: try address("198.51.100.1"), services: ["shop/lost"],
          externalTrafficPolicy: .cluster, pool: nil, owner: nil,
          nodes: ["node2", "node1"].map { refused($0, "addressInNoPool", sentence) })
      ])
  }

  private static func overIPv4() throws -> AddressExplanation {
    let route = try prefix("203.0.113.9/32")
    return AddressExplanation(
      address: try address("203.0.113.9"), services: ["shop/api"], externalTrafficPolicy: .local,
      pool: "public", owner: "node2",
      nodes: [
        refused("node3", "nodeExcluded", "Node node3 is labelled to be excluded"),
        refused("node1", "noLocalEndpoint", "no ready endpoint of IPv4 on Node node1", 1),
        NodeExplanation(
          node: "node2", rank: 1, fitness: "ready", weight: 50,
          layer2: ExplainedVerdict(.owner, reason: "owner", sentence: "first of 1 candidate"),
          bgp: ExplainedVerdict(
            .announced, reason: "announced", sentence: "1 ready endpoint on Node node2"),
          readyEndpoints: 1, terminatingEndpoints: 0),
      ],
      routes: [
        RouteExplanation(
          peer: "tor-b", prefix: route,
          decision: ExplainedVerdict(.no, reason: "noLocalEndpoint", sentence: "no endpoint")),
        RouteExplanation(
          peer: "tor-a", prefix: route,
          decision: ExplainedVerdict(.fit, reason: "noSessionToPeer", sentence: "no session"),
          localPreference: 150, communities: ["64512:100", "large:64512:1:2"]),
      ])
  }

  private static func overIPv6() throws -> AddressExplanation {
    AddressExplanation(
      address: try address("2001:db8:1::9"), services: ["shop/api"],
      externalTrafficPolicy: .local, pool: "public", owner: nil,
      nodes: ["node3", "node1"].map {
        refused($0, "noLocalEndpoint", "no ready endpoint of IPv6 on this node")
      })
  }

  private static func refused(
    _ node: String, _ reason: String, _ sentence: String, _ terminating: Int = 0
  ) -> NodeExplanation {
    NodeExplanation(
      node: node, rank: nil,
      layer2: ExplainedVerdict(.no, reason: reason, sentence: sentence),
      bgp: ExplainedVerdict(.no, reason: reason, sentence: sentence),
      readyEndpoints: 0, terminatingEndpoints: terminating)
  }
}
