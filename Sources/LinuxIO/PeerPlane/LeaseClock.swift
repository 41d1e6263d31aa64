public import NIOCore
import Synchronization

/// Until when this node may answer for its addresses: written by the thread of the peer plane, read on
/// the capture threads before each answer, without a lock.
public final class LeaseClock: Sendable {
  private let nanoseconds: Atomic<UInt64>

  /// A lease that has ended.
  public init() { nanoseconds = Atomic(0) }

  /// The end of the lease, a time of ``BootClock``.
  public var end: NIODeadline {
    get { .uptimeNanoseconds(nanoseconds.load(ordering: .acquiring)) }
    set { nanoseconds.store(newValue.uptimeNanoseconds, ordering: .releasing) }
  }

  /// Whether the lease has not ended now.
  public var isValid: Bool { BootClock.now() < end }
}
