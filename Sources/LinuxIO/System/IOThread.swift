import CLinux
import Glibc
import Synchronization

/// A thread for something that blocks in the kernel.
final class IOThread: Sendable {
  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void
    init(name: String, run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  private let thread: Mutex<pthread_t?>

  /// Starts a thread; of `name` the kernel keeps 15 octets. The thread starts in the network
  /// namespace of the caller.
  init(name: String, _ run: @escaping @Sendable () -> Void) throws(LinuxError) {
    let body = Unmanaged.passRetained(Body(name: name, run: run))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        clinux_name_thread(body.name)
        body.run()
        return nil
      }, body.toOpaque())
    guard code == 0 else {
      body.release()
      throw LinuxError("starting the thread \(name)", code: code)
    }
    self.thread = Mutex(thread)
  }

  /// Waits for the end of the thread. Only the first call waits; never call it on the thread itself.
  func join() {
    let thread = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    if let thread { pthread_join(thread, nil) }
  }
}
