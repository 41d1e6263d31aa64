import LinuxIO
import NIOCore
public import Status

extension Timestamp {
  /// The wall clock's time.
  public static var now: Timestamp {
    Timestamp(secondsSince1970: WallClock.read().seconds)
  }

  /// The wall clock's time at `deadline`, which may lie in the past or in the future.
  init(_ deadline: NIODeadline) {
    let distance = (deadline - .now()).nanoseconds
    let wall = WallClock.read()
    let (seconds, nanoseconds) = (wall.nanoseconds + distance).quotientAndRemainder(
      dividingBy: 1_000_000_000)
    self.init(secondsSince1970: wall.seconds + seconds - (nanoseconds < 0 ? 1 : 0))
  }
}

extension Moment {
  /// The wall clock's time.
  public static var now: Moment {
    let (seconds, nanoseconds) = WallClock.read()
    return Moment(millisecondsSince1970: seconds * 1000 + nanoseconds / 1_000_000)
  }
}
