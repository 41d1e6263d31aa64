/// One line of `birdc show protocols`.
public struct BirdProtocol: Hashable, Sendable {
  /// The name, such as `node_1_v4`.
  public var name: String
  /// The kind, such as `BGP`.
  public var kind: String
  /// `up`, `start` or `down`.
  public var state: String
  /// When it came into this state, in seconds of the epoch. BIRD reckons it anew for each answer:
  /// a millisecond more or less is no change.
  public var since: Double
  /// What BIRD adds: `Established`, `Passive`, or the last error.
  public var info: String

  /// Whether it is a session that is up.
  public var isEstablished: Bool { info == "Established" }

  /// Parses the answer to `show protocols`.
  public static func parse(_ text: String) -> [BirdProtocol] {
    text.lines.compactMap { line in
      let words = line.split(separator: " ")
      // Name, kind, table, state, date, time, and the rest.
      guard words.count >= 6, let since = Timestamp.seconds("\(words[4]) \(words[5])") else {
        return nil
      }
      return BirdProtocol(
        name: String(words[0]), kind: String(words[1]), state: String(words[3]),
        since: since, info: words[6...].joined(separator: " "))
    }
  }
}
