import Addresses
import Assignment
import NIOCore
import Resources
import Status

/// What a source tells the control loop: what changed, and how the source stands now.
struct SourceUpdate: Sendable {
  /// The objects that changed.
  var changes: ResourceChanges
  /// The state of the source after the change.
  var state: SourceState
  /// Whether everything was read once; before that nothing is decided.
  var isComplete = true
  /// When the first of the changes was read.
  var receivedAt = NIODeadline.now()
}

/// How a source of objects stands.
struct SourceState: Sendable {
  /// How many objects are in use, by kind.
  var objects: [String: Int] = [:]
  /// All that is wrong in it at present.
  var problems: [Diagnostic] = []
  /// Those of ``problems`` that are about no object: what cannot be read at present, by the name of the
  /// stream or of the directory in place of a file.
  var obstacles: [Diagnostic] = []
  /// Those of ``problems`` that are about the objects on the disk.
  var diskProblems: [Diagnostic] = []
  /// When the source was last known to be well, where its objects were read from disk since it cannot be
  /// reached; nil otherwise.
  var objectsAsOf: Timestamp?
  /// What is wrong with the objects of the configuration, and not with the way to them.
  var configurationErrors: [Diagnostic] = []
  /// What was counted since the start, by name.
  var counters: [String: UInt64] = [:]

  /// What is followed, where the source does not say it itself.
  var streams: [StreamStatus] = []

  /// Whether the source can be asked at all.
  var isReachable = true

  /// What is wrong with objects that were read, and not with the way to them.
  var problemsOfObjects: [Diagnostic] {
    problems.filter { !obstacles.contains($0) && !diskProblems.contains($0) }
  }

  /// Whether everything in the source is in use.
  var isComplete: Bool { !problems.contains { $0.severity == .error } }
}

extension ResourceChanges {
  /// The changes of the cluster's objects as the assignment takes them in; the configuration is not
  /// among them.
  var events: [Assignment.Event] {
    var events: [Assignment.Event] = []
    events += nodes.removed.map { .nodeRemoved($0) }
    events += nodes.upserted.map { .node($0) }
    events += services.removed.map { .serviceRemoved($0) }
    events += services.upserted.map { .service($0) }
    events += endpointSlices.removed.map { .endpointSliceRemoved($0) }
    events += endpointSlices.upserted.map { .endpointSlice($0) }
    return events
  }
}
