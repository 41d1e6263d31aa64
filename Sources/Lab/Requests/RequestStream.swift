public import Addresses
import NIOCore

/// A running ``RequestClient`` in a namespace of the lab.
public struct RequestStream: Sendable {
  private let process: ChildProcess
  private let topology: Topology

  fileprivate init(process: ChildProcess, topology: Topology) {
    self.process = process
    self.topology = topology
  }

  /// What became of the requests that have ended so far, in the order of their ends.
  public func records() -> [RequestRecord] {
    process.log().lines.compactMap { RequestRecord(line: $0) }
  }

  /// What the client saw from `start` to `end`, in seconds of the epoch.
  public func seen(from start: Double, to end: Double) -> RequestSummary {
    RequestSummary(records(), from: start, to: end, in: topology)
  }

  /// The same once all of those requests have come to an end.
  func summary(from start: Double, to end: Double) async throws -> RequestSummary {
    try await eventually("the client's requests have ended", within: .seconds(10)) {
      // Whatever began before that had an end, by the client's patience at the latest.
      records().last.map { $0.endedAt > end + 1 } ?? false
    }
    return seen(from: start, to: end)
  }

  /// Ends the client.
  public func stop() async { await process.stop() }
}

/// What a client saw of a service during some time.
public struct RequestSummary: Hashable, Sendable {
  /// The longest time without an answer, in seconds. An answer that came late, because something
  /// was sent again, ends no gap that newer requests have ended already.
  public let longestGap: Double
  /// How many requests that began in that time had no good end, by how they ended.
  public let failed: [RequestRecord.Outcome: Int]
  /// How many requests that ended in that time were answered.
  public let answered: Int
  /// The nodes by which the answered requests came, each time that another one followed.
  public let nodes: [String]

  /// Sums up `records` from `start` to `end`, in seconds of the epoch.
  init(_ records: [RequestRecord], from start: Double, to end: Double, in topology: Topology) {
    var last = start
    var gap = 0.0
    var answered = 0
    var failed: [RequestRecord.Outcome: Int] = [:]
    var nodes: [String] = []
    for record in records.sorted(by: { $0.endedAt < $1.endedAt }) {
      if record.outcome != .answered {
        if (start...end).contains(record.startedAt) { failed[record.outcome, default: 0] += 1 }
        continue
      }
      guard (start...end).contains(record.endedAt) else { continue }
      answered += 1
      gap = max(gap, record.endedAt - last)
      last = record.endedAt
      let source = record.reply.flatMap { IPAddress($0.client) }
      if let node = source.flatMap(topology.forwarder), nodes.last != node { nodes.append(node) }
    }
    longestGap = max(gap, end - last)
    self.answered = answered
    self.failed = failed
    self.nodes = nodes
  }

  /// How many requests had no good end.
  public var failureCount: Int { failed.values.reduce(0, +) }

  /// A sentence or two for people.
  var text: String {
    let kinds = failed.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
    return "longest time without an answer: \(Int((longestGap * 1000).rounded())) ms\n"
      + "requests: \(answered) answered by way of \(nodes.joined(separator: ", then ")); "
      + (failureCount == 0 ? "none failed" : "\(failureCount) failed (\(kinds))")
  }
}

extension Topology {
  /// The node that hides clients behind `address`: its own on the segment, or on its pod network.
  func forwarder(_ address: IPAddress) -> String? {
    node(address: address)
      ?? pods.first { .v4($0.gatewayIPv4) == address || .v6($0.gatewayIPv6) == address }?.node
  }
}

extension Lab {
  /// Starts a client that asks the port 80 of `address` without pause, until it is stopped or the lab
  /// ends, and waits for its first answer.
  public func startRequests(
    to address: IPAddress, transport: RequestClient.Transport = .tcp, from machine: Machine
  ) async throws -> RequestStream {
    let process = try await ChildProcess(
      name: "client of \(address)",
      [
        options.binary, "lab-client", "--address", "\(address)", "--transport", transport.rawValue,
      ], in: machine.namespace, logPath: logPath(of: machine, "requests"))
    let stream = RequestStream(process: process, topology: topology)
    addObserver { await stream.stop() }
    try await eventually("the client has an answer of \(address)") {
      if let status = await process.exitStatus {
        throw LabError("the client ended with status \(status): \(process.log().trimmed)")
      }
      return stream.records().contains { $0.outcome == .answered }
    }
    return stream
  }
}
