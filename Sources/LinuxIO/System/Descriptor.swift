import CLinux
import Glibc

/// Owns a file descriptor and closes it at its end.
final class Descriptor: Sendable {
  let raw: CInt

  /// Takes over what a system call gave; -1 is the error of that call.
  init(_ raw: CInt, _ operation: String, remedy: String? = nil) throws(LinuxError) {
    guard raw >= 0 else { throw .last(operation, remedy: remedy) }
    self.raw = raw
  }

  deinit { close(raw) }
}

/// Wakes a thread that waits in poll(2).
struct WakeUp: Sendable {
  private let descriptor: Descriptor

  init() throws(LinuxError) {
    descriptor = try Descriptor(
      eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK)), "making an eventfd")
  }

  /// Ends every wait from now on.
  func signal() { _ = eventfd_write(descriptor.raw, 1) }

  enum Outcome: Equatable {
    case readable, timedOut, woken
  }

  /// Waits until `other` is readable, the wake-up comes, or the time is over; -1 waits for ever.
  func wait(for other: Descriptor, milliseconds: CInt = -1) -> Outcome {
    var polled = [
      pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0),
      pollfd(fd: other.raw, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let count = poll(&polled, nfds_t(polled.count), milliseconds)
      if count < 0, errno == EINTR { continue }
      if polled[0].revents != 0 || count < 0 { return .woken }
      return count == 0 ? .timedOut : .readable
    }
  }
}
