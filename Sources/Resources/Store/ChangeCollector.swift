/// Gathers changes by kind.
struct ChangeCollector {
  private var changes = ResourceChanges()

  /// Notes the new value of the object `key`; nil where it is gone. The objects of the
  /// configuration are not noted one by one.
  mutating func add(_ key: ResourceKey, _ new: Resource?) {
    switch (key.kind, new) {
    case (_, .service(let service)): changes.services.upserted.append(service)
    case (_, .endpointSlice(let slice)): changes.endpointSlices.upserted.append(slice)
    case (_, .node(let node)): changes.nodes.upserted.append(node)
    case (.service, nil): changes.services.removed.append(key.name)
    case (.endpointSlice, nil): changes.endpointSlices.removed.append(key.name)
    case (.node, nil): changes.nodes.removed.append(key.name.name)
    default: break
    }
  }

  /// The changes, sorted by name.
  func sorted() -> ResourceChanges {
    var result = changes
    result.services.upserted.sort { $0.metadata.name < $1.metadata.name }
    result.services.removed.sort()
    result.endpointSlices.upserted.sort { $0.metadata.name < $1.metadata.name }
    result.endpointSlices.removed.sort()
    result.nodes.upserted.sort { $0.name < $1.name }
    result.nodes.removed.sort()
    return result
  }
}
