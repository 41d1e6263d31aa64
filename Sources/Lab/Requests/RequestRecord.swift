/// What became of one request of a ``RequestClient``.
public struct RequestRecord: Hashable, Sendable {
  /// How a request ended.
  public enum Outcome: String, Hashable, Sendable {
    /// A pod answered.
    case answered
    /// Nothing came within the client's patience.
    case noAnswer = "no-answer"
    /// The port was closed.
    case refused
    /// The connection broke.
    case reset
    /// The kernel knew no way, or nobody answered to ARP or NDP.
    case unreachable
  }

  /// When it began, in seconds of the epoch.
  public var startedAt: Double
  /// When it ended, in seconds of the epoch.
  public var endedAt: Double
  /// How it ended.
  public var outcome: Outcome
  /// Who answered, if anybody.
  public var reply: PodReply?

  /// A record with these values.
  public init(startedAt: Double, endedAt: Double, outcome: Outcome, reply: PodReply? = nil) {
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.outcome = outcome
    self.reply = reply
  }

  /// The line that the client prints: begin, end, outcome, and of an answer the pod and the source
  /// address that it saw.
  var line: String {
    let from = reply.map { " \($0.pod) \($0.client)" } ?? ""
    return "\(Self.text(startedAt)) \(Self.text(endedAt)) \(outcome.rawValue)\(from)\n"
  }

  /// The line that says that the client itself came to nothing for a while.
  static func stall(at time: Double, for seconds: Double) -> String {
    "\(text(time)) \(text(time + seconds)) stalled\n"
  }

  /// Reads a line; nil for one that is not of a request.
  init?(line: some StringProtocol) {
    let words = line.split(separator: " ")
    guard words.count >= 3, let start = Double(words[0]), let end = Double(words[1]),
      let outcome = Outcome(rawValue: String(words[2]))
    else { return nil }
    let reply =
      words.count < 5
      ? nil : PodReply(pod: String(words[3]), node: "", client: String(words[4]))
    self.init(startedAt: start, endedAt: end, outcome: outcome, reply: reply)
  }

  /// Microseconds are enough, and all of them are printed alike.
  private static func text(_ seconds: Double) -> String {
    let microseconds = Int64((seconds * 1e6).rounded())
    let fraction = String(microseconds % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - fraction.count)
    return "\(microseconds / 1_000_000).\(zeros)\(fraction)"
  }
}
