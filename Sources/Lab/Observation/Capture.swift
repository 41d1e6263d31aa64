import NIOCore

/// A capture of one interface by `tcpdump`, in a file.
public struct Capture: Sendable {
  /// One packet as `tcpdump` prints it.
  public struct Packet: Hashable, Sendable {
    /// When the kernel saw it, in seconds of the epoch.
    public var time: Double
    /// The rest of tcpdump's line, link-level header included.
    public var text: String
  }

  /// Which packets are captured, seen from the interface.
  public enum Direction: String, Sendable {
    case both = "inout"
    case `in`
    case out
  }

  /// The file, in pcap format.
  public let path: String
  private let process: ChildProcess

  /// Starts a capture and waits until it runs.
  static func start(
    name: String, in machine: Machine, direction: Direction, filter: String,
    directory: RunDirectory
  ) async throws -> Capture {
    let path = directory.file("\(name).pcap")
    let process = try await ChildProcess(
      name: "tcpdump",
      [
        "tcpdump", "-i", "eth0", "-n", "-U", "--immediate-mode", "-s", "0", "-Q",
        direction.rawValue, "-Z", "root", "-w", path, filter,
      ], in: machine.namespace, logPath: directory.log("\(name).tcpdump"))
    try await eventually("tcpdump captures in \(machine.name)", within: .seconds(5)) {
      if let status = await process.exitStatus {
        throw LabError("tcpdump ended with status \(status): \(process.log().trimmed)")
      }
      return process.log().contains("listening on")
    }
    return Capture(path: path, process: process)
  }

  /// Ends the capture; what was captured stays.
  public func stop() async { await process.stop(by: .interrupt) }

  /// The packets captured so far that `filter` selects, in order. The filter is in tcpdump's
  /// language; an empty one selects all.
  public func packets(_ filter: String = "", verbose: Bool = false) async throws -> [Packet] {
    let detail = verbose ? ["-vv"] : []
    let text = try await Command.run(
      ["tcpdump", "-r", path, "-n", "-e", "-tt"] + detail + [filter])
    var packets: [Packet] = []
    for line in text.lines where !line.isEmpty {
      if let space = line.firstIndex(of: " "), let time = Double(line[..<space]) {
        packets.append(Packet(time: time, text: String(line[line.index(after: space)...])))
      } else if !packets.isEmpty {
        packets[packets.count - 1].text += "\n" + line
      }
    }
    return packets
  }
}
