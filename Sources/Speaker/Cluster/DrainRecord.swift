import KubernetesClient
import Resources
import Status

/// What the API server knows of the drain of a node: an annotation of the node's BellmanSpeaker. It
/// outlives the speaker's pod and disk.
enum DrainRecord {
  /// Holds since when the node is drained; is not there where it is not.
  static let annotation = "bellman.dev/drained-since"

  /// What is asked for: the object of one node.
  static func selection(node: String, _ options: ClusterOptions) -> Selection {
    Selection(
      WrittenObjects.speakerType, namespace: options.namespace,
      fieldSelector: "metadata.name=\(node)", pruned: [["status"]])
  }

  /// Since when the node of an object is drained; nil where it is not. Text that cannot be read counts:
  /// to take addresses against the will of somebody who drained the node is worse than to take none.
  static func read(_ object: KubernetesObject) -> Timestamp? {
    let metadata = (try? JSONValue(parsing: object.json))?["metadata"]
    guard let text = metadata?["annotations"]?[annotation]?.string else { return nil }
    return Timestamp(text) ?? .now
  }
}

extension ControlLoop {
  /// Goes on with a drain that an earlier speaker of this node had begun, and whose state directory is
  /// gone; returns whether there was none yet.
  func resumeDrain(since: Timestamp) -> Bool {
    guard drain == nil, !isStopping else { return false }
    // It is kept by the API server, should the file not be.
    try? drainFile.write(since: since)
    setDrain(Drain(goingOnSince: since))
    return true
  }
}
