import KubernetesClient

extension JSONValue {
  /// This value with a JSON merge patch (RFC 7396).
  func merged(_ patch: JSONValue) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var members = object ?? [:]
    for (key, change) in changes {
      members[key] = change == .null ? nil : (members[key] ?? .null).merged(change)
    }
    return .object(members)
  }

  /// This object with `value` at `path`; nil removes it.
  func setting(_ path: [String], _ value: JSONValue?) -> JSONValue {
    guard let first = path.first else { return value ?? .null }
    var members = object ?? [:]
    let rest = Array(path.dropFirst())
    if rest.isEmpty {
      members[first] = value
    } else if value != nil || members[first] != nil {
      members[first] = (members[first] ?? [:]).setting(rest, value)
    }
    return .object(members)
  }

  /// The value at `path`.
  func at(_ path: [String]) -> JSONValue? { path.reduce(Optional(self)) { $0?[$1] } }

  /// The paths of all values that are no objects; lists count as one value.
  func leaves(below path: [String] = []) -> Set<[String]> {
    guard case .object(let members) = self, !members.isEmpty else { return [path] }
    return members.reduce(into: []) { $0.formUnion($1.value.leaves(below: path + [$1.key])) }
  }
}

/// Server-side apply, with maps by member and lists as one.
struct FieldOwners: Sendable {
  /// The leaves that each manager has applied or written.
  private(set) var owned: [String: Set<[String]>] = [:]

  private static let identity: Set<[String]> = [
    ["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"],
    ["metadata", "resourceVersion"], ["metadata", "uid"], ["metadata", "managedFields"],
  ]

  /// The object after `manager` applied `applied`.
  mutating func apply(
    _ applied: JSONValue, to object: JSONValue?, manager: String, force: Bool
  ) throws -> JSONValue {
    var result = object ?? [:]
    // An empty object takes nothing away from one that is there.
    let paths = applied.leaves().subtracting(Self.identity)
      .filter { applied.at($0) != [:] || object?.at($0)?.object == nil }
    var causes: [JSONValue] = []
    for (other, fields) in owned.sorted(by: { $0.key < $1.key }) where other != manager {
      for path in fields.intersection(paths).sorted(by: { $0.lexicographicallyPrecedes($1) })
      where result.at(path) != applied.at(path) {
        causes.append([
          "reason": "FieldManagerConflict", "field": .string("." + path.joined(separator: ".")),
          "message": .string("conflict with \"\(other)\""),
        ])
        if force { owned[other]?.remove(path) }
      }
    }
    if !force, !causes.isEmpty {
      throw APIFailure.conflict("Apply failed with \(causes.count) conflict(s)", causes: causes)
    }
    for path in (owned[manager] ?? []).subtracting(paths)
    where !owned.contains(where: { $0.key != manager && $0.value.contains(path) }) {
      result = result.setting(path, nil)
    }
    for path in paths { result = result.setting(path, applied.at(path)) }
    for path in Self.identity where result.at(path) == nil {
      if let value = applied.at(path) { result = result.setting(path, value) }
    }
    owned[manager] = paths
    return result
  }

  /// Notes what `manager` changed by other means.
  mutating func note(_ manager: String, from old: JSONValue?, to new: JSONValue) {
    let changed = new.leaves().subtracting(Self.identity).filter { old?.at($0) != new.at($0) }
    for other in owned.keys where other != manager { owned[other]?.subtract(changed) }
    owned[manager, default: []].formUnion(changed)
  }

  /// The `managedFields` of the object, in the form of the API.
  var managedFields: JSONValue {
    .array(
      owned.sorted { $0.key < $1.key }.map { manager, paths in
        let fields = paths.reduce(JSONValue.object([:])) { fields, path in
          fields.setting(path.map { "f:\($0)" }, [:])
        }
        return [
          "manager": .string(manager), "operation": "Apply", "fieldsType": "FieldsV1",
          "fieldsV1": fields,
        ]
      })
  }
}
