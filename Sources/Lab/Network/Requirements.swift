#if canImport(Glibc)
  import Glibc
#endif

/// What a lab needs of the computer.
public enum Requirements {
  /// The programs that a lab calls.
  static let programs = [
    "ip", "sysctl", "setpriv", "nft", "bird", "birdc", "curl", "tcpdump", "ping", "arping",
  ]

  /// Throws ``LabError`` with the remedy unless this process is root and all programs are there.
  public static func check() throws {
    guard isRoot else {
      throw LabError("the lab makes network namespaces and needs root; run it as root or with sudo")
    }
    for program in programs { _ = try Executable.path(of: program) }
  }

  /// Whether this process is root.
  public static var isRoot: Bool { geteuid() == 0 }
}
