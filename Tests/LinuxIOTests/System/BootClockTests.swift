import NIOCore
import Testing

@testable import LinuxIO

@Suite("times of the kernel on the clock of leases")
struct BootClockTests {
  private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private static var wall: UInt64 {
    let (seconds, nanoseconds) = WallClock.read()
    return UInt64(seconds) * 1_000_000_000 + UInt64(nanoseconds)
  }

  @Test func whatIsOldStaysOld() {
    let time = BootClock.time(ofWallClock: Self.wall - 5_000_000_000, now: Self.now)
    #expect(time <= Self.now - .seconds(5))
    #expect(time > Self.now - .seconds(50))
  }

  @Test(arguments: [61, 3600, 1_000_000] as [UInt64])
  func whatIsOlderThanAMinuteIsAMinuteOld(seconds: UInt64) {
    let time = BootClock.time(ofWallClock: Self.wall - seconds * 1_000_000_000, now: Self.now)
    #expect(time == Self.now - .seconds(60))
  }

  @Test func withoutATimeAndInTheFutureItIsNow() {
    #expect(BootClock.time(ofWallClock: 0, now: Self.now) == Self.now)
    #expect(
      BootClock.time(ofWallClock: Self.wall + 3_600_000_000_000, now: Self.now) == Self.now)
  }
}
