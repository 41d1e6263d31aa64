import KubernetesClient
import NIOCore
import Resources

/// Decides when the objects of nodes that are gone are cleared, and by whom: by the first node by name
/// whose speaker lives, once for each node that goes and once for whatever went before it was the
/// first.
///
/// A value without clock or I/O of its own.
struct Cleaning {
  /// Objects to look for.
  struct Sweep: Hashable {
    /// What selects them.
    var selector: String
    /// The nodes whose objects stay, as values of the label; nil where all that is found goes.
    var staying: Set<String>?
    /// The nodes that are there, as values of the label: that they are drained is not forgotten.
    var known: Set<String> = []

    /// Whether an object that was found is to go.
    func concerns(_ object: KubernetesObject) -> Bool {
      let metadata = (try? JSONValue(parsing: object.json))?["metadata"]
      let node = metadata?["labels"]?[WrittenObjects.nodeLabel]?.string
      if let node, known.contains(node),
        metadata?["annotations"]?[DrainRecord.annotation] != nil
      {
        return false
      }
      guard let staying else { return true }
      return node.map { !staying.contains($0) } ?? false
    }
  }

  /// For how long a node may be not Ready and its speaker missing before its objects are cleared. A
  /// speaker that lives on a node that is not Ready keeps them, and tells there what it announces.
  static let patience: TimeAmount = .seconds(60)

  /// For how long a speaker must be missing before its objects are cleared although its node is Ready:
  /// it crashes again and again, or it was taken off the node.
  static let patienceWithSpeakers: TimeAmount = .minutes(5)

  private var goneSince: [String: NIODeadline] = [:]
  private var missingSince: [String: NIODeadline] = [:]
  private var cleared: Set<String> = []
  private var known: Set<String> = []
  private var wasFirst = false

  /// What to look for now.
  ///
  /// - Parameters:
  ///   - nodes: whether each node is Ready
  ///   - missing: the nodes whose speakers are not heard
  ///   - isFirst: whether this node is the first whose speaker lives
  mutating func sweeps(
    nodes: [String: Bool], missing: Set<String> = [], isFirst: Bool, now: NIODeadline
  ) -> [Sweep] {
    let unready = Set(nodes.filter { !$0.value && missing.contains($0.key) }.keys)
    // Who hears less than half of the others is cut off, and knows nothing of their speakers.
    let missing = missing.count * 2 <= nodes.count ? missing.intersection(nodes.keys) : []
    Self.note(unready, in: &goneSince, now)
    Self.note(missing, in: &missingSince, now)
    cleared.subtract(nodes.keys.filter { !unready.contains($0) && !missing.contains($0) })
    let removed = known.subtracting(nodes.keys)
    known = Set(nodes.keys)
    let silent =
      Set(goneSince.filter { now >= $0.value + Self.patience }.keys)
      .union(missingSince.filter { now >= $0.value + Self.patienceWithSpeakers }.keys)
      .subtracting(cleared)
    defer { wasFirst = isFirst }
    cleared.formUnion(silent)
    // Whoever is first sees to them.
    guard isFirst else { return [] }
    if !wasFirst {
      let staying = nodes.keys.filter { !cleared.contains($0) }.map(WrittenObjects.labelValue)
      let all = Set(nodes.keys.map(WrittenObjects.labelValue))
      return [Sweep(selector: WrittenObjects.nodeLabel, staying: Set(staying), known: all)]
    }
    return removed.union(silent).sorted().map {
      Sweep(
        selector: WrittenObjects.selector(node: $0), staying: nil,
        known: nodes[$0] == nil ? [] : [WrittenObjects.labelValue($0)])
    }
  }

  /// Keeps since when each node is one of `names`.
  private static func note(
    _ names: Set<String>, in times: inout [String: NIODeadline], _ now: NIODeadline
  ) {
    times = times.filter { names.contains($0.key) }
    for name in names where times[name] == nil { times[name] = now }
  }

  /// What was looked for last was not found out: look for everything once more.
  mutating func repeatSoon() { wasFirst = false }
}
