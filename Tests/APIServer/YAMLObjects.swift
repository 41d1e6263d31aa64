public import KubernetesClient
import Yams

/// Objects that are written in YAML, as kubectl would send them.
public enum YAMLObjects {
  /// The objects of all documents, those of lists one by one.
  public static func read(_ text: String) throws -> [JSONValue] {
    var objects: [JSONValue] = []
    for node in try Yams.compose_all(yaml: text) {
      let value = value(of: node)
      if value["kind"]?.string?.hasSuffix("List") ?? false, let items = value["items"]?.array {
        objects += items
      } else if let items = value.array {
        objects += items
      } else if value.object != nil {
        objects.append(value)
      }
    }
    return objects
  }

  private static func value(of node: Yams.Node) -> JSONValue {
    switch node {
    case .mapping(let mapping):
      var members: [String: JSONValue] = [:]
      for (key, value) in mapping { members[key.string ?? ""] = self.value(of: value) }
      return .object(members)
    case .sequence(let sequence): return .array(sequence.map(value))
    case .scalar(let scalar):
      let isQuoted = [.singleQuoted, .doubleQuoted, .literal, .folded].contains(scalar.style)
      if isQuoted { return .string(scalar.string) }
      if scalar.string.isEmpty || ["~", "null"].contains(scalar.string) { return .null }
      if let value = ["true": true, "false": false][scalar.string] { return .boolean(value) }
      return Int64(scalar.string).map(JSONValue.integer) ?? .string(scalar.string)
    default: return .null
    }
  }
}

extension ServedType {
  /// The type of an object; nil where the server does not know it.
  public init?(of object: JSONValue) {
    let found = Self.all.first {
      $0.apiVersion == object["apiVersion"]?.string && $0.kind == object["kind"]?.string
    }
    guard let found else { return nil }
    self = found
  }
}
