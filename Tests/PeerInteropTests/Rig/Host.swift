import Foundation
import Lab
import Synchronization

/// A network namespace with its loopback interface up.
struct Host: Sendable {
  let name: String

  private static let count = Atomic<Int>(0)

  /// Makes a namespace whose name holds our process ID.
  init(_ role: String) async throws {
    let number = Self.count.add(1, ordering: .relaxed).newValue
    name = "bellman-p\(getpid())-\(number)\(role)"
    try await Command.run(["ip", "netns", "add", name])
    try await ip("link set lo up")
  }

  /// Kills what runs in the namespace, children before their parents, and removes it.
  func remove() async {
    await killAll()
    _ = try? await Command.run(["ip", "netns", "del", name])
  }

  /// Kills what runs in the namespace.
  func killAll() async {
    let pids = (try? await Command.run(["ip", "netns", "pids", name])) ?? ""
    for pid in pids.split(whereSeparator: \.isWhitespace).compactMap({ pid_t($0) }).reversed() {
      kill(pid, SIGKILL)
    }
  }

  /// Runs `ip` for this namespace.
  @discardableResult
  func ip(_ arguments: String) async throws -> String {
    try await Command.run(["ip", "-n", name] + arguments.split(separator: " ").map(String.init))
  }

  /// Runs a command in this namespace; what it printed.
  @discardableResult
  func run(_ arguments: [String]) async throws -> String {
    try await Command.run(arguments, in: name, within: 10)
  }

  /// A counter of the kernel in this namespace, such as `TcpExtTCPMD5Failure`.
  func counter(_ name: String) async throws -> Int {
    // The first column is the name, the second the value.
    let lines = try await run(["nstat", "-asz", name]).split(separator: "\n")
    let line = lines.first { $0.hasPrefix(name) } ?? ""
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }
}
