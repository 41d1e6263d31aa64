import Status

/// What an operator should know whose election counts on nodes that may have no speaker.
enum UnheardWitnesses {
  /// The most names that are told.
  private static let limit = 10

  /// The problem of a node of whose `count` witnesses these were never heard, although their nodes are
  /// known for long; nil where more than two thirds were.
  static func problem(node: String, unheard: [String], of count: Int) -> Problem? {
    guard unheard.count * 3 > count else { return nil }
    let names = unheard.sorted().prefix(limit).joined(separator: ", ")
    let more = unheard.count > limit ? " and \(unheard.count - limit) more" : ""
    return Problem(
      severity: .warning, object: "Node \(node)",
      message:
        "no speaker was ever heard of \(unheard.count) of the \(count) nodes that witness for "
        + "this one: \(names)\(more); start a speaker there, or let it through to the peer port, or "
        + "say with --speaker-node-selector on all nodes which ones have a speaker")
  }

  /// The problem of a node that its own selector leaves out.
  static func exclusion(node: String) -> Problem {
    Problem(
      severity: .error, object: "Node \(node)",
      message:
        "this node has a speaker and labels for which --speaker-node-selector says that it has "
        + "none, so that the other speakers do not listen to it; label the node, change the "
        + "selector on all nodes, or end the speaker here")
  }
}
