/// Records each change of a kernel's neighbour table with the time at which `ip monitor` heard of it.
public struct NeighbourMonitor: Sendable {
  /// One change.
  public struct Change: Hashable, Sendable {
    /// Seconds of the epoch.
    public var time: Double
    /// The entry after the change.
    public var entry: Neighbour
  }

  private let process: ChildProcess

  static func start(in machine: Machine, logPath: String) async throws -> NeighbourMonitor {
    let process = try await ChildProcess(
      name: "ip monitor", ["ip", "-ts", "monitor", "neigh"], in: machine.namespace,
      logPath: logPath)
    return NeighbourMonitor(process: process)
  }

  /// The changes so far, in order.
  public func changes() -> [Change] {
    process.log().lines.compactMap { line in
      // "[2026-01-05T08:00:00.123456] 192.0.2.9 dev eth0 lladdr 00:00:5e:00:53:0b REACHABLE"
      guard let end = line.firstIndex(of: "]"), let time = Timestamp.seconds(line[..<end]),
        let entry = Neighbour(line[line.index(after: end)...])
      else { return nil }
      return Change(time: time, entry: entry)
    }
  }

  /// Ends the recording.
  public func stop() async { await process.stop(by: .interrupt) }
}
