import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#endif

/// What a command that ended has said.
public struct CommandOutput: Hashable, Sendable {
  /// The exit status; 128 and the number of the signal for one that was killed, as in a shell.
  public let status: Int32
  /// Standard output.
  public let output: String
  /// Standard error.
  public let error: String
}

/// Runs commands that end by themselves.
public enum Command {
  /// Runs `arguments` and waits for the end.
  ///
  /// - Parameters:
  ///   - arguments: The program and its arguments.
  ///   - namespace: The network namespace to run in; nil for the present one.
  ///   - seconds: After so long the command is killed.
  /// - Throws: ``LabError`` when it could not be started or did not end in time. A non-zero exit
  ///   status is no error here.
  public static func output(
    _ arguments: [String], in namespace: String? = nil, within seconds: Int = 30
  ) async throws -> CommandOutput {
    let all = namespace.map { ["ip", "netns", "exec", $0] } ?? []
    return try await NIOThreadPool.singleton.runIfActive {
      try runBlocking(all + arguments, seconds: seconds)
    }
  }

  /// Runs `arguments` as ``output(_:in:within:)`` does and returns standard output; throws
  /// ``LabError`` with what the command said when its exit status is not 0.
  @discardableResult
  public static func run(
    _ arguments: [String], in namespace: String? = nil, within seconds: Int = 30
  ) async throws -> String {
    let result = try await output(arguments, in: namespace, within: seconds)
    guard result.status == 0 else {
      let said = (result.error + result.output).trimmed
      throw LabError(
        "`\(arguments.joined(separator: " "))` in \(namespace ?? "the present namespace") ended "
          + "with status \(result.status): \(said.isEmpty ? "no message" : said)")
    }
    return result.output
  }

  private static func runBlocking(_ arguments: [String], seconds: Int) throws -> CommandOutput {
    var output = try Pipe()
    var error = try Pipe()
    let pid = try Spawn.start(arguments, output: output.writeEnd, error: error.writeEnd)
    output.closeWriteEnd()
    error.closeWriteEnd()
    let deadline = NIODeadline.now() + .seconds(Int64(seconds))
    let texts = collect([output.readEnd, error.readEnd], until: deadline)
    if texts == nil { kill(pid, SIGKILL) }
    let status = try ProcessWait.untilEnd(of: pid)
    guard let texts else {
      throw LabError("`\(arguments.joined(separator: " "))` did not end within \(seconds) s")
    }
    return CommandOutput(status: status, output: texts[0], error: texts[1])
  }

  /// Reads all descriptors to their ends; nil when the deadline came first.
  private static func collect(_ descriptors: [Int32], until deadline: NIODeadline) -> [String]? {
    var bytes = descriptors.map { _ in [UInt8]() }
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while polled.contains(where: { $0.fd >= 0 }) {
      let left = (deadline - .now()).nanoseconds / 1_000_000
      guard left > 0 else { return nil }
      let ready = poll(&polled, nfds_t(polled.count), Int32(min(left, 60_000)))
      if ready < 0, errno != EINTR { return nil }
      for index in polled.indices where ready > 0 && polled[index].revents != 0 {
        let count = read(polled[index].fd, &chunk, chunk.count)
        if count > 0 {
          bytes[index].append(contentsOf: chunk[..<count])
        } else if count == 0 || errno != EINTR {
          polled[index].fd = -1
        }
      }
    }
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }
}
