import Lab
import NIOCore
import Synchronization
import Testing

extension PeerInteropTests {
  @Suite struct Restarts {
    @Test(
      "No route is lost while the speaker is killed and returns; what is gone goes at End-of-RIB",
      arguments: RouterKind.present(.bird, .frr, .gobgp))
    func killed(kind: RouterKind) async throws {
      var plan = Plan()
      plan.peer.spec["enableGracefulRestart"] = "true"
      plan.neighbor.keepsRoutes = true
      let kept = plan.routes
      plan.manifests.addresses.append("203.0.113.99")
      let later = plan.manifests
      let leaving = plan.routes.subtracting(kept)
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(kept.union(leaving))
        try await rig.keeps(kept) {
          await rig.speaker.daemon.stop(by: .kill)
          var manifests = later
          manifests.addresses.removeLast()
          try rig.speaker.read(manifests)
          try await eventually("the router misses the speaker") {
            try await !rig.router.isEstablished("192.0.2.1")
          }
          #expect(try await Set(rig.router.routes()) == kept.union(leaving))
          try await rig.speaker.start()
          try await rig.isUp()
          try await rig.hasRoutes(kept)
        }
      }
    }

    // ExaBGP 4.2 takes every NOTIFICATION with a text for one that cannot be decoded.
    @Test(
      "The text of the farewell, and no route after it",
      arguments: RouterKind.present(.bird, .frr, .gobgp, .openbgpd))
    func shutdownText(kind: RouterKind) async throws {
      try await Rig.with(kind) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        await rig.speaker.daemon.stop(by: .terminate)
        try await eventually("the router shows the text") {
          try await rig.router.farewell(of: "192.0.2.1").contains("bellman on node-1 was stopped")
        }
        try await rig.hasRoutes([])
      }
    }

    @Test(
      "Before a planned end the routes have the community GRACEFUL_SHUTDOWN for a while",
      arguments: RouterKind.present)
    func gracefulShutdown(kind: RouterKind) async throws {
      var plan = Plan()
      plan.peer.annotations["bellman.dev/graceful-shutdown-time"] = "2s"
      try await Rig.with(kind, plan) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        async let end: Void = rig.speaker.daemon.stop(by: .terminate)
        try await rig.hasRoutes(rig.plan.routes.with { $0.communities = ["65535:0"] })
        #expect(try await rig.router.isEstablished("192.0.2.1"))
        await end
        try await rig.hasRoutes([])
      }
    }
  }
}

extension Rig {
  /// Looks while `body` runs, all the time, whether routes are there: in the router's table, and, where
  /// the router fills the kernel's, in what the kernel says of that.
  fileprivate func keeps(
    _ expected: Set<Route>, during body: @Sendable () async throws -> Void
  ) async throws {
    let monitor = Daemon(
      "ip-monitor", ["ip", "-o", "monitor", "route"], on: routerHost, folder: folder)
    try await monitor.start()
    let isOver = Mutex(false)
    async let looks = {
      var looks: [Set<Route>] = []
      repeat {
        looks.append(expected.subtracting(try await router.routes()))
      } while !isOver.withLock(\.self)
      return looks
    }()
    do {
      try await body()
      isOver.withLock { $0 = true }
    } catch {
      isOver.withLock { $0 = true }
      throw error
    }
    let missing = try await looks
    #expect(missing.count > 2)
    #expect(missing.allSatisfy { $0.isEmpty }, "\(missing)")
    let deleted = monitor.output().split(separator: "\n").filter { $0.hasPrefix("Deleted") }
    for route in expected {
      let destination = route.prefix.prefix { $0 != "/" }
      #expect(!deleted.contains { $0.contains("\(destination) ") }, "\(deleted)")
    }
    await monitor.stop(by: .kill)
  }
}
