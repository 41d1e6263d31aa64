import Lab
import NIOCore
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
        let watch = try await RouteWatch.start(rig, expecting: kept)
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
        try await watch.finish()
      }
    }

    @Test("The text of the farewell, and no route after it", arguments: RouterKind.present)
    func shutdownText(kind: RouterKind) async throws {
      try await Rig.with(kind) { rig in
        try await rig.hasRoutes(rig.plan.routes)
        await rig.speaker.daemon.stop(by: .terminate)
        try await eventually("the router shows the text", within: .seconds(5)) {
          try await rig.router.farewell(of: "192.0.2.1").contains("bellman on node-1 was stopped")
        }
        try await rig.hasRoutes([])
      }
    }
  }
}

/// Looks all the time whether routes are there: at the router's table, and at what the kernel says
/// of its own where the router fills that.
private struct RouteWatch {
  private let looks: Task<Int, any Error>
  private let monitor: Daemon
  private let expected: Set<Route>

  static func start(_ rig: Rig, expecting expected: Set<Route>) async throws -> RouteWatch {
    let monitor = Daemon(
      "ip-monitor", ["ip", "-o", "monitor", "route"], on: rig.routerHost, folder: rig.folder)
    try await monitor.start()
    let looks = Task {
      var count = 0
      while !Task.isCancelled {
        let missing = expected.subtracting(try await rig.router.routes())
        #expect(missing.isEmpty, "look \(count)")
        count += 1
        try? await Task.sleep(for: .milliseconds(20))
      }
      return count
    }
    return RouteWatch(looks: looks, monitor: monitor, expected: expected)
  }

  func finish() async throws {
    looks.cancel()
    #expect(try await looks.value > 10)
    let deleted = monitor.output().split(separator: "\n").filter { $0.hasPrefix("Deleted") }
    for route in expected {
      let destination = route.prefix.prefix { $0 != "/" }
      #expect(!deleted.contains { $0.contains("\(destination) ") }, "\(deleted)")
    }
    await monitor.stop(by: .kill)
  }
}
