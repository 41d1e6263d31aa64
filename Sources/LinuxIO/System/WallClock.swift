import Glibc

/// The wall clock, which the administrator and NTP may set at any time.
public enum WallClock {
  /// Seconds since 1970 in UTC, and the nanoseconds of the second.
  public static func read() -> (seconds: Int64, nanoseconds: Int64) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return (Int64(now.tv_sec), Int64(now.tv_nsec))
  }
}
