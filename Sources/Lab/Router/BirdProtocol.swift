/// One line of `birdc show protocols`.
public struct BirdProtocol: Hashable, Sendable {
  /// The name, such as `node_1_v4`.
  public var name: String
  /// The kind, such as `BGP`.
  public var kind: String
  /// `up`, `start` or `down`.
  public var state: String
  /// When it came into this state, to the millisecond, as BIRD prints it.
  public var since: String
  /// What BIRD adds: `Established`, `Passive`, or the last error.
  public var info: String

  /// Whether it is a session that is up.
  public var isEstablished: Bool { info == "Established" }

  /// Parses the answer to `show protocols`.
  public static func parse(_ text: String) -> [BirdProtocol] {
    text.lines.compactMap { line in
      let words = line.split(separator: " ")
      // Name, kind, table, state, date, time, and the rest.
      guard words.count >= 6, words[4].first?.isNumber == true else { return nil }
      return BirdProtocol(
        name: String(words[0]), kind: String(words[1]), state: String(words[3]),
        since: "\(words[4]) \(words[5])", info: words[6...].joined(separator: " "))
    }
  }
}
