public import NIOCore
import Synchronization

/// Until when this node may answer for any address at all.
///
/// Whoever keeps the lease moves its end from a thread of its own, without a hop; the capture threads
/// look at it before each answer. A process that is paused, or cut off from those who grant the lease,
/// so falls silent by itself.
public final class ReplyLease: Sendable {
  private static let unlimited = UInt64.max

  private let nanoseconds = Atomic<UInt64>(unlimited)

  /// A lease without an end.
  public init() {}

  /// The time on the clock of leases, which goes on while the machine is suspended (CLOCK_BOOTTIME).
  public static var now: NIODeadline { BootClock.now() }

  /// The end of the lease on the clock of ``now``; nil when it has none. From any thread.
  public var end: NIODeadline? {
    let nanoseconds = nanoseconds.load(ordering: .acquiring)
    return nanoseconds == Self.unlimited ? nil : .uptimeNanoseconds(nanoseconds)
  }

  /// Moves the end of the lease, in either direction; nil takes the limit away. From any thread.
  public func setEnd(_ end: NIODeadline?) {
    nanoseconds.store(end?.uptimeNanoseconds ?? Self.unlimited, ordering: .releasing)
  }
}
