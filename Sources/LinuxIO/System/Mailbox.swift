import CLinux
import Synchronization

/// Messages of other threads for one that waits in epoll(7).
final class Mailbox<Message: Sendable>: Sendable {
  /// Readable while there are messages.
  let descriptor: Descriptor

  private let messages = Mutex<[Message]>([])

  init() throws(LinuxError) {
    descriptor = try Descriptor(
      eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK)), "making an eventfd")
  }

  /// Adds a message; never waits for the reader.
  func post(_ message: Message) {
    messages.withLock { $0.append(message) }
    _ = eventfd_write(descriptor.raw, 1)
  }

  /// Takes all messages, in the order in which they were posted.
  func take() -> [Message] {
    var count: eventfd_t = 0
    _ = eventfd_read(descriptor.raw, &count)
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
