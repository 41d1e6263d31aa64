import Addresses
import Testing

@testable import Lab

@Suite struct BirdTests {
  /// What BIRD 2.0.12 prints, in either family.
  private static let routes = """
    Table master4:
    203.0.113.10/32      unicast [node_1_v4 2026-01-05 08:00:00.123] * (100) [AS64512i]
    \tvia 192.0.2.11 on eth0
    \tType: BGP univ
    \tBGP.origin: IGP
    \tBGP.as_path: 64512
    \tBGP.next_hop: 192.0.2.11
    \tBGP.local_pref: 100
    \tBGP.community: (64512,200) (64512,100)
    \tBGP.large_community: (64512, 1, 100) (64512, 1, 99)
                         unicast [node_2_v4 2026-01-05 08:00:00.456] (100) [AS64512i]
    \tvia 192.0.2.12 on eth0
    \tType: BGP univ
    \tBGP.origin: IGP
    \tBGP.as_path: 64512 64999
    \tBGP.next_hop: 192.0.2.12
    \tBGP.local_pref: 150

    Table master6:
    2001:db8:0:113::10/128 unicast [node_1_v6 2026-01-05 08:00:00.123] * (100) [AS64512i]
    \tvia 2001:db8:0:2::11 on eth0
    \tType: BGP univ
    \tBGP.origin: IGP
    \tBGP.as_path: 
    \tBGP.next_hop: 2001:db8:0:2::11 fe80::200:5eff:fe00:530b
    \tBGP.local_pref: 100
    """

  @Test func routesAreRead() throws {
    let routes = BirdRoute.parse(Self.routes)
    #expect(routes.count == 3)
    let first = try #require(routes.first)
    #expect(first.prefix == (try prefix("203.0.113.10/32")))
    #expect(first.source == "node_1_v4")
    #expect(first.isBest)
    #expect(first.asPath == [64512])
    #expect(first.origin == "IGP")
    #expect(first.nextHop == (try address("192.0.2.11")))
    #expect(first.gateways == [try address("192.0.2.11")])
    #expect(first.localPreference == 100)
    #expect(first.communities == [.init(64512, 100), .init(64512, 200)])
    #expect(first.largeCommunities == [.init(64512, 1, 99), .init(64512, 1, 100)])
  }

  @Test func aFurtherPathHasThePrefixOfTheFirst() throws {
    let second = try #require(BirdRoute.parse(Self.routes).dropFirst().first)
    #expect(second.prefix == (try prefix("203.0.113.10/32")))
    #expect(second.source == "node_2_v4")
    #expect(!second.isBest)
    #expect(second.asPath == [64512, 64999])
    #expect(second.localPreference == 150)
    #expect(second.communities.isEmpty)
  }

  @Test func theGlobalNextHopIsTaken() throws {
    let third = try #require(BirdRoute.parse(Self.routes).last)
    #expect(third.nextHop == (try address("2001:db8:0:2::11")))
    #expect(third.asPath.isEmpty)
  }

  @Test func protocolsAreRead() {
    let text = """
      Name       Proto      Table      State  Since         Info
      device1    Device     ---        up     2026-01-05 08:00:00.001  
      node_1_v4  BGP        ---        up     2026-01-05 08:00:01.002  Established   
      node_1_v6  BGP        ---        start  2026-01-05 08:00:02.003  Passive       Socket: Closed
      """
    let protocols = BirdProtocol.parse(text)
    #expect(protocols.map(\.name) == ["device1", "node_1_v4", "node_1_v6"])
    #expect(protocols.map(\.isEstablished) == [false, true, false])
    #expect(abs(protocols[1].since - 1_767_600_001.002) < 0.000_1)
    #expect(protocols[2].state == "start")
    #expect(protocols[2].info == "Passive Socket: Closed")
  }

  @Test func configurationNamesEveryNodeInBothFamilies() {
    var configuration = BirdConfiguration()
    configuration.nodeAS = 64999
    configuration.holdTime = 3
    let text = configuration.text(topology: topology, logPath: "/run/bird.log")
    for line in [
      "protocol bgp node_1_v4 from node4 {\n  neighbor 192.0.2.11 as 64999;",
      "protocol bgp node_3_v6 from node6 {\n  neighbor 2001:db8:0:2::13 as 64999;",
      "local 192.0.2.1 as 64513;", "hold time 3;", "log \"/run/bird.log\" all;",
    ] {
      #expect(text.contains(line), "\(line)")
    }
  }
}
