import LinuxIO
import NIOCore
import Resources

/// Which nodes are members of the election: those that have a speaker, and this one.
struct Membership {
  private let node: String
  private let speakerNodes: SpeakerNodes
  private var nodes: [String: Node] = [:]
  /// Since when each member is known.
  private var since: [String: NIODeadline] = [:]
  /// The nodes that have no speaker, by their labels.
  private(set) var speakerless: Set<String> = []

  /// What became of the nodes.
  struct Change {
    /// Nodes that are members, as they are now.
    var members: [Node] = []
    /// Who is a member no more.
    var left: [String] = []
    /// Whether a node was known before and has got a speaker, or has lost it, by its labels.
    var hasTurned = false
  }

  /// The members that the speaker on `node` knows.
  init(node: String, speakerNodes: SpeakerNodes) {
    self.node = node
    self.speakerNodes = speakerNodes
  }

  /// Takes in what changed of the nodes.
  mutating func update(upserted: [Node], removed: [String], now: NIODeadline) -> Change {
    var change = Change()
    for node in upserted {
      let name = node.name
      if name == self.node || speakerNodes.contain(node.metadata.labels) {
        if speakerless.remove(name) != nil { change.hasTurned = true }
        nodes[name] = node
        since[name] = since[name] ?? now
        change.members.append(node)
      } else {
        speakerless.insert(name)
        if remove(name, &change) { change.hasTurned = true }
      }
    }
    for name in removed {
      speakerless.remove(name)
      remove(name, &change)
    }
    return change
  }

  @discardableResult
  private mutating func remove(_ name: String, _ change: inout Change) -> Bool {
    guard nodes.removeValue(forKey: name) != nil else { return false }
    since[name] = nil
    change.left.append(name)
    return true
  }

  /// The members in the order of their names.
  var members: [PeerPlaneMember] {
    nodes.values.map { PeerPlaneMember(name: $0.name, addresses: $0.internalAddresses) }
      .sorted { $0.name < $1.name }
  }

  /// Whether the selector is for this node too; not so of a node that is not known.
  var selectsOwnNode: Bool {
    nodes[node].map { speakerNodes.contain($0.metadata.labels) } ?? true
  }

  /// Whether a member is known for so long that its speaker should have been heard.
  func isOverdue(_ name: String, now: NIODeadline) -> Bool {
    since[name].map { now - $0 >= Self.patience } ?? false
  }

  private static let patience = TimeAmount.seconds(60)
}
