import KubernetesClient
import NIOCore
import Resources

/// Decides when the objects of nodes that are gone are cleared, and by whom: by the first living node
/// by name, once for each node that goes and once for whatever went before it was the first.
///
/// A value without clock or I/O of its own.
struct Cleaning {
  /// Objects to look for.
  struct Sweep: Hashable {
    /// What selects them.
    var selector: String
    /// The nodes whose objects stay, as values of the label; nil where all that is found goes.
    var staying: Set<String>?

    /// Whether an object that was found is to go.
    func concerns(_ object: KubernetesObject) -> Bool {
      guard let staying else { return true }
      let labels = (try? JSONValue(parsing: object.json))?["metadata"]?["labels"]
      guard let node = labels?[WrittenObjects.nodeLabel]?.string else { return false }
      return !staying.contains(node)
    }
  }

  /// For how long a node may be not Ready before its objects are cleared. Its speaker may well live:
  /// it then writes its objects again, and they stay, for a node is cleared once only.
  static let patience: TimeAmount = .seconds(60)

  private var goneSince: [String: NIODeadline] = [:]
  private var cleared: Set<String> = []
  private var known: Set<String> = []
  private var wasFirst = false

  /// What to look for now.
  ///
  /// - Parameters:
  ///   - nodes: whether each node is Ready
  ///   - isFirst: whether this node is the first of those
  mutating func sweeps(nodes: [String: Bool], isFirst: Bool, now: NIODeadline) -> [Sweep] {
    for (name, isReady) in nodes {
      if isReady {
        goneSince[name] = nil
        cleared.remove(name)
      } else if goneSince[name] == nil {
        goneSince[name] = now
      }
    }
    let removed = known.subtracting(nodes.keys)
    known = Set(nodes.keys)
    for name in goneSince.keys where nodes[name] == nil { goneSince[name] = nil }
    let silent = goneSince.filter { now >= $0.value + Self.patience && !cleared.contains($0.key) }
    defer { wasFirst = isFirst }
    guard isFirst else {
      // Whoever is first sees to them.
      cleared.formUnion(silent.keys)
      return []
    }
    cleared.formUnion(silent.keys)
    if !wasFirst {
      let staying = nodes.keys.filter { !cleared.contains($0) }.map(WrittenObjects.labelValue)
      return [Sweep(selector: WrittenObjects.nodeLabel, staying: Set(staying))]
    }
    return removed.union(silent.keys).sorted().map {
      Sweep(selector: WrittenObjects.selector(node: $0), staying: nil)
    }
  }

  /// What was looked for last was not found out: look for everything once more.
  mutating func repeatSoon() { wasFirst = false }
}
