import CLinux
import Synchronization

/// Messages of other threads for one that waits in epoll(7).
final class Mailbox<Message: Sendable>: Sendable {
  /// Readable while there are messages.
  let descriptor: Descriptor

  private struct Contents {
    var messages: [Message] = []
    var lost: UInt64 = 0
  }

  private let contents = Mutex(Contents())
  private let limit: Int

  /// - Parameter limit: The most messages that wait; others are lost.
  init(limit: Int = .max) throws(LinuxError) {
    self.limit = limit
    descriptor = try Descriptor(
      eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK)), "making an eventfd")
  }

  /// Messages that found no room.
  var lost: UInt64 { contents.withLock { $0.lost } }

  /// Adds a message where there is room; never waits for the reader.
  func post(_ message: Message) {
    let hasRoom = contents.withLock { contents in
      guard contents.messages.count < limit else {
        contents.lost &+= 1
        return false
      }
      contents.messages.append(message)
      return true
    }
    if hasRoom { _ = eventfd_write(descriptor.raw, 1) }
  }

  /// Takes the messages, in the order in which they were posted, and leaves those beyond `count`.
  func take(atMost count: Int = .max) -> [Message] {
    var posted: eventfd_t = 0
    _ = eventfd_read(descriptor.raw, &posted)
    let (taken, isEmpty) = contents.withLock { contents in
      let taken = Array(contents.messages.prefix(count))
      if taken.count == contents.messages.count {
        contents.messages = []
      } else {
        contents.messages.removeFirst(taken.count)
      }
      return (taken, contents.messages.isEmpty)
    }
    if !isEmpty { _ = eventfd_write(descriptor.raw, 1) }
    return taken
  }
}
