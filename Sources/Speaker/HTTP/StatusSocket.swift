import LinuxIO
import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// Where a speaker's status socket is.
public enum StatusSocket {
  /// The folder of the sockets of all speakers of this machine.
  public static let directory = "/run/bellman"

  /// The socket of the speaker of `node` unless told otherwise.
  public static func path(node: String) -> String { "\(directory)/\(node).sock" }

  /// Whether a speaker of `node` runs or ran on this machine.
  public static func exists(node: String) -> Bool { all().contains(path(node: node)) }

  /// The sockets of the speakers that run or ran on this machine, sorted by name.
  public static func all() -> [String] { sockets(in: directory) }

  /// The sockets in a folder, sorted by name; empty where it is none.
  public static func sockets(in directory: String) -> [String] {
    let names = (try? DirectoryListing.names(in: directory)) ?? []
    return names.filter { $0.hasSuffix(".sock") }.map { "\(directory)/\($0)" }
  }

  /// The process that listens on the unix socket `path`, by its number in the process namespace of the
  /// caller; nil where nobody listens, or the process is not to be seen there.
  public static func process(at path: String) -> Int32? {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
    let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let isConnected = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    // Process, user and group (unix(7)).
    var credentials: [Int32] = [0, 0, 0]
    var length = socklen_t(MemoryLayout<Int32>.stride * credentials.count)
    guard isConnected,
      getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0,
      credentials[0] > 0
    else { return nil }
    return credentials[0]
  }

  /// Whether anybody listens on the unix socket `path`, a speaker or not. One that was left behind is
  /// in nobody's use.
  static func isInUse(_ path: String) async -> Bool {
    let connection = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.seconds(1))
      .connect(unixDomainSocketPath: path).get()
    try? await connection?.close()
    return connection != nil
  }
}
