import Foundation

/// What the tests with network namespaces need of the machine.
enum Requirements {
  /// Whether those tests run. Without root they are skipped; where CI is set they run and fail.
  static let areMet = geteuid() == 0 || ProcessInfo.processInfo.environment["CI"] != nil
  static let reason = "network namespaces need root: run the tests with sudo"
}
