import Foundation

/// What a command printed, and how it ended.
struct CommandResult {
  let output: String
  let status: Int32
}

/// A command that was to succeed and did not.
struct CommandFailure: Error, CustomStringConvertible {
  let command: String
  let result: CommandResult
  var description: String { "'\(command)' ended with \(result.status): \(result.output)" }
}

/// Runs a command and waits for it; words are separated by single spaces.
@discardableResult
func attempt(_ command: String) throws -> CommandResult {
  try attempt(command.split(separator: " ").map(String.init))
}

/// Runs a command and waits for it.
@discardableResult
func attempt(_ arguments: [String]) throws -> CommandResult {
  let program = try ChildProgram(arguments)
  var output: [UInt8] = []
  while true {
    let more = program.read()
    if more.isEmpty { break }
    output += more
  }
  return CommandResult(output: String(decoding: output, as: UTF8.self), status: program.wait())
}

/// Runs a command that has to succeed; what it printed.
@discardableResult
func run(_ command: String) throws -> String {
  let result = try attempt(command)
  guard result.status == 0 else { throw CommandFailure(command: command, result: result) }
  return result.output
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

/// Waits.
func usleepMilliseconds(_ milliseconds: Int) { usleep(useconds_t(milliseconds * 1000)) }
