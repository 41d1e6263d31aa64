import CLinux
import Glibc
import Synchronization

/// The named network namespaces of `ip netns`.
public enum NetworkNamespace {
  /// Runs `body` on a thread of its own that has entered the namespace `name`, and waits for it.
  ///
  /// A namespace belongs to a thread: sockets that `body` opens and threads that it starts stay in the
  /// namespace after `run` has returned; the caller's thread never enters it. Throws ``LinuxError``
  /// when the namespace does not exist or the caller is not root, and what `body` throws.
  public static func run<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    let result = Outcome<Value>()
    let thread = try IOThread(name: "netns \(name)") {
      let code = clinux_enter_network_namespace("/run/netns/\(name)")
      let outcome: Result<Value, any Error> =
        code == 0
        ? Result { try body() }
        : .failure(LinuxError("entering the network namespace \(name)", code: code))
      result.value.withLock { $0 = outcome }
    }
    thread.join()
    guard let outcome = result.value.withLock({ $0 }) else {
      throw LinuxError("running in the network namespace \(name)", code: ECANCELED)
    }
    return try outcome.get()
  }

  private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
  }
}
