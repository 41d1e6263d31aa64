import FoundationEssentials
import Status
import Testing

@Suite("bellman status peers")
struct PeersViewTests {
  @Test("states, errors and the next attempt") func table() throws {
    let text = try StatusRenderer(format: .table, now: now).peers(Fixture.status())
    #expect(
      text == """
        PEER   ADDRESS               AS  STATE        SINCE  IPV4  IPV6  RETRY IN  LAST ERROR
        tor-a  192.0.2.254        64513  Established  2h13m     2     1  -         -
        tor-b  2001:db8::fe  4200000001  Active       21s       0     0  9s        sent 4/0 Hold Timer Expired (26s ago)
        tor-c  192.0.2.253        64514  Idle         3s        0     0  1m1s      received 2/2 Bad Peer AS (3s ago)

        """)
  }

  @Test("wide adds what was negotiated and counted") func wide() throws {
    let text = try StatusRenderer(format: .wide, now: now).peers(Fixture.status())
    #expect(
      text == """
        PEER   ADDRESS               AS  STATE        SINCE  IPV4  IPV6  RETRY IN  LAST ERROR                             PORT  LOCAL AS  PEER ID      HOLD  KEEPALIVE  FAMILIES   WITHDRAWN  MSGS IN  MSGS OUT  ROUTES IN  FLAPS  CAPABILITIES
        tor-a  192.0.2.254        64513  Established  2h13m     2     1  -         -                                       179     64512  192.0.2.254   90s        30s  IPv4,IPv6          4      270       274         12      1  multiprotocol IPv4,multiprotocol IPv6,4-octet AS
        tor-b  2001:db8::fe  4200000001  Active       21s       0     0  9s        sent 4/0 Hold Timer Expired (26s ago)   179     64512  -               -          -  -                  0       31        33          0      2  -
        tor-c  192.0.2.253        64514  Idle         3s        0     0  1m1s      received 2/2 Bad Peer AS (3s ago)      1179     64512  -               -          -  -                  0        1         1          0      0  -

        """)
  }

  @Test("errors are cut to the terminal") func narrow() throws {
    let text = try StatusRenderer(format: .table, now: now, width: 72).peers(Fixture.status())
    #expect(
      text == """
        PEER   ADDRESS               AS  STATE        SINCE  IPV4  IPV6  RETRY …
        tor-a  192.0.2.254        64513  Established  2h13m     2     1  -     …
        tor-b  2001:db8::fe  4200000001  Active       21s       0     0  9s    …
        tor-c  192.0.2.253        64514  Idle         3s        0     0  1m1s  …

        """)
  }

  @Test("YAML has the keys of the document") func yaml() throws {
    let text = try StatusRenderer(format: .yaml, now: now).peers(Fixture.status())
    #expect(
      text == """
        node: node1
        peers:
        - address: 192.0.2.254
          flaps: 1
          localAS: 64512
          messagesReceived: 270
          messagesSent: 274
          name: tor-a
          negotiated:
            capabilities:
            - multiprotocol IPv4
            - multiprotocol IPv6
            - 4-octet AS
            families:
            - IPv4
            - IPv6
            holdTimeSeconds: 90
            keepaliveSeconds: 30
            routerID: 192.0.2.254
          port: 179
          prefixesAnnounced:
            ipv4: 2
            ipv6: 1
          prefixesWithdrawn: 4
          remoteAS: 64513
          routesReceived: 12
          since: '2025-12-31T21:46:06Z'
          state: Established
        - address: 2001:db8::fe
          flaps: 2
          lastError:
            at: '2025-12-31T23:59:34Z'
            text: sent 4/0 Hold Timer Expired
          localAS: 64512
          messagesReceived: 31
          messagesSent: 33
          name: tor-b
          nextRetryAt: '2026-01-01T00:00:09Z'
          port: 179
          prefixesAnnounced:
            ipv4: 0
            ipv6: 0
          prefixesWithdrawn: 0
          remoteAS: 4200000001
          routesReceived: 0
          since: '2025-12-31T23:59:39Z'
          state: Active
        - address: 192.0.2.253
          flaps: 0
          lastError:
            at: '2025-12-31T23:59:57Z'
            text: received 2/2 Bad Peer AS
          localAS: 64512
          messagesReceived: 1
          messagesSent: 1
          name: tor-c
          nextRetryAt: '2026-01-01T00:01:01Z'
          port: 1179
          prefixesAnnounced:
            ipv4: 0
            ipv6: 0
          prefixesWithdrawn: 0
          remoteAS: 64514
          routesReceived: 0
          since: '2025-12-31T23:59:57Z'
          state: Idle
        version: 1

        """)
  }

  @Test("without peers it says where it looked")
  func empty() throws {
    let text = try StatusRenderer(format: .table, now: now).peers(Fixture.empty())
    #expect(
      text == """
        No peers: no BGPPeer in /etc/bellman/manifests selects node node1.

        """)
  }

  @Test("JSON holds the peers alone, as the whole document has them")
  func json() throws {
    let document = try Fixture.status()
    let text = try StatusRenderer(format: .json, now: now).peers(document)
    let part = try JSONDecoder().decode(Part.self, from: Data(text.utf8))
    #expect(part == Part(version: 1, node: "node1", peers: document.peers))
  }

  private struct Part: Codable, Equatable {
    let version: Int
    let node: String
    let peers: [PeerStatus]
  }

  @Test("an established session is green, any other one red")
  func colours() throws {
    let renderer = StatusRenderer(format: .table, now: now, colour: true)
    let lines = try renderer.peers(Fixture.status()).split(separator: "\n")
    #expect(lines[1].contains("  64513  \u{1B}[32mEstablished\u{1B}[0m  2h13m"))
    #expect(lines[2].contains("  \u{1B}[31mActive\u{1B}[0m       21s"))
  }
}
