/// Something that holds for nodes as a whole, and may be why their announcements are as they are.
public struct ClusterCondition: Codable, Hashable, Sendable {
  /// What holds.
  public enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
    /// The nodes may not answer by layer 2: too few of their witnesses acknowledge.
    case noQuorum
    /// Others hear the node's speaker no more.
    case memberDead
    /// Others hear the node's speaker no more, and its host answers them.
    case memberStalled
    /// The nodes cannot ask the API; what they read last counts.
    case sourceUnreachable
    /// The node is drained.
    case draining
  }

  /// What holds.
  public let kind: Kind
  /// The nodes of which it holds, sorted.
  public let nodes: [String]
  /// The nodes that told it, sorted.
  public let toldBy: [String]
  /// Since when; nil where that is not known.
  public let since: Timestamp?
  /// The same in a sentence for people, without its full stop.
  public let sentence: String

  /// What speakers said of themselves and of each other, the worst first.
  static func list(of told: [String: SpeakerSummary.Condition]) -> [Self] {
    var found: [Self] = []
    func note(_ kind: Kind, _ nodes: [String], _ words: String) {
      guard !nodes.isEmpty else { return }
      found.append(
        Self(
          kind: kind, nodes: nodes.sorted(), toldBy: nodes.sorted(), since: nil,
          sentence: "\(words): \(names(nodes.sorted()))"))
    }
    func nodes(where holds: (SpeakerSummary.Condition) -> Bool) -> [String] {
      told.filter { holds($0.value) }.map(\.key)
    }
    note(.noQuorum, nodes { $0.isLeaseHeld == false }, "without a quorum of their witnesses")
    func note(_ kind: Kind, _ node: String, _ words: String, by tellers: [String]) {
      let denial = told[node] == nil ? "" : ", though it answers us"
      found.append(
        Self(
          kind: kind, nodes: [node], toldBy: tellers.sorted(), since: nil,
          sentence: "\(node) is \(words) \(tellers.count) of \(told.count) speakers\(denial)"))
    }
    let dead = Set(told.values.flatMap(\.deadMembers))
    for member in dead.sorted() {
      note(
        .memberDead, member, "held dead by", by: nodes { $0.deadMembers.contains(member) })
    }
    for member in Set(told.values.flatMap(\.stalledMembers)).subtracting(dead).sorted() {
      note(
        .memberStalled, member, "stalled, its host alone answers, as told by",
        by: nodes { $0.stalledMembers.contains(member) })
    }
    note(
      .sourceUnreachable, nodes { $0.isSourceReachable == false },
      "cannot reach the API, and go by what they read before")
    for (node, condition) in told.sorted(by: { $0.key < $1.key }) {
      guard let since = condition.drainedSince else { continue }
      found.append(
        Self(
          kind: .draining, nodes: [node], toldBy: [node], since: since,
          sentence: "\(node) is drained"))
    }
    return found
  }

  private static func names(_ nodes: [String]) -> String {
    let shown = nodes.prefix(5).joined(separator: ", ")
    return nodes.count > 5 ? "\(shown) and \(nodes.count - 5) more" : shown
  }
}
