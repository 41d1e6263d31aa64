import Resources

/// One page of a list.
public struct ListPage: Hashable, Sendable {
  /// The objects of this page.
  public var objects: [KubernetesObject]
  /// The version of the whole list, from which a watch goes on.
  public var resourceVersion: String
  /// What asks for the next page; nil on the last one.
  public var continueToken: String?

  /// A page with these values.
  public init(
    objects: [KubernetesObject], resourceVersion: String, continueToken: String? = nil
  ) {
    self.objects = objects
    self.resourceVersion = resourceVersion
    self.continueToken = continueToken
  }

  init(
    parsing octets: [UInt8], reader: ObjectReader
  ) throws(JSONCursor.Failure) {
    self.init(objects: [], resourceVersion: "")
    var cursor = JSONCursor(octets)
    try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
      switch key {
      case "metadata": try readMetadata(&cursor)
      case "items":
        if try cursor.peek() == .null {
          try cursor.skipValue()
          return
        }
        try cursor.readArray { cursor throws(JSONCursor.Failure) in
          objects.append(try reader.read(&cursor))
        }
      default: try cursor.skipValue()
      }
    }
    try cursor.finish()
    guard !resourceVersion.isEmpty else {
      throw JSONCursor.Failure(
        offset: 0, message: "expected a list with metadata.resourceVersion")
    }
  }

  private mutating func readMetadata(
    _ cursor: inout JSONCursor
  ) throws(JSONCursor.Failure) {
    try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
      switch key {
      case "resourceVersion": resourceVersion = try cursor.readString()
      case "continue":
        let token = try cursor.readString()
        continueToken = token.isEmpty ? nil : token
      default: try cursor.skipValue()
      }
    }
  }
}
