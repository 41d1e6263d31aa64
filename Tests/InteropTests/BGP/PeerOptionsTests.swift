import Lab
import NIOCore
import Status
import Testing

extension InteropTests {
  /// What a BGPPeer's annotations ask for, as the peer sees it.
  @Suite struct PeerOptions {
    private static func peer(_ options: [String: String]) -> Peer {
      Peer(
        spec: [
          "peerAddress: 192.0.2.1", "dualStackAddressFamily: true", "enableGracefulRestart: true",
        ], options: options)
    }

    @Test func theOPENSaysAllOfIt() async throws {
      try await Cable.with { cable in
        try cable.write(peers: [
          Self.peer([
            "role": "customer", "require-role": "true", "graceful-restart-time": "60s",
            "long-lived-stale-time": "3600s", "extended-messages": "true",
            "next-hop": "192.0.2.77,2001:db8::77",
          ])
        ])
        let bird = try await CableBird(
          CableBird.bgp(options: [
            "passive on;", "local role provider;", "require roles on;",
            "enable extended messages on;", "advertise hostname on;",
          ]), on: cable)
        let speaker = try await cable.speaker()
        try await speaker.waitForSession()
        let seen = try await bird.ask("show protocols all node")
        let neighbour = try #require(seen.split(separator: "Neighbor capabilities").last)
        for text in [
          "Role: customer", "Extended message", "Hostname: node-1", "Restart time: 60",
          "LL stale time: 3600",
        ] {
          #expect(neighbour.contains(text), "\(text) in \(neighbour)")
        }
        try await eventually("BIRD has both routes") { try await bird.hasBothRoutes() }
        #expect(
          try await bird.ask("show route for 203.0.113.10/32 all").contains(
            "BGP.next_hop: 192.0.2.77"))
        #expect(
          try await bird.ask("show route for 2001:db8:f::10/128 all").contains(
            "BGP.next_hop: 2001:db8::77"))
      }
    }

    @Test func aRoleThatDoesNotFitIsRefused() async throws {
      try await Cable.with { cable in
        try cable.write(peers: [Self.peer(["role": "provider"])])
        _ = try await CableBird(
          CableBird.bgp(options: ["passive on;", "local role provider;"]), on: cable)
        let speaker = try await cable.speaker()
        try await eventually("the role is refused") {
          await speaker.peer()?.lastError?.text.contains("2/11") ?? false
        }
        #expect(await speaker.peer()?.state != .established)
      }
    }
  }
}
