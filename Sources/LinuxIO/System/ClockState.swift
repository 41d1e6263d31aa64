import CLinux
import Glibc

/// How well the clocks of this machine are kept.
public struct ClockState: Hashable, Sendable {
  /// Whether the kernel holds the wall clock for synchronised (adjtimex(2)).
  public var isSynchronised: Bool
  /// How far off the wall clock may be, in microseconds.
  public var maximumError: Int64
  /// For how many milliseconds the machine was suspended since its start: by so much CLOCK_BOOTTIME
  /// is ahead of CLOCK_MONOTONIC.
  public var suspended: Int64

  /// Asks the kernel.
  public static func read() throws(LinuxError) -> ClockState {
    var isSynchronised: CInt = 0
    var maximumError: Int64 = 0
    let code = clinux_clock_state(&isSynchronised, &maximumError)
    guard code == 0 else { throw LinuxError("asking for the state of the clock", code: code) }
    let ahead = milliseconds(of: CLOCK_BOOTTIME) - milliseconds(of: CLOCK_MONOTONIC)
    return ClockState(
      isSynchronised: isSynchronised != 0, maximumError: maximumError, suspended: max(0, ahead))
  }

  private static func milliseconds(of clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
