import KubernetesClient
import Resources

/// The pod of a speaker, as far as it says how to ask it.
struct SpeakerPod: Hashable, Sendable {
  let name: ObjectName
  /// Empty while it has none.
  let node: String
  /// Whether its containers were started.
  let runs: Bool
  /// Such as `Pending`.
  let phase: String
  /// The container port that is named `status`; nil where there is none.
  let port: UInt16?

  /// What `object`, a Pod, says; nil where it is none.
  init?(_ object: KubernetesObject) {
    guard let value = try? JSONValue(parsing: object.json) else { return nil }
    name = object.name
    node = value["spec"]?["nodeName"]?.string ?? ""
    phase = value["status"]?["phase"]?.string ?? "Unknown"
    runs = phase == "Running"
    let ports = (value["spec"]?["containers"]?.array ?? []).flatMap { $0["ports"]?.array ?? [] }
    port = ports.first { $0["name"]?.string == "status" }?["containerPort"]?.integer
      .flatMap { UInt16(exactly: $0) }
  }

  /// What is not needed of a Pod.
  static let pruned = [
    ["metadata", "annotations"], ["metadata", "ownerReferences"], ["spec", "volumes"],
    ["spec", "tolerations"], ["spec", "affinity"], ["status", "conditions"],
    ["status", "containerStatuses"],
  ]
}
