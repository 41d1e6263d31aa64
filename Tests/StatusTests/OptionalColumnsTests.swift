import Addresses
import FoundationEssentials
import Status
import Testing

/// Columns that are there only where something stands in them.
@Suite("columns as needed")
struct OptionalColumnsTests {
  private func status(bfd: [BFDSessionStatus?]) throws -> StatusDocument {
    let address = try #require(IPAddress("192.0.2.254"))
    return StatusDocument(
      node: "node1", programVersion: "0.1.0", pid: 1, startedAt: ago(5),
      source: SourceStatus(directory: "/m", objects: [:]),
      peers: bfd.enumerated().map { index, bfd in
        PeerStatus(
          name: "tor-\(index)", address: address, port: 179, localAS: 64512, remoteAS: 64513,
          state: .established, since: ago(60), bfd: bfd)
      })
  }

  @Test("a peer with a BFDProfile shows its BFD session") func bfd() throws {
    let document = try status(bfd: [
      BFDSessionStatus(state: "Up", since: ago(30)), nil,
      BFDSessionStatus(state: "Down", since: ago(1), lastChange: "Up to Down: timeout"),
    ])
    let text = try StatusRenderer(format: .table, now: now).peers(document)
    #expect(
      text == """
        PEER   ADDRESS         AS  STATE        SINCE  BFD   IPV4  IPV6  RETRY IN  LAST ERROR
        tor-0  192.0.2.254  64513  Established  1m     Up       0     0  -         -
        tor-1  192.0.2.254  64513  Established  1m     -        0     0  -         -
        tor-2  192.0.2.254  64513  Established  1m     Down     0     0  -         -

        """)
    let wide = try StatusRenderer(format: .wide, now: now).peers(document)
    #expect(wide.contains("BFD SINCE  LAST BFD CHANGE\n"))
    #expect(wide.contains("1s         Up to Down: timeout\n"))
    #expect(
      !(try StatusRenderer(format: .wide, now: now).peers(status(bfd: [nil])).contains("BFD")))
  }

  @Test("MED, prepending, weight and next hop of a route") func routes() throws {
    let address = try #require(IPAddress("203.0.113.9"))
    let route = try #require(IPPrefix("203.0.113.9/32"))
    let decision = ExplainedVerdict<BGPVerdict>(.announced, reason: "announced", sentence: "said")
    let explanation = AddressExplanation(
      address: address, services: ["shop/web"], externalTrafficPolicy: .local, pool: "public",
      owner: nil, nodes: [],
      routes: [
        RouteExplanation(
          peer: "tor-a", prefix: route, decision: decision, multiExitDiscriminator: 0,
          prependCount: 2, nextHops: ["192.0.2.7"], weight: 9),
        RouteExplanation(peer: "tor-b", prefix: route, decision: decision),
      ])
    let text = try StatusRenderer(format: .table, now: now).explain(
      ExplainDocument(
        node: "node1", subject: "203.0.113.9", services: [], addresses: [explanation]))
    #expect(
      text.contains(
        """
        PEER   PREFIX          STATE      MED  PREPEND  WEIGHT  NEXT HOP   COMMUNITIES
        tor-a  203.0.113.9/32  announced    0        2       9  192.0.2.7  -
        tor-b  203.0.113.9/32  announced    -        -       -  -          -
        """), "\(text)")
  }
}
