import Election
import NIOCore
import Testing

@Suite struct PanicHoldTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  private func update(_ hold: inout PanicHold, _ bad: Int, _ total: Int, _ now: NIODeadline) -> Bool
  {
    hold.update(bad: bad, of: total, now: now)
  }

  @Test func moreThanHalfAtOnceIsHeldUntilItRecovers() {
    var hold = PanicHold()
    #expect(update(&hold, 0, 10, start) == false)
    #expect(update(&hold, 5, 10, start + .seconds(10)) == false)
    #expect(update(&hold, 6, 10, start + .seconds(20)) == true)
    #expect(update(&hold, 3, 10, start + .seconds(30)) == true)
    #expect(update(&hold, 2, 10, start + .seconds(40)) == false)
  }

  @Test func whatTurnsBadSlowlyIsBelieved() {
    var hold = PanicHold()
    for bad in 0...10 {
      #expect(update(&hold, bad, 10, start + .seconds(Int64(bad) * 30)) == false)
    }
  }

  @Test func theAPIIsBelievedAfterTenMinutes() {
    var hold = PanicHold()
    #expect(update(&hold, 0, 4, start) == false)
    #expect(update(&hold, 4, 4, start + .seconds(1)) == true)
    #expect(update(&hold, 4, 4, start + .minutes(9)) == true)
    #expect(update(&hold, 4, 4, start + .minutes(11)) == false)
    #expect(update(&hold, 4, 4, start + .minutes(12)) == false)
  }

  /// A source that tells of each endpoint by itself, thousands in a second.
  @Test func manyNewsInAShortTimeDoNotShortenTheMemory() {
    var hold = PanicHold()
    #expect(update(&hold, 0, 4000, start) == false)
    for bad in 1...2000 {
      let now = start + .seconds(1) + .milliseconds(Int64(bad))
      #expect(update(&hold, bad, 4000, now) == false)
    }
    #expect(update(&hold, 2001, 4000, start + .seconds(4)) == true)
  }
}
