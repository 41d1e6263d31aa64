import Election
import NIOCore
import Testing

@Suite struct PanicHoldTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

  @Test func moreThanHalfAtOnceIsHeldUntilItRecovers() {
    var hold = PanicHold()
    #expect(!hold.update(bad: 0, of: 10, now: start))
    #expect(!hold.update(bad: 5, of: 10, now: start + .seconds(10)))
    #expect(hold.update(bad: 6, of: 10, now: start + .seconds(20)))
    #expect(hold.update(bad: 3, of: 10, now: start + .seconds(30)))
    #expect(!hold.update(bad: 2, of: 10, now: start + .seconds(40)))
  }

  @Test func whatTurnsBadSlowlyIsBelieved() {
    var hold = PanicHold()
    for bad in 0...10 {
      #expect(!hold.update(bad: bad, of: 10, now: start + .seconds(Int64(bad) * 30)))
    }
  }

  @Test func theAPIIsBelievedAfterTenMinutes() {
    var hold = PanicHold()
    #expect(!hold.update(bad: 0, of: 4, now: start))
    #expect(hold.update(bad: 4, of: 4, now: start + .seconds(1)))
    #expect(hold.update(bad: 4, of: 4, now: start + .minutes(9)))
    #expect(!hold.update(bad: 4, of: 4, now: start + .minutes(11)))
    #expect(!hold.update(bad: 4, of: 4, now: start + .minutes(12)))
  }
}
