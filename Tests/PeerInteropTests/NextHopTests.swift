import Addresses
import Lab
import NIOCore
import Testing

extension PeerInteropTests {
  @Suite struct NextHops {
    @Test(
      "IPv4 routes with IPv6 next hops (RFC 8950), on a node without IPv4",
      arguments: RouterKind.present(.bird, .frr, .gobgp, .exabgp))
    func extended(kind: RouterKind) async throws {
      var plan = Plan()
      plan.useIPv6()
      plan.nodesHaveIPv4 = false
      plan.neighbor.hasExtendedNextHops = true
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(rig.plan.routes.with { $0.nextHop = "2001:db8::1" })
      }
    }

    @Test("A session on an interface without addresses", arguments: RouterKind.present(.frr))
    func unnumbered(kind: RouterKind) async throws {
      var plan = Plan()
      plan.peer.spec["peerAddress"] = nil
      plan.peer.spec["dualStackAddressFamily"] = nil
      plan.peer.spec["peerASN"] = nil
      plan.peer.spec["dynamicASN"] = "external"
      plan.peer.spec["interface"] = "eth0"
      plan.nodesHaveIPv4 = false
      plan.neighbor.address = "eth0"
      try await Rig.with(kind, plan) { rig in
        try await rig.isUp(within: .seconds(30))
        try await eventually("both routes are there, by link-local next hops") {
          let routes = try await rig.router.routes()
          let prefixes = Set(routes.map(\.prefix))
          return prefixes == Set(rig.plan.routes.map(\.prefix))
        }
        try await eventually("the kernel sends IPv4 by a neighbour of IPv6") {
          let route = try await rig.routerHost.ip("route show 203.0.113.10")
          return route.contains("via inet6 fe80::") && route.contains("dev eth0")
        }
      }
    }
  }
}
