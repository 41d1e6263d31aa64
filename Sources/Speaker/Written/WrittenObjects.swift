import KubernetesClient
import Resources
import Status

/// The objects that a speaker keeps on the API server: what they are called and what is in them.
struct WrittenObjects: Sendable {
  /// The node of the speaker.
  let node: String
  /// The namespace of all objects.
  let namespace: String

  /// The label that tells the objects of this node's speaker from all others.
  static let nodeLabel = "bellman.dev/node"

  /// Our own kind, one object for each node.
  static let speakerType = ResourceType(
    group: "bellman.dev", version: "v1alpha1", plural: "bellmanspeakers", kind: "BellmanSpeaker")

  /// All types.
  static let types: [ResourceType] = [
    .serviceL2Status, .serviceBGPStatus, .configurationState, speakerType,
  ]

  /// What selects the objects of `node`.
  static func selector(node: String) -> String { "\(nodeLabel)=\(labelValue(node))" }

  /// What this node's answering for a service looks like.
  func layer2(_ service: ObjectName, interfaces: [String]) -> ObjectWriter.Value {
    .init(
      labels: labels(service),
      status: [
        "node": .string(node), "serviceName": .string(service.name),
        "serviceNamespace": .string(service.namespace),
        "interfaces": .array(interfaces.map { ["name": .string($0)] }),
      ])
  }

  /// The object that says that this node answers for a service.
  func layer2Key(_ service: ObjectName) -> ObjectWriter.Key { key(.serviceL2Status, "l2", service) }

  /// What the peers that know of a service look like.
  func bgp(_ service: ObjectName, peers: [String]) -> ObjectWriter.Value {
    .init(
      labels: labels(service),
      status: [
        "node": .string(node), "serviceName": .string(service.name),
        "serviceNamespace": .string(service.namespace),
        "peers": .array(peers.map(JSONValue.string)),
      ])
  }

  /// The object that says which peers know of a service.
  func bgpKey(_ service: ObjectName) -> ObjectWriter.Key { key(.serviceBGPStatus, "bgp", service) }

  /// The object about the configuration, by the name that MetalLB's speaker gives it.
  var configurationKey: ObjectWriter.Key {
    .init(.configurationState, ObjectName(namespace: namespace, name: "speaker-\(node)"))
  }

  /// What this speaker holds of the configuration.
  ///
  /// - Parameters:
  ///   - errors: what is wrong, empty where all is in use
  ///   - since: since when it is so
  func configuration(errors: [String], since: Timestamp) -> ObjectWriter.Value {
    let isValid = errors.isEmpty
    let summary = Self.cut(errors.joined(separator: "; "), to: 1000)
    var status: [String: JSONValue] = [
      "result": isValid ? "Valid" : "Invalid",
      "conditions": [
        [
          "type": "configReconcilerValid", "status": isValid ? "True" : "False",
          "reason": isValid ? "Reconciled" : "ConfigurationError", "message": .string(summary),
          "lastTransitionTime": .string("\(since)"),
        ]
      ],
    ]
    if !isValid { status["errorSummary"] = .string(summary) }
    return .init(
      labels: ownLabels([
        "metallb.io/component-type": "speaker", "metallb.io/node-name": Self.labelValue(node),
      ]), status: .object(status))
  }

  /// The object about the speaker itself.
  var speakerKey: ObjectWriter.Key {
    .init(Self.speakerType, ObjectName(namespace: namespace, name: node))
  }

  /// What the speaker says of itself.
  func speaker(_ report: SpeakerReport) -> ObjectWriter.Value {
    .init(
      labels: ownLabels(["metallb.io/node": Self.labelValue(node)]),
      annotations: report.drainedSince.map { [DrainRecord.annotation: "\($0)"] } ?? [:],
      status: report.status)
  }

  private func labels(_ service: ObjectName) -> [String: String] {
    ownLabels([
      "metallb.io/node": Self.labelValue(node),
      "metallb.io/service-name": Self.labelValue(service.name),
      "metallb.io/service-namespace": Self.labelValue(service.namespace),
    ])
  }

  private func ownLabels(_ others: [String: String]) -> [String: String] {
    others.merging([
      "app.kubernetes.io/managed-by": "bellman", Self.nodeLabel: Self.labelValue(node),
    ]) { first, _ in first }
  }

  private func key(
    _ type: ResourceType, _ stem: String, _ service: ObjectName
  ) -> ObjectWriter.Key {
    let digest = Self.digest("\(service)/\(node)")
    return .init(type, ObjectName(namespace: namespace, name: "\(stem)-\(digest)"))
  }

  /// A name as the value of a label, which is shorter than a name may be.
  static func labelValue(_ name: String) -> String {
    name.utf8.count <= 63 ? name : "\(name.prefix(40).trimmingDots)-\(digest(name))"
  }

  /// 16 hexadecimal digits that are the same in every process (FNV-1a).
  private static func digest(_ text: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for octet in text.utf8 { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func cut(_ text: String, to length: Int) -> String {
    text.count <= length ? text : text.prefix(length - 3) + "..."
  }
}

extension Substring {
  /// Without dots and dashes at the end, which a label's value may not have before another part.
  fileprivate var trimmingDots: String {
    var text = String(self)
    while let last = text.last, last == "." || last == "-" { text.removeLast() }
    return text
  }
}
