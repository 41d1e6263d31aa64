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
  }
}
