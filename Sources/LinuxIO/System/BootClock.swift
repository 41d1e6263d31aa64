import Glibc
import NIOCore

/// The clock of leases: it goes on while the machine is suspended (CLOCK_BOOTTIME). Its times are no
/// times of `NIODeadline.now()`, and are not to be compared with them.
enum BootClock {
  /// The present time.
  static func now() -> NIODeadline {
    .uptimeNanoseconds(nanoseconds(of: CLOCK_BOOTTIME))
  }

  /// When something happened of which the kernel told the time in nanoseconds of CLOCK_REALTIME; not
  /// after `now`, and at most a minute before. Without a time, or where the wall clock was set back
  /// meanwhile, it is `now`.
  static func time(ofWallClock time: UInt64, now: NIODeadline) -> NIODeadline {
    let wall = nanoseconds(of: CLOCK_REALTIME)
    guard time > 0, time <= wall else { return now }
    return now - .nanoseconds(Int64(min(wall - time, 60_000_000_000)))
  }

  private static func nanoseconds(of clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
