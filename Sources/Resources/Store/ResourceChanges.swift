/// What a change of files changed in truth: objects whose value is the same are not in it.
public struct ResourceChanges: Hashable, Sendable {
  /// The services.
  public var services: ObjectChanges<Service, ObjectName>
  /// The EndpointSlices.
  public var endpointSlices: ObjectChanges<EndpointSlice, ObjectName>
  /// The nodes, by name.
  public var nodes: ObjectChanges<Node, String>
  /// The configuration to use from now on; nil when it stays as it is.
  public var configuration: Configuration?

  /// Changes with these values.
  public init(
    services: ObjectChanges<Service, ObjectName> = .init(),
    endpointSlices: ObjectChanges<EndpointSlice, ObjectName> = .init(),
    nodes: ObjectChanges<Node, String> = .init(), configuration: Configuration? = nil
  ) {
    self.services = services
    self.endpointSlices = endpointSlices
    self.nodes = nodes
    self.configuration = configuration
  }

  /// Whether nothing changed.
  public var isEmpty: Bool {
    services.isEmpty && endpointSlices.isEmpty && nodes.isEmpty && configuration == nil
  }
}

/// The changes of one kind, both lists sorted by name.
public struct ObjectChanges<Object: Hashable & Sendable, Name: Hashable & Sendable>:
  Hashable, Sendable
{
  /// The objects that are new or differ from what they were.
  public var upserted: [Object]
  /// The names of the objects that are gone.
  public var removed: [Name]

  /// Changes with these values.
  public init(upserted: [Object] = [], removed: [Name] = []) {
    self.upserted = upserted
    self.removed = removed
  }

  /// Whether nothing changed.
  public var isEmpty: Bool { upserted.isEmpty && removed.isEmpty }
}
