import Yams

/// A `List` of objects, as `kubectl get -o yaml` prints it.
enum ObjectList {
  static func text(_ items: [Yams.Node]) throws -> String {
    let list: Yams.Node = [
      "apiVersion": "v1",
      "items": Yams.Node(items),
      "kind": "List",
      "metadata": ["resourceVersion": .quoted("")],
    ]
    do {
      return try Yams.serialize(node: list, width: -1)
    } catch {
      throw LabError("cannot write YAML: \(error)")
    }
  }
}

extension Yams.Node {
  /// A string in quotes, for those that would otherwise be read as something else.
  static func quoted(_ text: String) -> Yams.Node {
    Yams.Node(text, Tag(.str), .doubleQuoted)
  }

  /// A mapping of strings, by key.
  static func strings(_ values: [String: String]) -> Yams.Node {
    Yams.Node(values.sorted { $0.key < $1.key }.map { (Yams.Node($0.key), Yams.Node($0.value)) })
  }

  /// `true` or `false`.
  static func bool(_ value: Bool) -> Yams.Node { Yams.Node(value ? "true" : "false") }

  /// A list of names, addresses and the like.
  static func list(_ values: [some CustomStringConvertible]) -> Yams.Node {
    Yams.Node(values.map { Yams.Node($0.description) })
  }
}
