import Addresses
import Lab
import NIOCore
import Testing

extension PeerInteropTests {
  @Suite struct Sessions {
    @Test("One session carries both families", arguments: RouterKind.present)
    func dualStack(kind: RouterKind) async throws {
      try await Rig.with(kind) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        #expect(try await rig.router.isEstablished("192.0.2.1"))
      }
    }

    @Test("Two sessions carry one family each", arguments: RouterKind.present)
    func twoSessions(kind: RouterKind) async throws {
      var plan = Plan()
      plan.useTwoSessions()
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        for address in ["192.0.2.1", "2001:db8::1"] {
          #expect(try await rig.router.isEstablished(address))
        }
      }
    }

    @Test("A peer behind another router", arguments: RouterKind.present)
    func multihop(kind: RouterKind) async throws {
      var plan = Plan()
      plan.useRoutedPath()
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(rig.plan.routes.filter { $0.prefix.hasSuffix("/32") })
      }
    }

    @Test(
      "A peer that is killed and comes back has all routes again", arguments: RouterKind.present)
    func peerRestart(kind: RouterKind) async throws {
      try await Rig.with(kind) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        await rig.router.kill()
        try await rig.router.start()
        // OpenBGPD may say that it shuts down (6/2) even when it is killed; the speaker then leaves it
        // alone for up to a minute.
        try await rig.hasRoutes(rig.plan.routes, within: .seconds(90))
      }
    }

    @Test(
      "A pulled cable ends the session by hold timer; plugged in, it brings all back",
      arguments: RouterKind.present)
    func cablePull(kind: RouterKind) async throws {
      var plan = Plan()
      plan.peer.spec["holdTime"] = "3s"
      plan.router.holdTime = 3
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        // Addresses of IPv6 would go with the interface.
        try await rig.routerHost.run(["sysctl", "-qw", "net.ipv6.conf.eth0.keep_addr_on_down=1"])
        try await rig.routerHost.ip("link set eth0 down")
        try await rig.hasRoutes([])
        #expect(try await !rig.router.isEstablished("192.0.2.1"))
        try await rig.routerHost.ip("link set eth0 up")
        try await rig.hasRoutes(rig.plan.routes, within: .seconds(30))
      }
    }

    // GoBGP's `softresetin` looks at what it has, and asks for nothing.
    @Test(
      "A route refresh brings every route again",
      arguments: RouterKind.present(.bird, .frr, .openbgpd, .exabgp))
    func refresh(kind: RouterKind) async throws {
      try await Rig.with(kind) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        let before = try await rig.router.announcementCount(from: "192.0.2.1")
        try await rig.router.requestRefresh(from: "192.0.2.1")
        try await eventually("both routes come again") {
          try await rig.router.announcementCount(from: "192.0.2.1") >= before + 2
        }
        try await rig.hasRoutes(rig.plan.routes)
        #expect(try await rig.router.isEstablished("192.0.2.1"))
      }
    }
  }
}
