public import KubernetesClient
import NIOConcurrencyHelpers
public import Resources

/// The objects of the test server and the history of their changes, as etcd and the watch cache
/// keep them.
public final class ObjectStore: Sendable {
  /// One change.
  struct Change: Sendable {
    let version: Int64
    let old: JSONValue?
    let new: JSONValue?
  }

  /// What a watch receives.
  enum Notice: Sendable {
    case change(Change)
    case bookmark(Int64)
    case end
  }

  fileprivate struct Shelf {
    var objects: [ObjectName: JSONValue] = [:]
    var owners: [ObjectName: FieldOwners] = [:]
    var history: [Change] = []
    var watchers: [Int: AsyncStream<Notice>.Continuation] = [:]
    var isInstalled = true
  }

  fileprivate struct State {
    var version: Int64 = 1000
    /// Versions up to this one are forgotten.
    var compacted: Int64 = 0
    var shelves: [ServedType: Shelf] = [:]
    var snapshots: [String: (version: Int64, rest: [JSONValue])] = [:]
    var number = 0
  }

  private let state = NIOLockedValueBox(State())

  init() {}

  // MARK: For tests

  /// Writes an object without a request.
  @discardableResult
  public func put(_ object: JSONValue, _ type: ServedType) -> JSONValue {
    state.withLockedValue { state in
      state.write(Self.named(object, type), type, name: type.name(of: object))
    }
  }

  /// Deletes an object without a request.
  public func remove(_ name: ObjectName, _ type: ServedType) {
    state.withLockedValue { $0.delete(name, type) }
  }

  /// The version of each object.
  public func versions(of type: ServedType) -> [ObjectName: String] {
    state.withLockedValue { state in
      (state.shelves[type]?.objects ?? [:]).mapValues {
        $0["metadata"]?["resourceVersion"]?.string ?? ""
      }
    }
  }

  /// How often an object of a type was made, changed or deleted, since the store was last compacted.
  public func changes(of type: ServedType) -> Int {
    state.withLockedValue { $0.shelves[type]?.history.count ?? 0 }
  }

  /// One object.
  public func object(_ name: ObjectName, _ type: ServedType) -> JSONValue? {
    state.withLockedValue { $0.shelves[type]?.objects[name] }
  }

  /// Forgets the history and the pages of lists, so that older versions have expired.
  public func compact() {
    state.withLockedValue { state in
      state.compacted = state.version
      state.snapshots = [:]
      for type in state.shelves.keys { state.shelves[type]?.history = [] }
    }
  }

  /// Installs or removes the definition of a type; its objects go with it.
  public func setInstalled(_ isInstalled: Bool, _ type: ServedType) {
    state.withLockedValue { state in
      if !isInstalled {
        for name in state.shelves[type]?.objects.keys.sorted() ?? [] { state.delete(name, type) }
        for watcher in (state.shelves[type]?.watchers ?? [:]).values { watcher.yield(.end) }
      }
      state.shelves[type, default: Shelf()].isInstalled = isInstalled
    }
  }

  /// Ends all watches that are open, in an orderly way.
  public func endWatches() {
    state.withLockedValue { state in
      for shelf in state.shelves.values {
        for watcher in shelf.watchers.values { watcher.yield(.end) }
      }
    }
  }

  /// The number of watches that are open.
  public var watchCount: Int {
    state.withLockedValue { state in
      state.shelves.values.reduce(0) { $0 + $1.watchers.count }
    }
  }

  /// Sends a bookmark to every watch.
  func sendBookmarks() {
    state.withLockedValue { state in
      for shelf in state.shelves.values {
        for watcher in shelf.watchers.values { watcher.yield(.bookmark(state.version)) }
      }
    }
  }

  // MARK: For requests

  func isInstalled(_ type: ServedType) -> Bool {
    state.withLockedValue { $0.shelves[type]?.isInstalled ?? true }
  }

  func page(
    _ type: ServedType, _ selectors: Selectors, limit: Int?, token: String?
  ) throws -> (objects: [JSONValue], version: Int64, token: String?, remaining: Int) {
    try state.withLockedValue { state in
      var (version, rest): (Int64, [JSONValue])
      if let token {
        guard let snapshot = state.snapshots.removeValue(forKey: token) else {
          throw APIFailure.expired("The provided continue parameter is too old")
        }
        (version, rest) = snapshot
      } else {
        let objects = (state.shelves[type]?.objects ?? [:]).sorted { $0.key < $1.key }
        (version, rest) = (state.version, objects.map(\.value).filter(selectors.match))
      }
      guard let limit, limit > 0, rest.count > limit else { return (rest, version, nil, 0) }
      state.number += 1
      let next = "page-\(state.number)"
      state.snapshots[next] = (version, Array(rest[limit...]))
      return (Array(rest[..<limit]), version, next, rest.count - limit)
    }
  }

  /// Opens a watch; nil for `version` means from now on, after all objects that are there.
  func watch(
    _ type: ServedType, from version: Int64?
  ) throws -> (objects: [JSONValue], version: Int64, id: Int, notices: AsyncStream<Notice>) {
    try state.withLockedValue { state in
      if let version, version < state.compacted {
        throw APIFailure.expired("too old resource version: \(version) (\(state.compacted))")
      }
      let (stream, continuation) = AsyncStream<Notice>.makeStream()
      state.number += 1
      let id = state.number
      var shelf = state.shelves[type] ?? Shelf()
      shelf.watchers[id] = continuation
      if let version {
        for change in shelf.history where change.version > version {
          continuation.yield(.change(change))
        }
      }
      state.shelves[type] = shelf
      let objects = version == nil ? shelf.objects.sorted { $0.key < $1.key }.map(\.value) : []
      return (objects, state.version, id, stream)
    }
  }

  func endWatch(_ id: Int, _ type: ServedType) {
    state.withLockedValue { $0.shelves[type]?.watchers.removeValue(forKey: id) }?.finish()
  }

  func create(_ object: JSONValue, _ type: ServedType, manager: String) throws -> JSONValue {
    try state.withLockedValue { state in
      var object = Self.named(object, type)
      // As in the real API, a new object has no status, whatever is sent.
      if type.hasStatus { object = object.setting(["status"], nil) }
      if object.at(["metadata", "name"]) == nil,
        let stem = object.at(["metadata", "generateName"])?.string
      {
        state.number += 1
        object = object.setting(["metadata", "name"], .string("\(stem)\(state.number)"))
      }
      let name = type.name(of: object)
      guard !name.name.isEmpty else {
        throw APIFailure.bad("name is required", code: 422, reason: "Invalid")
      }
      guard state.shelves[type]?.objects[name] == nil else {
        throw APIFailure(
          code: 409, reason: "AlreadyExists", message: "\(type.plural) \"\(name)\" already exists")
      }
      state.shelves[type, default: Shelf()].owners[name, default: FieldOwners()]
        .note(manager, from: nil, to: object)
      return state.write(object, type, name: name)
    }
  }

  /// Replaces an object by what `change` makes of it.
  func update(
    _ name: ObjectName, _ type: ServedType, subresource: String?, manager: String,
    _ change: (JSONValue) throws -> JSONValue
  ) throws -> JSONValue {
    try state.withLockedValue { state in
      guard let old = state.shelves[type]?.objects[name] else {
        throw APIFailure.notFound("\(type.plural) \"\(name)\"")
      }
      let new = try Self.limited(try change(old), old, type, subresource)
      state.shelves[type]?.owners[name, default: FieldOwners()].note(manager, from: old, to: new)
      return state.write(new, type, name: name)
    }
  }

  /// Server-side apply; creates the object if need be.
  func apply(
    _ applied: JSONValue, _ name: ObjectName, _ type: ServedType, subresource: String?,
    manager: String, force: Bool
  ) throws -> (object: JSONValue, isNew: Bool) {
    try state.withLockedValue { state in
      let old = state.shelves[type]?.objects[name]
      if old == nil, subresource != nil {
        throw APIFailure.notFound("\(type.plural) \"\(name)\"")
      }
      var owners = state.shelves[type]?.owners[name] ?? FieldOwners()
      // A subresource has managers of its own: what one applies there says nothing of the rest.
      let manager = subresource.map { "\(manager)/\($0)" } ?? manager
      var applied = Self.named(applied, type)
      if type.hasStatus, subresource == nil { applied = applied.setting(["status"], nil) }
      let new = try owners.apply(
        applied, to: old, manager: manager, force: force)
      let limited = try old.map { try Self.limited(new, $0, type, subresource) } ?? new
      state.shelves[type, default: Shelf()].owners[name] = owners
      return (state.write(limited, type, name: name), old == nil)
    }
  }

  func delete(_ name: ObjectName, _ type: ServedType, uid: String?) throws -> JSONValue {
    try state.withLockedValue { state in
      guard let old = state.shelves[type]?.objects[name] else {
        throw APIFailure.notFound("\(type.plural) \"\(name)\"")
      }
      if let uid, old.at(["metadata", "uid"])?.string != uid {
        throw APIFailure.conflict("the UID in the precondition does not match")
      }
      state.delete(name, type)
      return old
    }
  }

  // MARK: Helpers

  /// What a write may change: the status by its subresource only, all else by the object only.
  private static func limited(
    _ new: JSONValue, _ old: JSONValue, _ type: ServedType, _ subresource: String?
  ) throws -> JSONValue {
    let stated = new.at(["metadata", "resourceVersion"])
    if let stated, stated != .string(""), stated != old.at(["metadata", "resourceVersion"]) {
      throw APIFailure.conflict("the object has been modified; apply your changes to the latest")
    }
    guard type.hasStatus else { return new }
    return subresource == "status"
      ? old.setting(["status"], new["status"]) : new.setting(["status"], old["status"])
  }

  private static func named(_ object: JSONValue, _ type: ServedType) -> JSONValue {
    object.setting(["apiVersion"], .string(type.apiVersion)).setting(["kind"], .string(type.kind))
  }

}

extension ObjectStore.State {
  /// Writes an object with a new version, if it is another than before.
  fileprivate mutating func write(
    _ object: JSONValue, _ type: ServedType, name: ObjectName
  ) -> JSONValue {
    var shelf = shelves[type] ?? ObjectStore.Shelf()
    let old = shelf.objects[name]
    var new = object
    if !name.namespace.isEmpty {
      new = new.setting(["metadata", "namespace"], .string(name.namespace))
    }
    let uid = old?.at(["metadata", "uid"]) ?? .string("uid-\(version + 1)")
    new = new.setting(["metadata", "uid"], uid)
      .setting(["metadata", "creationTimestamp"], "2026-01-01T00:00:00Z")
    if let owners = shelf.owners[name] {
      new = new.setting(["metadata", "managedFields"], owners.managedFields)
    }
    let current = old?.at(["metadata", "resourceVersion"])
    if let old, new.setting(["metadata", "resourceVersion"], current) == old { return old }
    version += 1
    new = new.setting(["metadata", "resourceVersion"], .string(String(version)))
    shelf.objects[name] = new
    shelf.tell(ObjectStore.Change(version: version, old: old, new: new))
    shelves[type] = shelf
    return new
  }

  fileprivate mutating func delete(_ name: ObjectName, _ type: ServedType) {
    guard var shelf = shelves[type], let old = shelf.objects.removeValue(forKey: name) else {
      return
    }
    shelf.owners[name] = nil
    version += 1
    let last = old.setting(["metadata", "resourceVersion"], .string(String(version)))
    shelf.tell(ObjectStore.Change(version: version, old: last, new: nil))
    shelves[type] = shelf
  }
}

extension ObjectStore.Shelf {
  fileprivate mutating func tell(_ change: ObjectStore.Change) {
    history.append(change)
    for watcher in watchers.values { watcher.yield(.change(change)) }
  }
}
