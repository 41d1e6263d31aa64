import Addresses
import Lab
import NIOCore
import Testing

extension PeerInteropTests {
  /// ExaBGP has it for connections that it opens itself only, and does not enforce it on others.
  @Suite("TTL security") struct TTLSecurity {
    private static let kinds = RouterKind.present(.bird, .frr, .gobgp, .openbgpd)

    @Test("Both sides ask for it", arguments: kinds, [false, true])
    func both(kind: RouterKind, isIPv6: Bool) async throws {
      var plan = Plan()
      plan.peer.annotations["bellman.dev/ttl-security"] = "1"
      plan.neighbor.ttlSecurityHops = 1
      if isIPv6 { plan.useIPv6() }
      try await Rig.with(kind, plan) { rig in try await rig.hasRoutes(rig.plan.routes) }
    }

    @Test(
      "The router takes nothing of a speaker that does not know of it",
      arguments: kinds)
    func routerAlone(kind: RouterKind) async throws {
      var plan = Plan()
      plan.neighbor.ttlSecurityHops = 1
      try await Rig.with(kind, plan) { rig in
        try await eventually("the router's kernel drops what we send", within: .seconds(15)) {
          try await rig.routerHost.counter("TcpExtTCPMinTTLDrop") >= 3
        }
        #expect(try await !rig.router.isEstablished("192.0.2.1"))
      }
    }

    @Test("The speaker takes nothing of a router that does not know of it") func speakerAlone()
      async throws
    {
      var plan = Plan()
      plan.peer.annotations["bellman.dev/ttl-security"] = "1"
      try await Rig.with(.bird, plan) { rig in
        try await eventually("our kernel drops what the router sends", within: .seconds(15)) {
          try await rig.speaker.host.counter("TcpExtTCPMinTTLDrop") >= 3
        }
        #expect(try await !rig.router.isEstablished("192.0.2.1"))
      }
    }

    @Test("A router two hops away", arguments: RouterKind.present(.frr, .gobgp))
    func twoHops(kind: RouterKind) async throws {
      var plan = Plan()
      plan.useRoutedPath()
      plan.peer.annotations["bellman.dev/ttl-security"] = "2"
      plan.neighbor.ttlSecurityHops = 2
      plan.neighbor.isMultihop = false
      try await Rig.with(kind, plan) { rig in try await rig.isUp() }
    }
  }
}
