import CLinux
import Glibc
import NIOCore

/// Waits for descriptors and for one deadline, with epoll(7) and timerfd_create(2): a deadline is met
/// to the microsecond, which the milliseconds of epoll_wait(2) do not allow.
struct EventQueue: Sendable {
  private let descriptor: Descriptor
  private let timer: Descriptor
  private var armed: NIODeadline?

  private static let timerTag = UInt64.max
  /// More descriptors than these take turns.
  private static let batch = 16

  /// - Parameter countsSuspend: Whether deadlines are times of ``BootClock``, and not of
  ///   `NIODeadline.now()`.
  init(countsSuspend: Bool = false) throws(LinuxError) {
    descriptor = try Descriptor(clinux_make_epoll(), "making an epoll")
    timer = try Descriptor(
      countsSuspend ? clinux_make_boot_timer() : clinux_make_timer(), "making a timerfd")
    try add(timer, tag: Self.timerTag)
  }

  /// Watches a descriptor for being readable; `tag` is what ``wait(until:into:)`` calls it by.
  func add(_ other: Descriptor, tag: UInt64) throws(LinuxError) {
    guard clinux_watch(descriptor.raw, other.raw, tag) == 0 else {
      throw .last("watching a descriptor")
    }
  }

  /// Waits until a descriptor is readable or `deadline` has come, and replaces the content of `ready`
  /// by the tags of the readable ones. It may return early with none.
  mutating func wait(until deadline: NIODeadline?, into ready: inout [UInt64]) {
    ready.removeAll(keepingCapacity: true)
    if deadline != armed {
      armed = deadline
      clinux_set_timer(timer.raw, deadline.map { max($0.uptimeNanoseconds, 1) } ?? 0)
    }
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.batch) { tags in
      // Less than none stands for a signal.
      let count = Int(max(clinux_wait(descriptor.raw, tags.baseAddress), 0))
      for tag in tags[..<count] where tag != Self.timerTag { ready.append(tag) }
      guard tags[..<count].contains(Self.timerTag) else { return }
      var expirations: UInt64 = 0
      _ = read(timer.raw, &expirations, MemoryLayout<UInt64>.size)
      armed = nil
    }
  }
}
