import Addresses

extension Node {
  /// Reads `spec` and `status` of a Node.
  static func decode(from object: inout FieldReader, metadata: ObjectMetadata) -> Node {
    var node = Node(metadata: metadata, ready: .unknown)
    if var spec = object.field("spec")?.mapping() {
      spec.ignore(["configSource", "externalID", "podCIDR", "podCIDRs", "providerID"])
      node.isUnschedulable = spec.field("unschedulable")?.boolean() ?? false
      node.taints = Set(spec.field("taints")?.mappings(Self.taint) ?? [])
      spec.finish(unknown: .warning)
    }
    if var status = object.field("status")?.mapping() {
      node.read(&status)
    }
    return node
  }

  private mutating func read(_ status: inout FieldReader) {
    status.ignore([
      "allocatable", "capacity", "config", "daemonEndpoints", "declaredFeatures", "features",
      "images", "nodeInfo", "phase", "runtimeHandlers", "volumesAttached", "volumesInUse",
    ])
    for (type, conditionStatus) in status.field("conditions")?.mappings(Self.condition) ?? [] {
      switch type {
      case "Ready": ready = conditionStatus
      case "NetworkUnavailable": isNetworkUnavailable = conditionStatus == .yes
      default: break
      }
    }
    for (type, address) in status.field("addresses")?.mappings(Self.address) ?? [] {
      switch type {
      case "InternalIP": internalAddresses.append(address)
      case "ExternalIP": externalAddresses.append(address)
      default: break
      }
    }
    status.finish(unknown: .warning)
  }

  private static func taint(_ reader: inout FieldReader) -> String? {
    reader.ignore(["effect", "timeAdded", "value"])
    let key = reader.required("key", "the key of a taint")?.text("the key of a taint")
    reader.finish(unknown: .warning)
    return key
  }

  private static func condition(_ reader: inout FieldReader) -> (String, ConditionStatus)? {
    reader.ignore([
      "lastHeartbeatTime", "lastTransitionTime", "message", "observedGeneration", "reason",
    ])
    let type = reader.required("type", "such as Ready")?.text("the type of a condition")
    let status = reader.required("status", "True, False or Unknown")?.choice(ConditionStatus.self)
    reader.finish(unknown: .warning)
    guard let type, let status else { return nil }
    return (type, status)
  }

  /// An address with its type; nil of a name.
  private static func address(_ reader: inout FieldReader) -> (String, IPAddress)? {
    let type = reader.required("type", "such as InternalIP")?.text("the type of an address")
    let field = reader.required("address", "an address")
    reader.finish(unknown: .warning)
    guard let type, ["InternalIP", "ExternalIP"].contains(type), let address = field?.address()
    else { return nil }
    return (type, address)
  }
}
