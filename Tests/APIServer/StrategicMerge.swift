import KubernetesClient

/// Strategic merge patches, which `kubectl apply`, `edit` and `patch` send for the kinds that
/// Kubernetes brings along: maps are merged by member, and some lists by a key of their elements.
///
/// What an API server refuses is refused: lists that are told in an order that is not that of their
/// elements, elements without their key, directives that are not known.
struct StrategicMerge {
  private static let directive = "$patch"
  private static let retainKeys = "$retainKeys"
  private static let elementOrder = "$setElementOrder/"
  private static let deletions = "$deleteFromPrimitiveList/"

  /// The object with a patch; nil where the type takes no such patches, as custom resources do not.
  static func merge(
    _ patch: JSONValue, into object: JSONValue, of type: ServedType
  ) throws(APIFailure) -> JSONValue? {
    guard let fields = PatchFields.of(type) else { return nil }
    return try merge(patch.object ?? [:], into: object.object ?? [:], fields)
  }

  // MARK: Maps

  private static func merge(
    _ patch: [String: JSONValue], into old: [String: JSONValue], _ fields: PatchFields
  ) throws(APIFailure) -> JSONValue {
    switch patch[directive] {
    case nil: break
    case .some("replace"): return withoutDirectives(.object(patch))
    case .some("delete"): return [:]
    case .some(let other): throw invalid("unknown patch type: \(String(describing: other))")
    }
    var members = try retained(patch, old)
    for (name, order) in orders(of: patch) {
      guard let order = order.array else { throw invalid("\(elementOrder)\(name): not a list") }
      let change = patch[name]
      if change == .null { continue }
      let list = try mergeList(
        change?.array ?? [], into: members[name]?.array ?? [], fields[name], order: order)
      if members[name] != nil || change != nil { members[name] = .array(list) }
    }
    for (key, change) in patch where key.hasPrefix(deletions) {
      let name = String(key.dropFirst(deletions.count))
      guard let gone = change.array else { throw invalid("\(key): not a list") }
      if let list = members[name]?.array {
        members[name] = .array(list.filter { !gone.contains($0) })
      }
    }
    for (name, change) in patch where !name.hasPrefix("$") {
      switch (change, members[name]) {
      case (.null, _): members[name] = nil
      case (.array, _) where patch[elementOrder + name] != nil: break
      case (.object(let change), .object(let old)?):
        members[name] = try merge(change, into: old, fields[name].fields)
      case (.array(let change), .array(let old)?):
        members[name] = .array(try mergeList(change, into: old, fields[name], order: nil))
      case (_, _): members[name] = withoutDirectives(change)
      }
    }
    return .object(members)
  }

  private static func orders(of patch: [String: JSONValue]) -> [(String, JSONValue)] {
    patch.filter { $0.key.hasPrefix(elementOrder) }
      .map { (String($0.key.dropFirst(elementOrder.count)), $0.value) }
  }

  /// What a map keeps of its members where the patch names those that are to stay.
  private static func retained(
    _ patch: [String: JSONValue], _ old: [String: JSONValue]
  ) throws(APIFailure) -> [String: JSONValue] {
    guard let kept = patch[retainKeys] else { return old }
    guard let kept = kept.array else { throw invalid("\(retainKeys): not a list") }
    for (name, change) in patch where !name.hasPrefix("$") && change != .null {
      guard kept.contains(.string(name)) else {
        throw invalid("\(retainKeys) lacks \(name), which the patch has")
      }
    }
    return old.filter { kept.contains(.string($0.key)) }
  }

  // MARK: Lists

  private static func mergeList(
    _ patch: [JSONValue], into old: [JSONValue], _ field: PatchFields.Field, order: [JSONValue]?
  ) throws(APIFailure) -> [JSONValue] {
    let merged: [JSONValue]
    switch field.strategy {
    case .replace: return order != nil && patch.isEmpty ? old : patch.map(withoutDirectives)
    case .set: merged = old + patch.filter { !old.contains($0) }
    case .key(let key): merged = try mergeElements(patch, into: old, key, field.fields)
    }
    let stated = patch.filter { $0[directive] == nil }
    if let order { try checkOrder(stated, order, field) }
    return try inOrder(merged, of: order ?? stated, old, field)
  }

  private static func mergeElements(
    _ patch: [JSONValue], into old: [JSONValue], _ key: String, _ fields: PatchFields
  ) throws(APIFailure) -> [JSONValue] {
    var result = old
    if patch.contains(where: { $0[directive] == "replace" }) { result = [] }
    for element in patch where element[directive] != nil {
      switch element[directive] {
      case .some("replace"): break
      case .some("delete"):
        guard let value = element[key] else { throw invalid("no \(key) in what is to go") }
        result.removeAll { $0[key] == value }
      default: throw invalid("merging lists cannot yet be specified in the patch")
      }
    }
    for element in patch where element[directive] == nil {
      guard let change = element.object, let value = change[key] else {
        throw invalid("an element of a list lacks its merge key \(key)")
      }
      if let place = result.firstIndex(where: { $0[key] == value }) {
        result[place] = try merge(change, into: result[place].object ?? [:], fields)
      } else {
        result.append(try merge(change, into: [:], fields))
      }
    }
    return result
  }

  /// The elements that the patch knows stand in its order, the others about them as before.
  private static func inOrder(
    _ list: [JSONValue], of order: [JSONValue], _ old: [JSONValue], _ field: PatchFields.Field
  ) throws(APIFailure) -> [JSONValue] {
    func place(_ element: JSONValue, _ places: [JSONValue]) -> Int? {
      places.firstIndex { field.identity(of: $0) == field.identity(of: element) }
    }
    let places = list.map { place($0, order) }
    var known = zip(list, places).compactMap { element, place in place.map { (element, $0) } }
      .sorted { $0.1 < $1.1 }.map(\.0)[...]
    var others = zip(list, places).filter { $0.1 == nil }.map(\.0)[...]
    var result: [JSONValue] = []
    while let first = others.first, let next = known.first {
      if let left = place(first, old), let right = place(next, old), left < right {
        result.append(others.removeFirst())
      } else {
        result.append(known.removeFirst())
      }
    }
    return result + known + others
  }

  private static func checkOrder(
    _ elements: [JSONValue], _ order: [JSONValue], _ field: PatchFields.Field
  ) throws(APIFailure) {
    var rest = order[...]
    for element in elements {
      while let first = rest.first, field.identity(of: first) != field.identity(of: element) {
        rest = rest.dropFirst()
      }
      guard !rest.isEmpty else {
        throw invalid("the order in the patch list does not match \(elementOrder)")
      }
    }
  }

  /// What is new takes no directives with it, nor members that are null.
  private static func withoutDirectives(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(
        members.filter { !$0.key.hasPrefix("$") && $0.value != .null }
          .mapValues(withoutDirectives))
    case .array(let items):
      .array(items.filter { $0[directive] == nil }.map(withoutDirectives))
    default: value
    }
  }

  private static func invalid(_ message: String) -> APIFailure { APIFailure.bad(message) }
}

/// How the members of a map are patched, as the tags `patchStrategy` and `patchMergeKey` in the types
/// of Kubernetes 1.32 say.
struct PatchFields: Sendable {
  enum Strategy: Hashable, Sendable {
    /// A list is replaced as a whole.
    case replace
    /// The elements of a list are merged that have the same value of this member.
    case key(String)
    /// Values are added to a list.
    case set
  }

  struct Field: Sendable {
    var strategy = Strategy.replace
    var fields = PatchFields([:])

    /// What tells an element of the list from the others.
    func identity(of element: JSONValue) -> JSONValue? {
      if case .key(let key) = strategy { element[key] } else { element }
    }
  }

  private let fields: [String: Field]

  private init(_ fields: [String: Field]) { self.fields = fields }

  subscript(name: String) -> Field { fields[name] ?? Field() }

  /// Those of a type; nil for custom resources.
  static func of(_ type: ServedType) -> PatchFields? {
    guard !type.group.contains(".") || type.group.hasSuffix(".k8s.io") else { return nil }
    return PatchFields((kinds[type.kind] ?? [:]).merging(["metadata": metadata]) { $1 })
  }

  private static func list(_ key: String, _ fields: [String: Field] = [:]) -> Field {
    Field(strategy: .key(key), fields: PatchFields(fields))
  }

  private static func map(_ fields: [String: Field]) -> Field {
    Field(fields: PatchFields(fields))
  }

  private static let metadata = map([
    "ownerReferences": list("uid"), "finalizers": Field(strategy: .set),
  ])

  private static let container: [String: Field] = [
    "ports": list("containerPort"), "env": list("name"), "volumeMounts": list("mountPath"),
    "volumeDevices": list("devicePath"),
  ]

  private static let conditions = list("type")

  private static let kinds: [String: [String: Field]] = [
    "Service": [
      "spec": map(["ports": list("port")]), "status": map(["conditions": conditions]),
    ],
    // Taints are replaced as a whole, whatever the tag of their key makes one think.
    "Node": [
      "spec": map(["podCIDRs": Field(strategy: .set)]),
      "status": map(["conditions": conditions, "addresses": list("type")]),
    ],
    "Namespace": ["status": map(["conditions": conditions])],
    "Pod": [
      "spec": map([
        "containers": list("name", container), "initContainers": list("name", container),
        "ephemeralContainers": list("name", container), "volumes": list("name"),
        "imagePullSecrets": list("name"), "hostAliases": list("ip"),
        "topologySpreadConstraints": list("topologyKey"), "schedulingGates": list("name"),
        "resourceClaims": list("name"),
      ]),
      "status": map([
        "conditions": conditions, "podIPs": list("ip"), "hostIPs": list("ip"),
      ]),
    ],
  ]
}
