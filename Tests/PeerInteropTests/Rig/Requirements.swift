import Foundation
import Lab

/// What these tests need of the machine.
enum Requirements {
  /// Whether this process is root, as one that makes network namespaces must be.
  static let isRoot = geteuid() == 0
  /// Whether a missing package is a failure and no reason to skip.
  static let isCI = Environment.isSet("CI")
  static let areMet = isRoot || isCI
  static let reason = "network namespaces need root: run the tests with sudo"

  /// Whether a program is on the search path, or at the path given.
  static func has(_ program: String) -> Bool {
    let folders = program.hasPrefix("/") ? [""] : ["/usr/local/bin/", "/usr/bin/", "/usr/sbin/"]
    return folders.contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
  }
}

/// The program under test.
enum Program {
  /// The path of `bellman`: the one built beside the tests, unless $BELLMAN names another.
  static func path() throws -> String {
    if let path = Environment.value("BELLMAN") { return path }
    let own = URL(filePath: try ProgramPath.own())
    return own.deletingLastPathComponent().appending(path: "bellman").path
  }
}
