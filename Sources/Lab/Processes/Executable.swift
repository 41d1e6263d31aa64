#if canImport(Glibc)
  import Glibc
#endif

/// Where programs are found.
enum Executable {
  /// The search path for this process's children: its own, and the folders of system programs,
  /// which the path of a plain `su` lacks.
  static let searchPath: String = {
    let own = Environment.value("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    return own + ":/usr/local/sbin:/usr/sbin:/sbin"
  }()

  /// The path of the program `name`; throws ``LabError`` with the package that has it.
  static func path(of name: String) throws -> String {
    if name.contains("/") { return name }
    for folder in searchPath.split(separator: ":") where access("\(folder)/\(name)", X_OK) == 0 {
      return "\(folder)/\(name)"
    }
    throw LabError(
      "the program \(name) is missing; install the package \(packages[name] ?? name)")
  }

  /// The Debian packages of the programs that the lab calls.
  private static let packages = [
    "bird": "bird2", "birdc": "bird2", "nft": "nftables", "ip": "iproute2",
    "arping":
      "iputils-arping", "ping": "iputils-ping", "sysctl": "procps", "setpriv": "util-linux",
  ]
}
