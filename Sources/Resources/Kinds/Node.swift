public import Addresses

/// A Kubernetes Node (v1), as far as it decides announcements.
public struct Node: Hashable, Sendable {
  /// The status of a node condition.
  public enum ConditionStatus: String, Hashable, Sendable, CaseIterable {
    case yes = "True"
    case no = "False"
    case unknown = "Unknown"
  }

  /// Name and labels.
  public var metadata: ObjectMetadata
  /// `spec.unschedulable`: the node is cordoned.
  public var isUnschedulable: Bool
  /// The keys of `spec.taints`.
  public var taints: Set<String>
  /// The `Ready` condition; `unknown` where absent.
  public var ready: ConditionStatus
  /// Whether the `NetworkUnavailable` condition is `True`.
  public var isNetworkUnavailable: Bool
  /// The addresses of type `InternalIP`.
  public var internalAddresses: [IPAddress]
  /// The addresses of type `ExternalIP`.
  public var externalAddresses: [IPAddress]

  /// The node's name.
  public var name: String { metadata.name.name }

  /// A node with these values.
  public init(
    metadata: ObjectMetadata, isUnschedulable: Bool = false, taints: Set<String> = [],
    ready: ConditionStatus = .yes, isNetworkUnavailable: Bool = false,
    internalAddresses: [IPAddress] = [], externalAddresses: [IPAddress] = []
  ) {
    self.externalAddresses = externalAddresses
    self.metadata = metadata
    self.isUnschedulable = isUnschedulable
    self.taints = taints
    self.ready = ready
    self.isNetworkUnavailable = isNetworkUnavailable
    self.internalAddresses = internalAddresses
  }
}
