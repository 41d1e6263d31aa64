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
    names(in: directory).filter { $0.hasSuffix(".sock") }.map { "\(directory)/\($0)" }
  }

  /// What a folder holds, sorted by name; empty where there is none.
  private static func names(in directory: String) -> [String] {
    guard let stream = opendir(directory) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
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
