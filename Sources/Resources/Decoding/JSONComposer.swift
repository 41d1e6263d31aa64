/// Composes the nodes of one JSON object as an API server sends it, without the cost of YAML.
enum JSONComposer {
  /// The node of the object that `octets` hold.
  static func compose(_ octets: [UInt8]) throws(JSONCursor.Failure) -> ManifestNode {
    var cursor = JSONCursor(octets)
    let node = try value(&cursor, depth: 1)
    try cursor.finish()
    return node
  }

  private static func value(
    _ cursor: inout JSONCursor, depth: Int
  ) throws(JSONCursor.Failure) -> ManifestNode {
    let kind = try cursor.peek()
    guard depth <= ManifestComposer.maximumDepth else {
      throw JSONCursor.Failure(
        offset: cursor.position,
        message: "nested more than \(ManifestComposer.maximumDepth) levels deep")
    }
    let content: ManifestNode.Content
    switch kind {
    case .string:
      content = .scalar(try cursor.readString(), isPlain: false)
    case .number, .boolean, .null:
      // JSON's words mean the same as plain YAML: no number of JSON begins with a zero.
      content = .scalar(String(try cursor.readWord()), isPlain: true)
    case .array:
      var items: [ManifestNode] = []
      try cursor.readArray { cursor throws(JSONCursor.Failure) in
        items.append(try value(&cursor, depth: depth + 1))
      }
      content = .sequence(items)
    case .object:
      var entries: [ManifestNode.Entry] = []
      try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
        entries.append(
          .init(key: key, keyLine: 1, value: try value(&cursor, depth: depth + 1)))
      }
      content = .mapping(entries)
    }
    return ManifestNode(line: 1, content: content)
  }
}
