import Lab
import Testing

extension PeerInteropTests {
  @Suite struct LargeTables {
    private static func plan(extendedMessages: Bool) -> Plan {
      var plan = Plan()
      plan.manifests.addresses = (1...400).map { "2001:db8:113::" + String($0, radix: 16) }
      if extendedMessages { plan.peer.annotations["bellman.dev/extended-messages"] = "true" }
      return plan
    }

    @Test(
      "Messages beyond 4096 octets (RFC 8654), where both sides offer them",
      arguments: RouterKind.present(.bird, .frr), [false, true])
    func extendedMessages(kind: RouterKind, areOffered: Bool) async throws {
      let plan = Self.plan(extendedMessages: areOffered)
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        if let bird = rig.router as? Bird {
          let details = try await bird.details(of: "192.0.2.1")
          // Once of its own.
          #expect(details.ranges(of: "Extended message").count == (areOffered ? 2 : 1))
        }
        if let frr = rig.router as? FRR {
          let details = try await frr.details(of: "192.0.2.1")
          #expect(
            details["neighborCapabilities"]["extendedMessage"].string
              == (areOffered ? "advertisedAndReceived" : "advertised"))
          // 237 routes have room in 4096 octets; End-of-RIB of both families comes with them.
          #expect(details["messageStats"]["updatesRecv"].int == (areOffered ? 3 : 4))
        }
      }
    }

    @Test("400 routes, packed", arguments: RouterKind.present(.gobgp, .openbgpd, .exabgp))
    func packed(kind: RouterKind) async throws {
      try await Rig.with(kind, Self.plan(extendedMessages: false)) { rig in
        try await rig.hasRoutes(rig.plan.routes)
      }
    }
  }
}
