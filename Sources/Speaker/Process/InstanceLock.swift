#if canImport(Glibc)
  import Glibc
#endif

/// Keeps a second speaker for the same node from running beside this one.
///
/// The lock is an abstract unix socket: its names live in the network namespace, which is exactly
/// the scope in which two speakers would get in each other's way, and the kernel frees it however
/// the process ends.
struct InstanceLock: ~Copyable {
  /// Why the lock could not be had.
  enum Failure: Error, CustomStringConvertible {
    case alreadyRunning(node: String)
    case system(String)

    var description: String {
      switch self {
      case .alreadyRunning(let node):
        "another speaker for node \(node) is running in this network namespace; "
          + "stop it first, or give this one another --node"
      case .system(let text):
        "cannot take the lock of this node: \(text)"
      }
    }
  }

  private let descriptor: Int32

  /// Takes the lock of `node`; throws ``Failure`` when another process holds it.
  init(node: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    // A node name may have 253 octets, a socket's name 107: the end is what tells nodes apart.
    let name = [0] + Array("bellman-speaker/".utf8) + Array(node.utf8.suffix(90))
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      path.copyBytes(from: name.prefix(capacity))
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure.system(String(cString: strerror(errno))) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard bound == 0 else {
      let code = errno
      close(descriptor)
      throw code == EADDRINUSE
        ? Failure.alreadyRunning(node: node) : Failure.system(String(cString: strerror(code)))
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
