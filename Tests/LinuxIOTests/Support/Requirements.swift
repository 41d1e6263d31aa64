import Foundation

/// What the tests with network namespaces need of the machine.
enum Requirements {
  /// Whether those tests run. Without root they are skipped; where CI is set they run and fail.
  static let areMet = geteuid() == 0 || isCI
  static let reason = "network namespaces need root: run the tests with sudo"

  /// Whether FRR is there.
  static let haveFRR =
    areMet && (isCI || FileManager.default.isExecutableFile(atPath: FRR.program("bfdd")))
  static let reasonForFRR = "this needs root and the package frr"

  private static let isCI = ProcessInfo.processInfo.environment["CI"] != nil
}
