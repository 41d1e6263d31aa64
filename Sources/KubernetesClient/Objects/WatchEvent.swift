import Resources

/// One event of a watch.
public enum WatchEvent: Hashable, Sendable {
  /// An object is new, or new to the selection, or has changed.
  case upserted(KubernetesObject)
  /// An object is gone, or no longer in the selection.
  case removed(KubernetesObject)
  /// All events up to this version were sent; `endsInitialEvents` after the objects that were there
  /// when a streaming list began.
  case bookmark(resourceVersion: String, endsInitialEvents: Bool)
  /// The server ends the watch with this status.
  case failed(APIStatus)

  /// The annotation of the bookmark that ends the initial events.
  private static let initialEventsEnd = "k8s.io/initial-events-end"

  /// The event on one line of a watch; nil for a type that is not known.
  static func parse(
    line: [UInt8], reader: ObjectReader
  ) throws(JSONCursor.Failure) -> WatchEvent? {
    var type = ""
    var place: Range<Int>?
    var cursor = JSONCursor(line)
    try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
      switch key {
      case "type": type = try cursor.readString()
      case "object": place = try cursor.skipValue()
      default: try cursor.skipValue()
      }
    }
    try cursor.finish()
    guard let place else {
      throw JSONCursor.Failure(offset: 0, message: "expected a watch event with an object")
    }
    var object = JSONCursor(line, range: place)
    switch type {
    case "ADDED", "MODIFIED": return .upserted(try reader.read(&object))
    case "DELETED": return .removed(try reader.read(&object))
    case "BOOKMARK": return try bookmark(&object)
    case "ERROR": return .failed(APIStatus(parsing: line[place], code: 500))
    default: return nil
    }
  }

  private static func bookmark(
    _ cursor: inout JSONCursor
  ) throws(JSONCursor.Failure) -> WatchEvent {
    var resourceVersion = ""
    var endsInitialEvents = false
    try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
      guard key == "metadata" else {
        try cursor.skipValue()
        return
      }
      try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
        switch key {
        case "resourceVersion": resourceVersion = try cursor.readString()
        case "annotations":
          try cursor.readObject { key, cursor throws(JSONCursor.Failure) in
            let value = try cursor.readString()
            if key == initialEventsEnd { endsInitialEvents = value == "true" }
          }
        default: try cursor.skipValue()
        }
      }
    }
    guard !resourceVersion.isEmpty else {
      throw JSONCursor.Failure(
        offset: 0, message: "expected a bookmark with metadata.resourceVersion")
    }
    return .bookmark(resourceVersion: resourceVersion, endsInitialEvents: endsInitialEvents)
  }
}
