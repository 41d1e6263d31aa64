import Glibc
public import NIOCore

/// Tells when the files of a directory have changed, without polling.
///
/// It sees files that are written and closed, renamed, linked, removed or made readable, and the
/// `..data` link that Kubernetes swaps in a mounted ConfigMap. It does not look into subdirectories. A
/// file that is being written counts when it is closed. The directory may be removed and made again,
/// or not exist at first; its path may lead over a symbolic link whose target is replaced by renaming.
public final class DirectoryWatch: Sendable {
  /// One element for each burst of changes, after it has settled, or for several bursts that came
  /// before the last was taken. For one reader.
  public let changes: AsyncStream<Void>

  private let wakeUp: WakeUp
  private let thread: IOThread

  /// Watches the directory at `path`.
  ///
  /// - Parameters:
  ///   - path: an absolute path, or one relative to the working directory at this moment.
  ///   - settle: how long there must be no further change before one is told; a burst that does not
  ///     end is told after 20 times as long.
  public init(
    _ path: String, settle: TimeAmount = .milliseconds(50)
  ) throws(LinuxError) {
    let watched = try WatchedDirectory(path: path)
    let wakeUp = try WakeUp()
    let (changes, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let milliseconds = CInt(clamping: max(1, settle.nanoseconds / 1_000_000))
    self.wakeUp = wakeUp
    self.changes = changes
    thread = try IOThread(name: "directory") {
      var watched = watched
      while wakeUp.wait(for: watched.inotify) == .readable {
        guard watched.readEvents() else { continue }
        let latest = NIODeadline.now() + .milliseconds(Int64(milliseconds)) * 20
        while NIODeadline.now() < latest {
          let outcome = wakeUp.wait(for: watched.inotify, milliseconds: milliseconds)
          if outcome == .woken { return continuation.finish() }
          guard outcome == .readable else { break }
          _ = watched.readEvents()
        }
        continuation.yield()
      }
      continuation.finish()
    }
  }

  deinit { close() }

  /// Ends ``changes`` and the thread.
  public func close() {
    wakeUp.signal()
    thread.join()
  }
}
