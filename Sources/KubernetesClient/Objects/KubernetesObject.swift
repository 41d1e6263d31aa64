public import Resources

/// One object as the API server sent it, with what is needed to keep track of it.
public struct KubernetesObject: Hashable, Sendable {
  /// The `apiVersion`.
  public var apiVersion: String
  /// The kind.
  public var kind: String
  /// Namespace and name.
  public var name: ObjectName
  /// The identity, which no later object of this name has.
  public var uid: String
  /// The version of the object, to be compared for equality only.
  public var resourceVersion: String
  /// The object as JSON, with its `apiVersion` and `kind`, without the fields that are pruned.
  public var json: [UInt8]

  /// An object with these values.
  public init(
    apiVersion: String, kind: String, name: ObjectName, uid: String, resourceVersion: String,
    json: [UInt8]
  ) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.name = name
    self.uid = uid
    self.resourceVersion = resourceVersion
    self.json = json
  }
}

/// Reads single objects out of the octets of a response.
struct ObjectReader: Sendable {
  /// The type, for the items of lists, which need not name theirs.
  let type: ResourceType
  private let pruned: PrunedFields

  init(type: ResourceType, pruned: [[String]]) {
    self.type = type
    self.pruned = PrunedFields(pruned)
  }

  init(_ selection: Selection) { self.init(type: selection.type, pruned: selection.pruned) }

  /// The object that the cursor stands before.
  func read(_ cursor: inout JSONCursor) throws(JSONCursor.Failure) -> KubernetesObject {
    var object = KubernetesObject(
      apiVersion: "", kind: "", name: ObjectName(namespace: "", name: ""), uid: "",
      resourceVersion: "", json: [])
    let start = cursor.position
    var members: [UInt8] = []
    try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
      switch key {
      case "apiVersion": object.apiVersion = try cursor.readString()
      case "kind": object.kind = try cursor.readString()
      case "metadata":
        var metadata = cursor
        try Self.readMetadata(&metadata, into: &object)
        try pruned.copyMember(key, from: &cursor, to: &members)
      default: try pruned.copyMember(key, from: &cursor, to: &members)
      }
    }
    guard !object.name.name.isEmpty, !object.resourceVersion.isEmpty else {
      throw JSONCursor.Failure(
        offset: start, message: "expected an object with metadata.name and .resourceVersion")
    }
    if object.apiVersion.isEmpty { object.apiVersion = type.apiVersion }
    if object.kind.isEmpty { object.kind = type.kind }
    let head: JSONValue = [
      "apiVersion": .string(object.apiVersion), "kind": .string(object.kind),
    ]
    object.json = head.octets.dropLast() + members + [UInt8(ascii: "}")]
    return object
  }

  private static func readMetadata(
    _ cursor: inout JSONCursor, into object: inout KubernetesObject
  ) throws(JSONCursor.Failure) {
    try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
      switch key {
      case "name": object.name.name = try cursor.readString()
      case "namespace": object.name.namespace = try cursor.readString()
      case "uid": object.uid = try cursor.readString()
      case "resourceVersion": object.resourceVersion = try cursor.readString()
      default: try cursor.skipValue()
      }
    }
  }
}

/// Fields that are left out when an object is copied.
struct PrunedFields: Sendable {
  private var children: [String: PrunedFields] = [:]
  private var isLeaf = false

  init(_ paths: [[String]]) {
    for path in paths { insert(path[...]) }
  }

  private mutating func insert(_ path: ArraySlice<String>) {
    guard let first = path.first else {
      isLeaf = true
      return
    }
    children[first, default: PrunedFields([])].insert(path.dropFirst())
  }

  /// Copies the value that the cursor stands before as the member `key`, with a comma before it.
  func copyMember(
    _ key: String, from cursor: inout JSONCursor, to output: inout [UInt8]
  ) throws(JSONCursor.Failure) {
    let child = children[key]
    if child?.isLeaf == true {
      try cursor.skipValue()
      return
    }
    output.append(UInt8(ascii: ","))
    output += JSONValue.string(key).octets
    output.append(UInt8(ascii: ":"))
    guard let child, try cursor.peek() == .object else {
      output += cursor.octets[try cursor.skipValue()]
      return
    }
    var members: [UInt8] = []
    try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
      try child.copyMember(key, from: &cursor, to: &members)
    }
    output.append(UInt8(ascii: "{"))
    output += members.dropFirst()
    output.append(UInt8(ascii: "}"))
  }
}
