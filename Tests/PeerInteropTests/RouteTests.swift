import Lab
import NIOCore
import Testing

extension PeerInteropTests {
  @Suite struct Routes {
    @Test("Standard and large communities", arguments: RouterKind.present)
    func communities(kind: RouterKind) async throws {
      var plan = Plan()
      plan.manifests.advertisement["communities"] =
        "[\"64512:100\", \"64512:7\", \"large:64512:1:100\", \"large:64512:4294967295:0\"]"
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(
          rig.plan.routes.with {
            $0.communities = ["64512:100", "64512:7"]
            $0.largeCommunities = ["64512:1:100", "64512:4294967295:0"]
          })
      }
    }

    @Test(
      "Within the AS: an empty path and the local preference", arguments: RouterKind.present)
    func localPreference(kind: RouterKind) async throws {
      var plan = Plan()
      plan.useInternalPeer()
      plan.manifests.advertisement["localPref"] = "150"
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(
          rig.plan.routes.with {
            $0.asPath = []
            $0.localPreference = 150
          })
      }
    }

    @Test("A peer of whatever other AS", arguments: RouterKind.present)
    func externalAS(kind: RouterKind) async throws {
      var plan = Plan()
      plan.peer.spec["peerASN"] = nil
      plan.peer.spec["dynamicASN"] = "external"
      plan.router.localAS = 4_200_000_123
      try await Rig.with(kind, plan) { rig in try await rig.hasRoutes(rig.plan.routes) }
    }

    @Test("A peer of our AS, which the configuration does not name", arguments: RouterKind.present)
    func internalAS(kind: RouterKind) async throws {
      var plan = Plan()
      plan.useInternalPeer()
      plan.peer.spec["peerASN"] = nil
      plan.peer.spec["dynamicASN"] = "internal"
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(
          rig.plan.routes.with {
            $0.asPath = []
            $0.localPreference = 100
          })
      }
    }

    @Test("Another AS of ours for this peer, of four octets", arguments: RouterKind.present)
    func localAS(kind: RouterKind) async throws {
      var plan = Plan()
      plan.peer.spec["localASN"] = "4200000001"
      plan.neighbor.remoteAS = 4_200_000_001
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(rig.plan.routes.with { $0.asPath = [4_200_000_001] })
      }
    }

    @Test("MED, prepending and communities of annotations", arguments: RouterKind.present)
    func annotations(kind: RouterKind) async throws {
      var plan = Plan()
      plan.peer.annotations = [
        "bellman.dev/med": "70", "bellman.dev/communities": "64512:9",
      ]
      plan.manifests.advertisementAnnotations = [
        "bellman.dev/as-path-prepend": "2", "bellman.dev/communities": "large:64512:5:6",
      ]
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(
          rig.plan.routes.with {
            $0.asPath = [64512, 64512, 64512]
            $0.multiExitDiscriminator = 70
            $0.communities = ["64512:9"]
            $0.largeCommunities = ["64512:5:6"]
          })
      }
    }

    @Test(
      "The kernel of a router with FRR shares by endpoints", arguments: RouterKind.present(.frr))
    func linkBandwidth(kind: RouterKind) async throws {
      var plan = Plan()
      plan.nodeCount = 2
      plan.router.multipath = true
      plan.manifests.trafficPolicy = "Local"
      plan.manifests.addresses = ["203.0.113.10"]
      plan.manifests.endpoints = ["node-1", "node-2", "node-2", "node-2"]
      plan.manifests.advertisementAnnotations["bellman.dev/weight"] = "endpoints"
      plan.addSecondNode()
      try await Rig.with(kind, plan) { rig in
        let frr = try #require(rig.router as? FRR)
        // Of 256 parts, as FRR shares them out.
        try await eventually("the route has both nodes by their weights") {
          let route = try await rig.routerHost.ip("route show 203.0.113.10")
          let weights = route.split(separator: "\n").compactMap { line -> Int? in
            let words = line.split(separator: " ")
            return words.firstIndex(of: "weight").flatMap { Int(words[$0 + 1]) }
          }
          return weights.count == 2 && weights.max() == 3 * (weights.min() ?? 0)
        }
        let paths = try JSON.parse(
          try await frr.vtysh("show bgp ipv4 unicast 203.0.113.10/32 json"))["paths"].items
        #expect(
          Set(paths.compactMap { $0["extendedCommunity"]["string"].string }) == [
            "LB:64512:125000000 (1.000 Gbps)", "LB:64512:375000000 (3.000 Gbps)",
          ])
      }
    }
  }
}
