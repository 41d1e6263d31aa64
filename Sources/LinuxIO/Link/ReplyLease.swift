public import Addresses
public import NIOCore
import Synchronization

/// Until when this node may answer for any address at all, and for which ones it may not.
///
/// Whoever keeps the lease moves its end from a thread of its own, without a hop; the capture threads
/// look at it before each answer. A process that is paused, or cut off from those who grant the lease,
/// so falls silent by itself.
///
/// A process that wakes up gets its lease back before the control loop has worked off what happened
/// meanwhile, with tables that still hold what others have taken. So an address that is lost is
/// silenced here, by the same thread and before the lease goes on.
public final class ReplyLease: Sendable {
  private static let unlimited = UInt64.max

  private let nanoseconds = Atomic<UInt64>(unlimited)
  private let silenced = Mutex<Set<IPAddress>>([])

  /// A lease without an end.
  public init() {}

  /// The time on the clock of leases, which goes on while the machine is suspended (CLOCK_BOOTTIME).
  public static var now: NIODeadline { BootClock.now() }

  /// The end of the lease on the clock of ``now``; nil when it has none. From any thread.
  public var end: NIODeadline? {
    let nanoseconds = nanoseconds.load(ordering: .acquiring)
    return nanoseconds == Self.unlimited ? nil : .uptimeNanoseconds(nanoseconds)
  }

  /// From now on nothing is said for this address, whatever the tables hold. From any thread.
  public func silence(_ address: IPAddress) {
    silenced.withLock { _ = $0.insert(address) }
  }

  /// Ends ``silence(_:)``; the tables decide again. From any thread.
  public func allow(_ address: IPAddress) {
    silenced.withLock { _ = $0.remove(address) }
  }

  /// Whether ``silence(_:)`` holds for this address. From any thread.
  public func isSilenced(_ address: IPAddress) -> Bool {
    silenced.withLock { !$0.isEmpty && $0.contains(address) }
  }

  /// Moves the end of the lease, in either direction; nil takes the limit away. From any thread.
  public func setEnd(_ end: NIODeadline?) {
    nanoseconds.store(end?.uptimeNanoseconds ?? Self.unlimited, ordering: .releasing)
  }
}
