import NIOCore
import Synchronization

/// Keeps the frames that a capture saw.
final class FrameLog: Sendable {
  private let kept: Mutex<[ByteBuffer]> = Mutex([])

  var frames: [ByteBuffer] { kept.withLock(\.self) }

  /// Keeps a frame, and answers nothing.
  func append(_ frame: RawSpan) -> ByteBuffer? {
    kept.withLock { frames in
      frames.append(frame.withUnsafeBytes { ByteBuffer(bytes: $0) })
    }
    return nil
  }
}
