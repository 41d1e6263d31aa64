import Lab
import NIOCore
import Testing

extension PeerInteropTests {
  /// RFC 9234, with the two that know it.
  @Suite struct Roles {
    @Test(
      "Roles that fit", arguments: RouterKind.present(.bird, .frr),
      [("customer", "provider"), ("provider", "customer"), ("peer", "peer")])
    func fitting(kind: RouterKind, roles: (ours: String, theirs: String)) async throws {
      var plan = Plan()
      plan.peer.annotations["bellman.dev/role"] = roles.ours
      plan.peer.annotations["bellman.dev/require-role"] = "true"
      plan.neighbor.role = roles.theirs
      try await Rig.with(kind, plan) { rig in
        try await rig.isUp()
        if let bird = rig.router as? Bird {
          let details = try await bird.details(of: "192.0.2.1")
          #expect(details.ranges(of: "Role: \(roles.ours)").count == (roles.ours == "peer" ? 2 : 1))
        }
        if let frr = rig.router as? FRR {
          let details = try await frr.details(of: "192.0.2.1")
          #expect(details["remoteRole"].string == roles.ours)
        }
      }
    }

    @Test("Roles that do not fit", arguments: RouterKind.present(.bird, .frr))
    func mismatch(kind: RouterKind) async throws {
      var plan = Plan()
      plan.peer.annotations["bellman.dev/role"] = "provider"
      plan.neighbor.role = "provider"
      try await Rig.with(kind, plan) { rig in
        try await eventually("the router tells of it") {
          if let bird = rig.router as? Bird {
            return try await bird.details(of: "192.0.2.1").contains("Role mismatch")
          }
          // What FRR shows of a neighbour begins later; its log has it.
          return (rig.router as? FRR)?.bgpd.output().contains("2/11") ?? false
        }
        #expect(try await !rig.router.isEstablished("192.0.2.1"))
      }
    }
  }
}
