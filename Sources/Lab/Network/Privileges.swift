#if canImport(Glibc)
  import Glibc
#endif

/// Whether this process may build a lab.
public enum Privileges {
  /// Throws ``LabError`` with the remedy unless this process is root.
  public static func require() throws {
    guard isRoot else {
      throw LabError(
        "the lab builds network namespaces and needs root; run it as root or with sudo")
    }
  }

  /// Whether this process is root.
  public static var isRoot: Bool { geteuid() == 0 }
}
