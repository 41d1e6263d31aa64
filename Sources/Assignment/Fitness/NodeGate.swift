import Resources

/// What keeps a node from announcing anything at all (rows N2 to N5, N7, N8 and N14), first match
/// first.
///
/// Readiness and cordons are no gates: they only rank, see `NodeClass`.
enum NodeGate: Hashable, Sendable {
  /// N2: the exclude label, with its value.
  case excluded(label: String)
  /// N5.
  case networkUnavailable
  /// N7: `metadata.deletionTimestamp` is set.
  case beingDeleted
  /// N7: the cluster autoscaler removes the node (KEP-3836).
  case toBeDeleted
  /// N8.
  case outOfService
  /// N14, asked for by `bellman drain`.
  case draining

  static let excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers"
  static let autoscalerTaint = "ToBeDeletedByClusterAutoscaler"
  static let outOfServiceTaint = "node.kubernetes.io/out-of-service"

  /// The first gate that is closed for `node`; nil when all are open.
  init?(_ node: Node, isDraining: Bool, ignoreExcludeLabel: Bool) {
    if !ignoreExcludeLabel, let value = node.metadata.labels[Self.excludeLabel],
      !Self.isFalse(value)
    {
      self = .excluded(label: value)
    } else if node.isNetworkUnavailable {
      self = .networkUnavailable
    } else if node.metadata.isBeingDeleted {
      self = .beingDeleted
    } else if node.taints.contains(Self.autoscalerTaint) {
      self = .toBeDeleted
    } else if node.taints.contains(Self.outOfServiceTaint) {
      self = .outOfService
    } else if isDraining {
      self = .draining
    } else {
      return nil
    }
  }

  /// Whether Kubernetes reads a label's value as false: the spellings of Go's `ParseBool`.
  private static func isFalse(_ value: String) -> Bool {
    switch value {
    case "0", "f", "F", "false", "False", "FALSE": true
    default: false
    }
  }

  var reason: Reason {
    switch self {
    case .excluded: .nodeExcluded
    case .networkUnavailable: .nodeNetworkUnavailable
    case .beingDeleted, .toBeDeleted: .nodeLeaving
    case .outOfService: .nodeOutOfService
    case .draining: .nodeDraining
    }
  }

  func sentence(node: String) -> String {
    switch self {
    case .excluded(let value): "Node \(node): the label \(Self.excludeLabel) is '\(value)'"
    case .networkUnavailable: "Node \(node): the condition NetworkUnavailable is True"
    case .beingDeleted: "Node \(node): metadata.deletionTimestamp is set"
    case .toBeDeleted: "Node \(node): spec.taints has \(Self.autoscalerTaint)"
    case .outOfService: "Node \(node): spec.taints has \(Self.outOfServiceTaint)"
    case .draining: "Node \(node) is being drained by 'bellman drain'"
    }
  }
}

extension NodeClass {
  /// The class of a node by its `Ready` condition and its cordon.
  init(_ node: Node) {
    self =
      switch node.ready {
      case .yes: node.isUnschedulable ? .cordoned : .ready
      case .unknown: .readinessUnknown
      case .no: .notReady
      }
  }
}
