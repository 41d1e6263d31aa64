import Addresses
import Testing

extension PeerInteropTests {
  /// The router dials.
  @Suite struct Listening {
    private static func plan(_ kind: RouterKind) -> Plan {
      var plan = Plan()
      plan.speakerArguments = ["--bgp-listen", "0.0.0.0", "--bgp-listen", "[::]"]
      plan.neighbor.isActive = true
      // Debian's OpenBGPD has no MD5 on Linux.
      if kind != .openbgpd {
        plan.peer.spec["password"] = "a-secret"
        plan.neighbor.password = "a-secret"
      }
      return plan
    }

    @Test("The speaker waits for the router", arguments: RouterKind.present, [false, true])
    func passive(kind: RouterKind, isIPv6: Bool) async throws {
      var plan = Self.plan(kind)
      plan.peer.annotations["bellman.dev/passive"] = "true"
      if isIPv6 { plan.useIPv6() }
      try await Rig.with(kind, plan) { rig in try await rig.hasRoutes(rig.plan.routes) }
    }

    @Test(
      "Both dial: one connection stays",
      arguments: RouterKind.present(.bird, .frr, .gobgp, .openbgpd))
    func both(kind: RouterKind) async throws {
      try await Rig.with(kind, Self.plan(kind)) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        let connections = try await rig.routerHost.run(
          ["ss", "-Htn", "state", "established", "( sport = :179 or dport = :179 )"])
        #expect(connections.split(separator: "\n").count == 1, "\(connections)")
      }
    }
  }
}
