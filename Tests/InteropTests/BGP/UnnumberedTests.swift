import Addresses
import Lab
import NIOCore
import Status
import Testing

extension InteropTests {
  /// Peers that are configured by an interface and found by Router Advertisements.
  @Suite struct Unnumbered {
    private static let peer = Peer(spec: ["interface: eth0"])

    private static let frr = """
      router bgp 64513
       bgp router-id 192.0.2.1
       no bgp ebgp-requires-policy
       neighbor eth0 interface remote-as 64512
       address-family ipv6 unicast
        neighbor eth0 activate
       exit-address-family
      """

    @Test(
      "FRR has routes of both families by our link-local address, whoever dials",
      .enabled(if: CableFRR.isInstalled, "needs the package frr"),
      arguments: [[], ["--bgp-listen", "[::]"]], [true, false])
    func frr(arguments: [String], hasGlobalAddress: Bool) async throws {
      try await Cable.with { cable in
        if !hasGlobalAddress {
          try await cable.ip(cable.node, "addr del 2001:db8::2/64 dev eth0")
          try await cable.ip(cable.node, "addr del 192.0.2.2/24 dev eth0")
        }
        try cable.write(peers: [Self.peer])
        let frr = try await CableFRR(Self.frr, on: cable)
        let speaker = try await cable.speaker(arguments)
        try await speaker.waitForSession(within: .seconds(30))
        let peer = try #require(await speaker.peer())
        #expect(peer.address?.description == "fe80::1" && peer.interface == "eth0")
        try await eventually("FRR has both routes", within: .seconds(20)) {
          let ipv4 = try await frr.nextHops("ipv4", "203.0.113.10/32")
          let ipv6 = try await frr.nextHops("ipv6", "2001:db8:f::10/128")
          return ipv4.contains("fe80::2") && ipv6.contains("fe80::2")
        }
        // And they are in the kernel: IPv4 by way of IPv6.
        try await eventually("the kernel has both routes", within: .seconds(20)) {
          let ipv4 = try await cable.ip(cable.router, "-4 route show 203.0.113.10")
          let ipv6 = try await cable.ip(cable.router, "-6 route show 2001:db8:f::10")
          return ipv4.contains("via inet6 fe80::2") && ipv6.contains("via fe80::2")
        }
        #expect(try await speaker.status().problems == [])
      }
    }

    @Test(
      "the session follows the neighbour to another address",
      .enabled(if: CableFRR.isInstalled, "needs the package frr"))
    func newAddress() async throws {
      try await Cable.with { cable in
        // FRR takes the new connection when the hold timer has ended its side of the old one.
        var peer = Self.peer
        peer.spec += ["holdTime: 9s", "keepaliveTime: 3s"]
        try cable.write(peers: [peer])
        let frr = try await CableFRR(Self.frr, on: cable)
        let speaker = try await cable.speaker()
        try await speaker.waitForSession(within: .seconds(30))
        try await cable.ip(cable.router, "addr add fe80::11/64 dev eth0 nodad")
        try await cable.ip(cable.router, "addr del fe80::1/64 dev eth0")
        try await eventually("the session is with the new address", within: .seconds(60)) {
          let peer = await speaker.peer()
          return peer?.address?.description == "fe80::11" && peer?.state == .established
        }
        try await eventually("FRR has the route", within: .seconds(20)) {
          try await frr.nextHops("ipv4", "203.0.113.10/32").contains("fe80::2")
        }
      }
    }

    @Test func birdWithRouterAdvertisements() async throws {
      try await Cable.with { cable in
        var peer = Self.peer
        peer.spec.append("bfdProfile: fast")
        try cable.write(peers: [peer])
        try cable.write("manifests/bfd.yaml", Cable.fastBFD)
        let bird = try await CableBird(
          """
          protocol bfd { }
          protocol radv { interface "eth0" { max ra interval 10; min ra interval 5; }; }

          """
            + CableBird.bgp(
              neighbor: "fe80::2%eth0", options: ["bfd on;"],
              channels: [
                "ipv4 { import all; export none; extended next hop on; };",
                "ipv6 { import all; export none; };",
              ]), on: cable)
        let speaker = try await cable.speaker(["--bgp-listen", "[::]"])
        try await speaker.waitForSession(within: .seconds(30))
        try await eventually("BFD is up") { await speaker.peer()?.bfd?.state == "Up" }
        try await eventually("BIRD has both routes") { try await bird.hasBothRoutes() }
        let route = try await bird.ask("show route for 203.0.113.10/32 all")
        #expect(route.contains("via 2001:db8::2 on eth0"))
        #expect(route.contains("from fe80::2"))
      }
    }

    @Test func aLinkLocalPeerNeedsADevice() async throws {
      try await Cable.with { cable in
        var peer = Peer(spec: ["peerAddress: \"fe80::1\""])
        try cable.write(peers: [peer])
        let speaker = try await cable.speaker()
        try await eventually("the problem is shown") {
          await speaker.problems().contains {
            $0.object == "BGPPeer router" && $0.message.contains("bellman.dev/device")
          }
        }
        peer.options["device"] = "eth0"
        try cable.write(peers: [peer])
        _ = try await CableBird(
          CableBird.bgp(
            neighbor: "fe80::2%eth0", channels: ["ipv6 { import all; export none; };"]), on: cable)
        try await speaker.waitForSession(within: .seconds(30))
        #expect(try await speaker.status().problems == [])
      }
    }

    @Test func withoutARouterTheStatusSaysSo() async throws {
      try await Cable.with { cable in
        try cable.write(peers: [Self.peer])
        let speaker = try await cable.speaker()
        try await eventually("the peer waits") {
          await speaker.peer()?.lastError?.text.contains("no router has advertised") ?? false
        }
        let peer = try #require(await speaker.peer())
        #expect(peer.address == nil && peer.interface == "eth0" && peer.state == .idle)
      }
    }
  }
}
