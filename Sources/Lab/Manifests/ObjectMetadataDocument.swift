import Resources
import Yams

/// `metadata` as the API server shows it. What changes from run to run in a cluster is fixed here,
/// so that the same objects give the same text.
enum ObjectMetadataDocument {
  static func document(_ metadata: ObjectMetadata) -> Yams.Node {
    var pairs: [(Yams.Node, Yams.Node)] = [
      ("creationTimestamp", .quoted("2026-01-05T08:00:00Z"))
    ]
    if metadata.isBeingDeleted {
      pairs.append(("deletionTimestamp", .quoted("2026-01-05T09:00:00Z")))
    }
    if !metadata.labels.isEmpty { pairs.append(("labels", .strings(metadata.labels))) }
    pairs.append(("name", Yams.Node(metadata.name.name)))
    if !metadata.name.namespace.isEmpty {
      pairs.append(("namespace", Yams.Node(metadata.name.namespace)))
    }
    pairs.append(("resourceVersion", .quoted("1000")))
    return Yams.Node(pairs)
  }
}
