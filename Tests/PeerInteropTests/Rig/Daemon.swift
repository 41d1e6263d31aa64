import Foundation
import Lab
import NIOCore

/// A program that runs in a namespace and can be ended and started again. Its output is in a file of
/// the rig's folder.
actor Daemon {
  nonisolated let name: String
  private let arguments: [String]
  private let host: Host
  private nonisolated let logPath: String
  private var process: ChildProcess?

  init(_ name: String, _ arguments: [String], on host: Host, folder: URL) {
    self.name = name
    self.arguments = arguments
    self.host = host
    logPath = folder.appending(path: "\(name).output").path
  }

  /// Starts the program, which does not run.
  func start() async throws {
    process = try await ChildProcess(name: name, arguments, in: host.name, logPath: logPath)
  }

  /// Ends the program; after ten seconds, or at once if `signal` says so, by force.
  func stop(by signal: ChildProcess.Signal) async {
    await process?.stop(by: signal, within: .seconds(10))
    process = nil
  }

  /// Throws when the program has ended by itself.
  func check() async throws {
    guard let status = await process?.exitStatus else { return }
    throw LabError("\(name) ended with status \(status): \(output().suffix(2000))")
  }

  /// What the program has printed so far.
  nonisolated func output() -> String {
    (try? String(contentsOf: URL(filePath: logPath), encoding: .utf8)) ?? ""
  }

  /// Waits until `isReady`, or until the program has ended by itself.
  func wait(_ isReady: @escaping @Sendable () async throws -> Bool) async throws {
    try await eventually("\(name) answers", within: .seconds(20)) {
      try await self.check()
      return try await isReady()
    }
  }
}
