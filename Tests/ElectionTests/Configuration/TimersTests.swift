import Election
import NIOCore
import Testing

@Suite struct TimersTests {
  @Test(arguments: Profile.allCases) func profilesAreValid(_ profile: Profile) throws {
    let timers = Timers(profile)
    try timers.validate()
    // The lease ends before a witness promises, also when the clocks differ by two percent.
    #expect(timers.lease.nanoseconds * 102 / 100 < timers.silence.nanoseconds)
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let change: @Sendable (inout Timers) -> Void
    let reason: String
    var testDescription: String { reason }
  }

  @Test(arguments: [
    Refused(
      change: { $0.heartbeatInterval = .milliseconds(5) },
      reason: "heartbeatInterval is 5 ms and must be from 10 ms to 2000 ms"),
    Refused(
      change: { $0.heartbeatInterval = .milliseconds(200) },
      reason: "silence is 500 ms and must be at least 3 x heartbeatInterval (600 ms)"),
    Refused(
      change: { $0.stalledSilence = .milliseconds(400) },
      reason: "stalledSilence is 400 ms and must be at least silence (500 ms)"),
    Refused(
      change: { $0.settling = .milliseconds(700) },
      reason: "settling is 700 ms and must be at least promiseLifetime and 5 % (840 ms)"),
    Refused(
      change: { $0.promiseLifetime = .milliseconds(300) },
      reason: "promiseLifetime is 300 ms and must be at least 800 ms (800 ms)"),
    Refused(
      change: { $0.quarantine = .milliseconds(900) },
      reason: "quarantine is 900 ms and must be at least settling (1000 ms)"),
    Refused(
      change: { $0.handOverOverlap = .milliseconds(150) },
      reason: "handOverOverlap is 150 ms and must be from 10 ms to 100 ms"),
    Refused(
      change: { $0.beaconInterval = .milliseconds(900) },
      reason: "beaconInterval is 900 ms and must be from 100 ms to 500 ms"),
    Refused(
      change: { $0.wireEvidence = .milliseconds(600) },
      reason: "wireEvidence is 600 ms and must be at least 2 x beaconInterval (1000 ms)"),
  ])
  func whatBreaksTheProofIsRefused(_ row: Refused) {
    var timers = Timers()
    row.change(&timers)
    let error = #expect(throws: TimersError.self) { try timers.validate() }
    #expect(error?.description.hasPrefix(row.reason) == true, "\(error?.description ?? "")")
    // The reason follows the bound.
    #expect(error?.description.contains(": ") == true)
  }
}
