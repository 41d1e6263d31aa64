/// How well a node's endpoints serve an address; lower is better (rows L1, L3 and L6).
public enum EndpointClass: UInt8, Hashable, Sendable, CaseIterable, Comparable {
  /// Ready local endpoints under Local; any usable endpoint anywhere under Cluster.
  case ready = 0
  /// Local endpoints that are ready although they terminate (`publishNotReadyAddresses`).
  case readyWhileTerminating = 1
  /// Only terminating local endpoints, while the whole cluster has no ready one.
  case terminating = 2

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// How well a node is suited to take an address; lower is better (rows N9, N10 and N12).
public enum NodeClass: UInt8, Hashable, Sendable, CaseIterable, Comparable {
  /// `Ready` is `True`.
  case ready = 0
  /// `Ready` is `True`, but the node is cordoned.
  case cordoned = 1
  /// `Ready` is `Unknown`.
  case readinessUnknown = 2
  /// `Ready` is `False`.
  case notReady = 3

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The first criterion of the ranking.
///
/// A node that says itself that it is not ready comes after all others (row N9). Among the others
/// the endpoints count first, because they are what a client reaches, then the state of the node.
public struct FitnessClass: Hashable, Sendable, Comparable {
  /// The class of the endpoints.
  public let endpoints: EndpointClass
  /// The class of the node.
  public let node: NodeClass

  /// The class of a node in state `node` with these endpoints.
  public init(endpoints: EndpointClass, node: NodeClass) {
    self.endpoints = endpoints
    self.node = node
  }

  /// The place of the class in the order of all classes; lower is better.
  var order: UInt8 { (node == .notReady ? 12 : 0) + endpoints.rawValue * 4 + node.rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.order < right.order }
}

extension FitnessClass: CustomStringConvertible {
  public var description: String {
    let node =
      switch node {
      case .ready: "ready"
      case .cordoned: "cordoned"
      case .readinessUnknown: "readiness unknown"
      case .notReady: "not ready"
      }
    return switch endpoints {
    case .ready: node
    case .readyWhileTerminating: "\(node), endpoints ready while terminating"
    case .terminating: "\(node), endpoints only terminating"
    }
  }
}
