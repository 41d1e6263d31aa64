/// How a node is gone, as the other speakers see it.
public enum PeerDeath: Hashable, Sendable {
  /// Its speaker is silent; its host answers, and goes on forwarding.
  case speaker
  /// Its host is silent too.
  case host
}

/// What is known of nodes apart from the endpoints themselves, and decides which of these count
/// (rows L7 and L8).
struct NodeEvidence: Hashable, Sendable {
  /// For so long what was last good counts on a node that is Ready=Unknown and alive, in seconds.
  static let patience: Int64 = 300
  /// An endpoint and its node may be told of in either order, within these seconds.
  static let disorder: Int64 = 10
  /// What turned bad in these seconds before a hold is held too.
  static let holdReach: Int64 = 60

  /// The present time in seconds; it never goes back.
  private(set) var now: Int64 = 0
  /// The nodes that the other speakers hold dead.
  var deaths: [String: PeerDeath] = [:]
  /// Since when nodes are Ready=Unknown.
  var unknownSince: [String: Int64] = [:]
  /// Until when nodes that are bad were good: Ready, and with a network.
  var goodUntil: [String: Int64] = [:]
  /// Since when fitness is held at its last good state.
  var heldSince: Int64?

  /// The state that an endpoint counts with; nil when it does not count.
  func state(of endpoint: SliceRecord.Endpoint) -> SliceRecord.State? {
    if let state = endpoint.state { return state }
    guard let until = endpoint.readyUntil else { return nil }
    if isHeld(until) { return .ready }
    guard let node = endpoint.identity.node, let since = unknownSince[node] else { return nil }
    return until >= since - Self.disorder && now - since < Self.patience ? .ready : nil
  }

  /// Whether a node counts as good although the API calls it bad.
  func isHeldGood(_ node: String) -> Bool { goodUntil[node].map(isHeld) ?? false }

  private func isHeld(_ goodUntil: Int64) -> Bool {
    heldSince.map { goodUntil >= $0 - Self.holdReach } ?? false
  }

  /// Lets time pass, and says on which nodes the patience ended.
  mutating func advance(to time: Int64) -> [String] {
    guard time > now else { return [] }
    let before = now
    now = time
    return unknownSince.filter {
      before - $0.value < Self.patience && time - $0.value >= Self.patience
    }.keys.sorted()
  }
}
