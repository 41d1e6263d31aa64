import NIOCore
import Resources

@testable import KubernetesClient

/// What a reflector sees of an API server: objects with versions, a history, pages and watches.
struct SimulatedServer {
  private(set) var version = 100
  private(set) var objects: [ObjectName: Int] = [:]
  private var history: [(version: Int, name: ObjectName, isRemoval: Bool)] = []
  private var snapshots: [Int: [ObjectName: Int]] = [:]
  private(set) var compacted = 0
  var isInstalled = true
  /// Whether `sendInitialEvents` is known, refused, or taken for a plain watch.
  var streaming = Streaming.known

  enum Streaming: CaseIterable {
    case known, refused, ignored
  }

  init() { snapshots[version] = [:] }

  static func name(_ number: Int) -> ObjectName {
    ObjectName(namespace: "default", name: "object-\(number)")
  }

  static func object(_ name: ObjectName, _ version: Int) -> KubernetesObject {
    KubernetesObject(
      apiVersion: "v1", kind: "Service", name: name, uid: "", resourceVersion: String(version),
      json: [])
  }

  mutating func upsert(_ name: ObjectName) {
    guard isInstalled else { return }
    version += 1
    objects[name] = version
    history.append((version, name, false))
    snapshots[version] = objects
  }

  mutating func remove(_ name: ObjectName) {
    guard objects.removeValue(forKey: name) != nil else { return }
    version += 1
    history.append((version, name, true))
    snapshots[version] = objects
  }

  mutating func uninstall() {
    for name in objects.keys.sorted() { remove(name) }
    isInstalled = false
  }

  mutating func compact() { compacted = version }

  /// The version of each object when the server stood at `version`.
  func snapshot(_ version: String) -> [ObjectName: Int]? {
    Int(version).flatMap { snapshots[$0] }
  }

  /// A page of the state at the version of the token, or of now.
  func page(limit: Int, token: String?) -> Result<ListPage, APIStatus> {
    guard isInstalled else { return .failure(APIStatus(code: 404)) }
    let parts = token?.split(separator: "/").compactMap { Int($0) } ?? [version, 0]
    guard parts[0] >= compacted, let objects = snapshots[parts[0]] else {
      return .failure(APIStatus(code: 410, reason: "Expired"))
    }
    let sorted = objects.sorted { $0.key < $1.key }.dropFirst(parts[1])
    let next = sorted.count > limit ? "\(parts[0])/\(parts[1] + limit)" : nil
    return .success(
      ListPage(
        objects: sorted.prefix(limit).map { Self.object($0.key, $0.value) },
        resourceVersion: String(parts[0]), continueToken: next))
  }

  /// The events after `version`, at most `limit`.
  func events(after version: Int, limit: Int) -> (events: [WatchEvent], version: Int) {
    let changes = history.filter { $0.version > version }.prefix(limit)
    let events = changes.map { change -> WatchEvent in
      let object = Self.object(change.name, change.version)
      return change.isRemoval ? .removed(object) : .upserted(object)
    }
    return (events, changes.last?.version ?? version)
  }
}
