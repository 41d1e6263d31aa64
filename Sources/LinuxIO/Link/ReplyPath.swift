import LinkLayer
import NIOCore
import Synchronization

/// What the capture thread and the control loop share: the table that replies are decided by.
///
/// The control loop replaces the whole value; the capture thread copies it, which takes two reference
/// counts, and decides without a lock. So the locks are held for nanoseconds, and never across a
/// system call. A reply that was being decided during a replacement may still leave after it.
final class ReplyPath: Sendable {
  private let responder: Mutex<Responder>
  private let counters = Mutex(ResponderCounters())

  init(_ responder: Responder) { self.responder = Mutex(responder) }

  func replace(_ responder: Responder) { self.responder.withLock { $0 = responder } }

  func reply(to frame: RawSpan) -> ByteBuffer? {
    let answer = responder.withLock { $0 }.answer(frame)
    counters.withLock { $0.count(answer) }
    guard case .reply(let frame, _) = answer else { return nil }
    return frame
  }

  var statistics: ResponderCounters { counters.withLock { $0 } }
}
