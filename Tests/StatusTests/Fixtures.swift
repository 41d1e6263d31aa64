import Addresses
import Status
import Testing

/// The time at which all tests render.
let now = Timestamp(secondsSince1970: 1_767_225_600)

/// The moment `seconds` before ``now``.
func ago(_ seconds: Int64) -> Timestamp {
  Timestamp(secondsSince1970: now.secondsSince1970 - seconds)
}

func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }

/// Documents that tests render; every list is given out of order.
enum Fixture {
  /// Two of three peers up, both families, an address at the peers only, one refused, one service
  /// without an address, and a warning and an error.
  static func status() throws -> StatusDocument {
    StatusDocument(
      node: "node1", programVersion: "0.1.0", pid: 4242, startedAt: ago(8040),
      source: SourceStatus(
        directory: "/etc/bellman/manifests",
        objects: ["Service": 4, "Node": 3, "BGPPeer": 3, "EndpointSlice": 5], complete: false),
      addresses: [
        try webOverIPv6(), try shared(), try web(), try api(), try stranger(),
      ],
      servicesWithoutAddress: [
        ServiceStatus(
          service: "shop/pending", externalTrafficPolicy: .cluster, reason: "noAddress",
          sentence: "Service shop/pending: status.loadBalancer.ingress has no IP address")
      ],
      peers: [try refused(), try silent(), try established()],
      interfaces: try interfaces(),
      problems: [
        Problem(
          severity: .warning, file: "pools.yaml", line: 3, object: "IPAddressPool public",
          fieldPath: "spec.autoAssign", message: "has no effect on announcements"),
        Problem(
          severity: .error, file: "services.yaml", line: 12, object: "Service shop/web",
          fieldPath: "spec.ports[0].port", message: "expected a number from 1 to 65535, got 0"),
      ],
      counters: ["layer2.malformedFrames": 7, "bgp.unknownPeerConnections": 2, "unused": 0])
  }

  /// A speaker without anything to do.
  static func empty() -> StatusDocument {
    StatusDocument(
      node: "node1", programVersion: "0.1.0", pid: 1, startedAt: ago(5),
      source: SourceStatus(directory: "/etc/bellman/manifests"))
  }

  private static func web() throws -> AddressStatus {
    AddressStatus(
      address: try address("203.0.113.10"), services: ["shop/web"],
      externalTrafficPolicy: .cluster, pool: "public",
      layer2: Layer2Status(
        verdict: .owner, reason: "owner", sentence: "node1 is the first of 3 candidates",
        owner: "node1", interfaces: ["eth1", "eth0"], since: ago(192)),
      bgp: BGPStatus(
        verdict: .announced, reason: "announced", sentence: "announced to 1 peer",
        peers: ["tor-a"], prefixes: [try prefix("203.0.113.10/32")], since: ago(8035)),
      since: ago(192),
      lastChange: AddressChange(
        at: ago(192), what: "layer 2: candidate to owner", why: "node2 is not ready"))
  }

  private static func api() throws -> AddressStatus {
    AddressStatus(
      address: try address("203.0.113.9"), services: ["shop/api"], externalTrafficPolicy: .local,
      pool: "public",
      layer2: Layer2Status(
        verdict: .no, reason: "noLocalEndpoint",
        sentence: "Service shop/api: no ready endpoint on node1", owner: "node2",
        since: ago(8035)),
      bgp: BGPStatus(
        verdict: .no, reason: "noLocalEndpoint",
        sentence: "Service shop/api: no ready endpoint on node1", since: ago(8035)),
      since: ago(8035))
  }

  private static func shared() throws -> AddressStatus {
    AddressStatus(
      address: try address("203.0.113.100"), services: ["shop/tcp", "shop/dns"],
      externalTrafficPolicy: .mixed, pool: "public",
      layer2: Layer2Status(
        verdict: .candidate, reason: "candidate", sentence: "node3 ranks before node1",
        owner: "node3", since: ago(60)),
      bgp: BGPStatus(
        verdict: .announced, reason: "announced", sentence: "announced to 2 peers",
        peers: ["tor-b", "tor-a"],
        prefixes: [try prefix("203.0.113.0/24"), try prefix("203.0.113.100/32")], since: ago(60)),
      since: ago(60))
  }

  private static func webOverIPv6() throws -> AddressStatus {
    AddressStatus(
      address: try address("2001:db8:1::10"), services: ["shop/web"],
      externalTrafficPolicy: .cluster, pool: "public",
      layer2: Layer2Status(
        verdict: .candidate, reason: "candidate", sentence: "node2 ranks before node1",
        owner: "node2", since: ago(90_000)),
      bgp: BGPStatus(
        verdict: .fit, reason: "noSessionToPeer", sentence: "no session of tor-b is established",
        prefixes: [try prefix("2001:db8:1::10/128")], since: ago(90_000)),
      since: ago(90_000))
  }

  private static func stranger() throws -> AddressStatus {
    AddressStatus(
      address: try address("198.51.100.1"), services: ["shop/lost"],
      externalTrafficPolicy: .cluster, pool: nil,
      layer2: Layer2Status(
        verdict: .no, reason: "addressInNoPool", sentence: "no IPAddressPool holds 198.51.100.1"),
      bgp: BGPStatus(
        verdict: .no, reason: "addressInNoPool", sentence: "no IPAddressPool holds 198.51.100.1"),
      since: ago(8035))
  }

  private static func established() throws -> PeerStatus {
    PeerStatus(
      name: "tor-a", address: try address("192.0.2.254"), port: 179, localAS: 64512,
      remoteAS: 64513, state: .established, since: ago(8034),
      negotiated: NegotiatedStatus(
        holdTimeSeconds: 90, keepaliveSeconds: 30, families: [.ipv4, .ipv6],
        capabilities: ["multiprotocol IPv4", "multiprotocol IPv6", "4-octet AS"],
        routerID: try #require(IPv4Address("192.0.2.254"))),
      prefixesAnnounced: PrefixCounts(ipv4: 2, ipv6: 1), prefixesWithdrawn: 4,
      messagesReceived: 270, messagesSent: 274, routesReceived: 12, flaps: 1)
  }

  private static func silent() throws -> PeerStatus {
    PeerStatus(
      name: "tor-b", address: try address("2001:db8::fe"), port: 179, localAS: 64512,
      remoteAS: 4_200_000_001, state: .active, since: ago(21),
      lastError: PeerError(at: ago(26), text: "sent 4/0 Hold Timer Expired"),
      messagesReceived: 31, messagesSent: 33, flaps: 2,
      nextRetryAt: Timestamp(secondsSince1970: now.secondsSince1970 + 9))
  }

  private static func refused() throws -> PeerStatus {
    PeerStatus(
      name: "tor-c", address: try address("192.0.2.253"), port: 1179, localAS: 64512,
      remoteAS: 64514, state: .idle, since: ago(3),
      lastError: PeerError(at: ago(3), text: "received 2/2 Bad Peer AS"), messagesReceived: 1,
      messagesSent: 1, nextRetryAt: Timestamp(secondsSince1970: now.secondsSince1970 + 61))
  }

  private static func interfaces() throws -> [InterfaceStatus] {
    [
      InterfaceStatus(
        name: "eth1", mac: MACAddress("02:00:00:00:00:0b"), up: false, takesPart: false,
        reason: "the link is down"),
      InterfaceStatus(
        name: "eth0", mac: MACAddress("02:00:00:00:00:0a"), up: true, takesPart: true,
        reason: "up and able to broadcast",
        counters: Layer2Counters(
          requestsReceived: 1204, repliesSent: 17, gratuitousSent: 12,
          drops: ["notOurs": 1180, "malformed": 7])),
    ]
  }
}
