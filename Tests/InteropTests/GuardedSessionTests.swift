import Lab
import LinuxIO
import NIOCore
import Status
import Testing

extension InteropTests {
  static let guardedRouter: BirdConfiguration = {
    var router = BirdConfiguration()
    router.hasBFD = true
    return router
  }()

  /// Sessions with BFD at 50 ms × 3 and a hold time of 90 s.
  @Suite(.lab(router: guardedRouter, edit: { $0.configuration.hasBFD = true }))
  struct GuardedSessions {
    @Test func aSilentPeerIsNoticedByBFDAndItsSessionEndsAtOnce() async throws {
      let lab = try lab()
      try await eventually("BFD is up with every peer on both sides", within: .seconds(5)) {
        let peers = try await lab.status("node-1").peers
        let sessions = try await lab.router.ask("show bfd sessions")
        return peers.allSatisfy { $0.bfd?.state == "Up" }
          && sessions.split(separator: "\n").count { $0.contains(" Up ") } == 6
      }
      let start = NIODeadline.now()
      await lab.router.process.send(.stop)
      try await eventually("both sessions of node-1 are lost", within: .seconds(5)) {
        try await lab.status("node-1").peers.allSatisfy { $0.state != .established }
      }
      #expect(NIODeadline.now() - start < .seconds(3))
      for peer in try await lab.status("node-1").peers {
        let error = try #require(peer.lastError)
        #expect(error.text.hasPrefix("sent 6/10 Cease/BFD Down"), "\(error.text)")
        #expect(peer.bfd?.state == "Down")
      }
      let answer = try await lab.bellman(["explain", "203.0.113.10"], node: "node-1").output
      let cause = answer.prefix { $0 != "\n" }
      #expect(cause.contains("BFD Down") && cause.contains("(noSessionToPeer)"), "\(cause)")
      await lab.router.process.send(.continue)
      try await eventually("all is well again", within: .seconds(30)) {
        try await lab.routes() == lab.expectedRoutes()
      }
    }
  }

  /// Sessions whose routes outlive the speaker.
  @Suite(.lab(edit: { $0.configuration.hasGracefulRestart = true }), .serialized)
  struct GracefulRestarts {
    /// Whether the router has all routes of node-1 all the time, stale ones included.
    private func routesStay(
      _ lab: Lab, while body: () async throws -> Void
    ) async throws {
      let expected = try await lab.expectedRoutes().filter { $0.source.hasPrefix("node_1") }
      #expect(!expected.isEmpty)
      let watch = Task {
        var looks = 0
        while !Task.isCancelled {
          do {
            let present = try await lab.routes().filter { $0.source.hasPrefix("node_1") }
            #expect(Set(present) == Set(expected))
            looks += 1
          } catch is CancellationError {
            break
          }
          try? await Task.sleep(for: .milliseconds(20))
        }
        return looks
      }
      try await body()
      watch.cancel()
      // How often birdc can be asked in the time depends on what else runs.
      #expect(try await watch.value > 3)
    }

    @Test(arguments: [ChildProcess.Signal.kill, .terminate])
    func noRouteIsLostWhileTheSpeakerIsReplaced(_ signal: ChildProcess.Signal) async throws {
      let lab = try lab()
      try await lab.waitForSettledRoutes()
      try await routesStay(lab) {
        let speaker = try await lab.speaker("node-1")
        await speaker.send(signal)
        _ = try await speaker.waitForExit(within: .seconds(3))
        try await Task.sleep(for: .milliseconds(500))
        _ = try await lab.startSpeaker("node-1")
        try await eventually("the sessions of node-1 are back", within: .seconds(15)) {
          let peers = (try? await lab.status("node-1"))?.peers ?? []
          return !peers.isEmpty && peers.allSatisfy { $0.state == .established }
        }
        // End-of-RIB ends the restart; what was stale then would go.
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }
}
