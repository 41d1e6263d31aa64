/// The namespace and name of an object; the namespace is empty for cluster-scoped kinds.
public struct ObjectName: Hashable, Sendable {
  /// The namespace, empty for a cluster-scoped object.
  public var namespace: String
  /// The name, unique within kind and namespace.
  public var name: String

  /// The name `namespace/name`.
  public init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }
}

extension ObjectName: CustomStringConvertible, Comparable {
  public var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

  public static func < (left: Self, right: Self) -> Bool {
    left.namespace == right.namespace
      ? left.name < right.name : left.namespace < right.namespace
  }
}

/// The part of Kubernetes' ObjectMeta that decides announcements.
public struct ObjectMetadata: Hashable, Sendable {
  /// Namespace and name.
  public var name: ObjectName
  /// Labels.
  public var labels: [String: String]
  /// Annotations; only those of Services are kept, without kubectl's copy of the object.
  public var annotations: [String: String]
  /// Whether `metadata.deletionTimestamp` is set.
  public var isBeingDeleted: Bool

  /// Metadata with these values.
  public init(
    name: ObjectName, labels: [String: String] = [:], annotations: [String: String] = [:],
    isBeingDeleted: Bool = false
  ) {
    self.name = name
    self.labels = labels
    self.annotations = annotations
    self.isBeingDeleted = isBeingDeleted
  }
}
