/// What is known of an `apiVersion` and `kind`.
enum KnownKind: Equatable {
  /// A kind that is decoded, in this version of its group.
  case decoded(ResourceKind, version: String)
  /// An object that has nothing to do with announcements.
  case other
  /// A list without items.
  case list
  /// Something that is probably a mistake.
  case problem(Diagnostic.Severity, field: String, message: String)

  /// What is known of `kind` in `apiVersion`.
  init(apiVersion: String, kind: String) {
    let parts = apiVersion.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let group = parts.count == 2 ? String(parts[0]) : ""
    let version = String(parts.last ?? "")
    if let known = ResourceKind(rawValue: kind) {
      self = Self.check(known, group: group, version: version, apiVersion: apiVersion)
    } else if kind.hasSuffix("List"), Self.isCoreList(kind) {
      self = .list
    } else if group == "metallb.io" {
      self = Self.unknownMetalLBKind(kind)
    } else if group.isEmpty, !Self.coreKinds.contains(kind) {
      let hint = NearestName.of(kind, in: Self.coreKinds).map { "; did you mean \($0)?" } ?? ""
      self = .problem(
        .warning, field: "kind",
        message: "\(apiVersion.printable) has no kind \"\(kind.printable)\"\(hint)")
    } else {
      self = .other
    }
  }

  private static func check(
    _ kind: ResourceKind, group: String, version: String, apiVersion: String
  ) -> KnownKind {
    if group == kind.group, kind.versions.contains(version) {
      return .decoded(kind, version: version)
    }
    // Other makers have kinds of these names too: Knative a Service, Calico a BGPPeer.
    let isForeign =
      group != kind.group && group.contains(".") && !group.hasSuffix(".k8s.io")
      && group != "metallb.io"
    if isForeign { return .other }
    return .problem(
      .error, field: "apiVersion",
      message: "expected \(kind.apiVersion) for kind \(kind.rawValue), "
        + "found \"\(apiVersion.printable)\"")
  }

  private static func unknownMetalLBKind(_ kind: String) -> KnownKind {
    if kind == "AddressPool" {
      return .problem(
        .error, field: "kind",
        message: "AddressPool is gone from MetalLB since 0.14; "
          + "write an IPAddressPool and an L2Advertisement or a BGPAdvertisement")
    }
    if statusKinds.contains(kind) || kind.hasSuffix("List") { return .other }
    let names = ResourceKind.allCases.filter { $0.group == "metallb.io" }.map(\.rawValue)
    let hint = NearestName.of(kind, in: names).map { "; did you mean \($0)?" } ?? ""
    return .problem(
      .error, field: "kind",
      message: "metallb.io has no kind \"\(kind.printable)\"\(hint)")
  }

  /// Kinds of MetalLB and of its operator that tell the speaker nothing.
  private static let statusKinds: Set<String> = [
    "ConfigurationState", "MetalLB", "ServiceBGPStatus", "ServiceL2Status",
  ]

  /// The kinds of the core group.
  private static let coreKinds = [
    "Binding", "ComponentStatus", "ConfigMap", "Endpoints", "Event", "LimitRange", "List",
    "Namespace", "Node", "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate",
    "ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount",
  ]

  private static func isCoreList(_ kind: String) -> Bool {
    kind == "List" || coreKinds.contains(String(kind.dropLast("List".count)))
  }
}
