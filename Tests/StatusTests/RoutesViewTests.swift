import Addresses
import Status
import Testing

@Suite("bellman status routes")
struct RoutesViewTests {
  static func document(
    _ node: String = "node1", nextHop: String = "192.0.2.11"
  ) throws -> RoutesDocument {
    RoutesDocument(
      node: node,
      peers: [
        PeerRoutes(
          name: "tor-b", address: try address("2001:db8::fe"), state: .active, since: ago(21),
          routes: [RouteGroup(isSent: false, prefixes: [try prefix("203.0.113.10/32")])]),
        PeerRoutes(
          name: "tor-a", address: try address("192.0.2.254"), state: .established,
          since: ago(8034),
          routes: [
            RouteGroup(
              isSent: true, since: ago(60), asPath: "64512", nextHops: [try address(nextHop)],
              multiExitDiscriminator: 5, communities: ["64512:1", "large:1:2:3"],
              prefixes: [try prefix("203.0.113.11/32"), try prefix("203.0.113.10/32")])
          ]),
        PeerRoutes(name: "tor-c", address: nil, state: .idle, since: ago(3), routes: []),
      ])
  }

  @Test("what each peer was told, or was not") func table() throws {
    #expect(
      try StatusRenderer(format: .table, now: now).routes(Self.document()) == """
        PREFIX           PEER   SENT  SINCE  SESSION      ATTRIBUTES
        203.0.113.10/32  tor-a  yes   1m     Established  next hop 192.0.2.11, AS path 64512, MED 5, communities 64512:1 large:1:2:3
        203.0.113.10/32  tor-b  no    -      Active       -
        203.0.113.11/32  tor-a  yes   1m     Established  next hop 192.0.2.11, AS path 64512, MED 5, communities 64512:1 large:1:2:3

        no routes for: tor-c (Idle)

        """)
  }

  @Test("the attributes are cut to the terminal, last") func narrow() throws {
    let text = try StatusRenderer(format: .table, now: now, width: 72).routes(Self.document())
    #expect(text.contains("Established  next hop 192.0.2.11, …\n"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 72 })
  }

  @Test("the routes that lead to an address, or into a prefix") func range() throws {
    func found(_ range: String) throws -> [String] {
      let document = try Self.document().leading(to: try prefix(range))
      #expect(document.peers.map(\.name) == ["tor-a", "tor-b", "tor-c"])
      return document.peers.flatMap { peer in
        peer.routes.flatMap { $0.prefixes.map { "\(peer.name) \($0)" } }
      }
    }
    #expect(
      try found("203.0.113.10/32") == ["tor-a 203.0.113.10/32", "tor-b 203.0.113.10/32"])
    #expect(try found("203.0.113.11/32") == ["tor-a 203.0.113.11/32"])
    #expect(try found("203.0.113.0/24").count == 3)
    #expect(try found("203.0.113.12/32") == [])
    #expect(try found("2001:db8::1/128") == [])
    let aggregate = RoutesDocument(
      node: "node1",
      peers: [
        PeerRoutes(
          name: "tor-a", address: nil, state: .established, since: now,
          routes: [RouteGroup(isSent: true, prefixes: [try prefix("203.0.113.0/24")])])
      ])
    #expect(aggregate.leading(to: try prefix("203.0.113.11/32")) == aggregate)
  }

  @Test("names are the prefixes that somebody was told") func names() throws {
    #expect(
      try StatusRenderer(format: .name, now: now).routes(Self.document())
        == "203.0.113.10/32\n203.0.113.11/32\n")
    let none = RoutesDocument(node: "node1", peers: [])
    #expect(
      try StatusRenderer(format: .table, now: now).routes(none)
        == "No peers: no BGPPeer selects node node1.\n")
  }

  @Test("of a cluster, nodes that say the same but for the next hop share a row") func cluster()
    throws
  {
    let told = ClusterDocument(
      server: "https://192.0.2.1:6443", askedAt: now,
      speakers: ["node2", "node1"].map(ClusterFixture.answered),
      nodes: [
        try Self.document("node1"), try Self.document("node2", nextHop: "192.0.2.12"),
      ])
    let text = try StatusRenderer(format: .table, now: now).clusterRoutes(told)
    #expect(
      text.contains(
        """
        PREFIX           PEER   SENT  SINCE  SESSION      NODES        ATTRIBUTES
        203.0.113.10/32  tor-a  yes   1m     Established  node1,node2  AS path 64512, MED 5, communities 64512:1 large:1:2:3
        203.0.113.10/32  tor-b  no    -      Active       node1,node2  -
        """), "\(text)")
    let wide = try StatusRenderer(format: .wide, now: now).clusterRoutes(told)
    #expect(wide.contains("node2        next hop 192.0.2.12, "), "\(wide)")
  }
}
