import KubernetesClient

/// The form of a value, from which its OpenAPI schema is made.
indirect enum Schema: Sendable {
  case string(String)
  case choice(String, [String])
  case time(String)
  case integer(String)
  case boolean(String)
  case list(String, Schema)
  /// Members by name, those that are always there, and CEL rules with their messages.
  case object(
    String, [String: Schema], required: [String], rules: [(rule: String, message: String)] = [])

  /// The schema in OpenAPI's form, structural as custom resource definitions need it.
  var openAPI: JSONValue {
    switch self {
    case .string(let text): ["type": "string", "description": .string(text)]
    case .choice(let text, let values):
      [
        "type": "string", "description": .string(text),
        "enum": .array(values.map(JSONValue.string)),
      ]
    case .time(let text):
      ["type": "string", "format": "date-time", "description": .string(text)]
    case .integer(let text):
      ["type": "integer", "format": "int64", "minimum": 0, "description": .string(text)]
    case .boolean(let text): ["type": "boolean", "description": .string(text)]
    case .list(let text, let element):
      ["type": "array", "description": .string(text), "items": element.openAPI]
    case .object(let text, let members, let required, let rules):
      Self.object(text, members, required, rules)
    }
  }

  private static func object(
    _ text: String, _ members: [String: Schema], _ required: [String],
    _ rules: [(rule: String, message: String)]
  ) -> JSONValue {
    var object: [String: JSONValue] = [
      "type": "object", "description": .string(text),
      "properties": .object(members.mapValues(\.openAPI)),
    ]
    if !required.isEmpty { object["required"] = .array(required.map(JSONValue.string)) }
    if !rules.isEmpty {
      object["x-kubernetes-validations"] = .array(
        rules.map { ["rule": .string($0.rule), "message": .string($0.message)] })
    }
    return .object(object)
  }

  /// What of `value` is not of this form, by path; empty where all of it is.
  func violations(of value: JSONValue, at path: String = "") -> [String] {
    switch (self, value) {
    case (.string, .string), (.time, .string), (.boolean, .boolean): return []
    case (.choice(_, let values), .string(let text)):
      return values.contains(text) ? [] : ["\(path): \(text) is none of \(values)"]
    case (.integer, .integer(let number)): return number >= 0 ? [] : ["\(path): negative"]
    case (.list(_, let element), .array(let items)):
      return items.enumerated().flatMap { element.violations(of: $1, at: "\(path)[\($0)]") }
    case (.object(_, let members, let required, _), .object(let found)):
      let missing = required.filter { found[$0] == nil }.map { "\(path).\($0): missing" }
      return missing
        + found.sorted { $0.key < $1.key }.flatMap { key, value -> [String] in
          members[key]?.violations(of: value, at: "\(path).\(key)")
            ?? ["\(path).\(key): unknown field"]
        }
    default: return ["\(path): of another type"]
    }
  }
}
