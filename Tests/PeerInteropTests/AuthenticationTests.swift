import Lab
import NIOCore
import Testing

extension PeerInteropTests {
  /// Debian's OpenBGPD has no MD5 on Linux.
  @Suite struct Authentication {
    private static let kinds = RouterKind.present(.bird, .frr, .gobgp, .exabgp)

    @Test("The same MD5 password on both sides", arguments: kinds, [false, true])
    func samePassword(kind: RouterKind, isIPv6: Bool) async throws {
      var plan = Plan()
      plan.peer.spec["password"] = "a-secret"
      plan.neighbor.password = "a-secret"
      if isIPv6 { plan.useIPv6() }
      try await Rig.with(kind, plan) { rig in
        try await rig.isUp()
        let address = rig.plan.neighbor.address
        #expect(try await rig.router.isEstablished(address))
        // Without the option the kernel would have dropped what we send.
        #expect(try await rig.routerHost.counter("TcpExtTCPMD5NotFound") == 0)
      }
    }

    @Test(
      "With another password, or none, no session comes up", arguments: kinds,
      ["another", nil])
    func otherPassword(kind: RouterKind, password: String?) async throws {
      var plan = Plan()
      plan.peer.spec["password"] = password
      plan.neighbor.password = "a-secret"
      try await Rig.with(kind, plan) { rig in
        let counter = password == nil ? "TcpExtTCPMD5NotFound" : "TcpExtTCPMD5Failure"
        try await eventually("the router's kernel drops what we send", within: .seconds(15)) {
          try await rig.routerHost.counter(counter) >= 3
        }
        #expect(try await !rig.router.isEstablished("192.0.2.1"))
        #expect(try await rig.router.routes().isEmpty)
      }
    }
  }
}
