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
  /// The container port on which it answers; nil where there is none.
  let port: PodPort?
  /// The path of its status socket, where that is how it is asked.
  var socket = ""

  /// The names of the container port, that of TLS before that of clear text.
  static let portNames = (tls: "status-tls", clear: "status")

  /// What `object`, a Pod, says; nil where it is none.
  init?(_ object: KubernetesObject) {
    guard let value = try? JSONValue(parsing: object.json) else { return nil }
    name = object.name
    node = value["spec"]?["nodeName"]?.string ?? ""
    phase = value["status"]?["phase"]?.string ?? "Unknown"
    runs = phase == "Running"
    let ports = (value["spec"]?["containers"]?.array ?? []).flatMap { $0["ports"]?.array ?? [] }
    func number(_ name: String) -> UInt16? {
      ports.first { $0["name"]?.string == name }?["containerPort"]?.integer
        .flatMap { UInt16(exactly: $0) }
    }
    port =
      number(Self.portNames.tls).map { PodPort($0, isTLS: true) }
      ?? number(Self.portNames.clear).map { PodPort($0) }
  }

  /// Who answers on the socket at `path`: the speaker of the node after which it is named.
  init(socket path: String) {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    name = ObjectName(namespace: "", name: file)
    node = file.hasSuffix(".sock") ? String(file.dropLast(5)) : file
    runs = true
    phase = "Running"
    port = nil
    socket = path
  }

  /// What is not needed of a Pod.
  static let pruned = [
    ["metadata", "annotations"], ["metadata", "ownerReferences"], ["spec", "volumes"],
    ["spec", "tolerations"], ["spec", "affinity"], ["status", "conditions"],
    ["status", "containerStatuses"],
  ]

  /// What is not needed of a Node.
  static let prunedOfNodes = [
    ["metadata", "annotations"], ["metadata", "managedFields"], ["spec"], ["status"],
  ]
}
