import Addresses
import Resources

/// The usable endpoints of one service and family, counted by node.
struct EndpointSummary: Hashable, Sendable {
  /// The endpoints of one node.
  struct OnNode: Hashable, Sendable {
    let node: String
    /// R(n) of the tables: ready ones, also those that terminate.
    var ready = 0
    /// The ready ones that do not terminate.
    var settled = 0
    /// T(n) of the tables: not ready, but serving while they terminate.
    var terminating = 0
    /// Those that do not count, since the other speakers hold the node dead (row L7).
    var uncounted = 0
    /// The ready ones of these whose host answers: they serve on, by way of other nodes.
    var speakerlessReady = 0
    /// The terminating ones of these whose host answers.
    var speakerlessTerminating = 0
  }

  /// R: the ready endpoints of the whole cluster.
  private(set) var ready = 0
  /// T: those of the whole cluster that are not ready, but serve while they terminate.
  private(set) var terminating = 0
  /// Those on nodes whose speaker is gone and whose host answers: good for Cluster, not for Local.
  private(set) var speakerless = 0
  /// The nodes that have endpoints, sorted by name.
  private(set) var nodes: [OnNode] = []

  /// No endpoints.
  init() {}

  /// Sums up the slices of one service and family. An endpoint that stands in several slices, as
  /// it may while the controller rearranges them, counts once, by its best state.
  init(_ slices: some Sequence<SliceRecord>, evidence: NodeEvidence = NodeEvidence()) {
    var states: [SliceRecord.Identity: SliceRecord.State] = [:]
    for slice in slices {
      for endpoint in slice.endpoints {
        guard let state = evidence.state(of: endpoint) else { continue }
        states[endpoint.identity] = max(states[endpoint.identity] ?? state, state)
      }
    }
    var byNode: [String: OnNode] = [:]
    for (identity, state) in states {
      if let node = identity.node, let death = evidence.deaths[node] {
        var entry = byNode[node] ?? OnNode(node: node)
        entry.uncounted += 1
        if death == .speaker {
          speakerless += 1
          if state == .terminating {
            entry.speakerlessTerminating += 1
          } else {
            entry.speakerlessReady += 1
          }
        }
        byNode[node] = entry
        continue
      }
      if state == .terminating { terminating += 1 } else { ready += 1 }
      guard let node = identity.node else { continue }
      var entry = byNode[node] ?? OnNode(node: node)
      switch state {
      case .ready:
        entry.ready += 1
        entry.settled += 1
      case .readyWhileTerminating: entry.ready += 1
      case .terminating: entry.terminating += 1
      }
      byNode[node] = entry
    }
    nodes = byNode.values.sorted { $0.node < $1.node }
  }

  /// The nodes whose endpoints do not count, since the other speakers hold them dead; sorted.
  var deadNodes: [String] { nodes.filter { $0.uncounted > 0 }.map(\.node) }

  /// Whether there is no usable endpoint.
  var isEmpty: Bool { ready == 0 && terminating == 0 }

  /// The endpoints of `node`, all counts zero where it has none.
  func onNode(_ node: String) -> OnNode {
    var low = 0
    var high = nodes.count
    while low < high {
      let middle = (low + high) / 2
      if nodes[middle].node < node { low = middle + 1 } else { high = middle }
    }
    return low < nodes.count && nodes[low].node == node ? nodes[low] : OnNode(node: node)
  }
}

/// The endpoints of one service by family.
struct ServiceEndpoints: Hashable, Sendable {
  var ipv4 = EndpointSummary()
  var ipv6 = EndpointSummary()

  subscript(family: AddressFamily) -> EndpointSummary {
    get { family == .ipv4 ? ipv4 : ipv6 }
    set {
      switch family {
      case .ipv4: ipv4 = newValue
      case .ipv6: ipv6 = newValue
      }
    }
  }
}
