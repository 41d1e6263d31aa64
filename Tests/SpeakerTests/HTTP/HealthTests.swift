import Dispatch
import NIOCore
import Testing

@testable import Speaker

/// Whether the control loop turns, told by its pulse.
@Suite(.serialized) struct HealthTests {
  @Test func aPulseAges() {
    let pulse = Pulse()
    let start = NIODeadline.now()
    pulse.beat(at: start)
    #expect(pulse.age(at: start) == 0)
    #expect(pulse.age(at: start + .milliseconds(1500)) == 1.5)
    #expect(!pulse.isStuck(at: start + Pulse.limit))
    #expect(pulse.isStuck(at: start + Pulse.limit + .milliseconds(1)))
    pulse.beat(at: start + .seconds(10))
    #expect(!pulse.isStuck(at: start + .seconds(12)))
    pulse.stop()
    #expect(!pulse.isStuck(at: start + .hours(1)))
  }

  /// The server answers, and says that the loop does not turn.
  @Test func aStuckLoopIsUnhealthyAlthoughTheServerAnswers() async throws {
    try await ListenRig.run(.loopback, stuckAfter: .seconds(3)) { rig in
      func health() async throws -> RawClient.Answer { try await rig.ask("/healthz") }
      #expect(try await health().status == 200)
      let release = DispatchSemaphore(value: 0)
      rig.control.eventLoop.execute { release.wait() }
      var answer = try await health()
      while answer.status == 200 {
        try await Task.sleep(for: .milliseconds(100))
        answer = try await health()
      }
      #expect(answer.status == 503)
      #expect(answer.body.hasPrefix("the control loop has not turned for "), "\(answer.body)")
      // Nor do the others wait for it.
      #expect(try await rig.ask("/readyz").status == 503)
      #expect(try await rig.ask("/metrics").status == 503)
      release.signal()
      answer = try await health()
      while answer.status != 200 {
        try await Task.sleep(for: .milliseconds(100))
        answer = try await health()
      }
    }
  }
}
