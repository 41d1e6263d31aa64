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

/// A command that was to succeed and did not.
struct CommandFailure: Error, CustomStringConvertible {
  let command: String
  let status: Int32
  let output: String
  var description: String { "'\(command)' ended with \(status): \(output)" }
}

/// Runs a command that has to succeed; what it printed. Words are separated by single spaces.
@discardableResult
func run(_ command: String) throws -> String {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command.split(separator: " ").map(String.init)
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  let output = String(decoding: data, as: UTF8.self)
  guard process.terminationStatus == 0 else {
    throw CommandFailure(command: command, status: process.terminationStatus, output: output)
  }
  return output
}

/// Asks again every 10 ms until `condition` holds; false after `seconds`.
func eventually(within seconds: Double = 20, _ condition: () throws -> Bool) rethrows -> Bool {
  let end = Date() + seconds
  while Date() < end {
    if try condition() { return true }
    usleep(10_000)
  }
  return try condition()
}
