#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs recursive work on a stack of known size, whatever the size of the caller's.
///
/// The caller waits for the end, so the call is as pure as the work is.
enum DeepStack {
  /// Suffices for the deepest document that libyaml accepts; only what is used takes memory.
  private static let size = 16 << 20

  /// The system gave no thread.
  struct Unavailable: Error {}

  private final class Work<Result: Sendable> {
    let body: () -> Result
    var result: Result?

    init(_ body: @escaping () -> Result) { self.body = body }
  }

  private final class Job {
    let run: () -> Void

    init(_ run: @escaping () -> Void) { self.run = run }
  }

  /// The result of `body`, which runs to its end before this returns.
  static func run<Result: Sendable>(_ body: () -> Result) throws(Unavailable) -> Result {
    try withoutActuallyEscaping(body) { (body) throws(Unavailable) -> Result in
      let work = Work(body)
      var attributes = pthread_attr_t()
      guard pthread_attr_init(&attributes) == 0 else { throw Unavailable() }
      defer { pthread_attr_destroy(&attributes) }
      guard pthread_attr_setstacksize(&attributes, size) == 0 else { throw Unavailable() }
      var thread = pthread_t()
      // The thread takes over this reference; a C function pointer can capture nothing.
      let job = Unmanaged.passRetained(Job { work.result = work.body() })
      let status = pthread_create(
        &thread, &attributes,
        { argument in
          if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run() }
          return nil
        }, job.toOpaque())
      guard status == 0 else {
        job.release()
        throw Unavailable()
      }
      guard pthread_join(thread, nil) == 0, let result = work.result else { throw Unavailable() }
      return result
    }
  }
}
