public import NIOCore
public import Resources

/// Brings the objects that a program keeps on the API server in line with what they should be: with
/// few writes, none for what is right already, and never more than so many in a time.
///
/// Pure: time is passed in, and what is to be written is returned. Objects have labels, annotations and
/// a status, no more; they are told from those of others by their labels, which is the caller's business.
public struct ObjectWriter: Sendable {
  /// The bounds.
  public struct Configuration: Hashable, Sendable {
    /// The writes at once after a time of silence.
    public var burst = 20
    /// The time between writes when there are more.
    public var interval: TimeAmount = .milliseconds(50)
    /// For how long a value must stand before it is written.
    public var settling: TimeAmount = .seconds(1)
    /// For how long after the start nothing of an earlier process is changed or deleted: sessions and
    /// owners take their time to be again what they were before.
    public var patience: TimeAmount = .seconds(30)
    /// How the keys of our labels begin; labels of others on our objects are left alone.
    public var labelPrefixes = ["app.kubernetes.io/", "bellman.dev/", "metallb.io/"]
    /// How the keys of our annotations begin.
    public var annotationPrefix = "bellman.dev/"
    /// The waiting time after a failure, doubled with each that follows.
    public var retry: ClosedRange<TimeAmount> = .seconds(1)...(.minutes(5))

    /// The usual bounds.
    public init() {}
  }

  /// Tells one object from all others.
  public struct Key: Hashable, Sendable, Comparable {
    public var type: ResourceType
    public var name: ObjectName

    /// The object of this type and name.
    public init(_ type: ResourceType, _ name: ObjectName) {
      self.type = type
      self.name = name
    }

    public static func < (left: Self, right: Self) -> Bool {
      left.type == right.type ? left.name < right.name : left.type.plural < right.type.plural
    }
  }

  /// What an object should be.
  public struct Value: Hashable, Sendable {
    public var labels: [String: String]
    public var annotations: [String: String]
    public var status: JSONValue

    /// An object with these labels, these annotations and this status.
    public init(
      labels: [String: String], annotations: [String: String] = [:], status: JSONValue
    ) {
      self.labels = labels
      self.annotations = annotations
      self.status = status
    }
  }

  /// A write.
  public enum Write: Hashable, Sendable {
    /// Apply these labels and annotations, and make the object if it is not there.
    case apply(Key, labels: [String: String], annotations: [String: String] = [:])
    /// Apply this status.
    case applyStatus(Key, JSONValue)
    /// Delete the object with this identity.
    case delete(Key, uid: String)

    /// The object.
    public var key: Key {
      switch self {
      case .apply(let key, _, _), .applyStatus(let key, _), .delete(let key, _): key
      }
    }

    fileprivate var isApply: Bool { if case .apply = self { true } else { false } }
  }

  /// How a write ended.
  public enum Outcome: Sendable {
    /// The object is there, and is this now.
    case written(KubernetesObject)
    /// There is no such object now: it was to be deleted, or it vanished before its status came.
    case gone
    case failed(RequestFailure)
  }

  /// What became of the writes since the start, by type; those under way are not counted.
  public private(set) var counts: [ResourceType: WriteCounts]

  private let configuration: Configuration
  private var wanted: [Key: Wanted] = [:]
  /// Since when objects are not wanted that were.
  private var absentSince: [Key: NIODeadline] = [:]
  private var held: [Key: Held] = [:]
  private var lists: [ResourceType: ListState] = [:]
  /// The objects that were there at the start and that this process has not written.
  private var inherited: Set<Key> = []
  /// The objects of others that are to go.
  private var strangers: [Key: String] = [:]
  private var queue: [Key] = []
  /// The keys of objects of others, which wait until nothing of ours is due.
  private var strangerQueue: [Key] = []
  private var queued: Set<Key> = []
  private var underWay: Set<Key> = []
  private var failures: [Key: Failure] = [:]
  /// Those whose last write failed.
  private var failed: Set<Key> = []
  private var isComplete = false
  private var beganAt: NIODeadline?
  private var budget: WriteBudget

  private struct Wanted: Sendable {
    var value: Value
    var digest: Int
    var since: NIODeadline
  }

  private struct Held: Sendable {
    var uid: String
    var resourceVersion: String
    /// Labels and annotations.
    var metadata: Int
    var status: Int
    /// When this process wrote it, if nobody has changed it since.
    var writtenAt: NIODeadline?
  }

  private struct Failure: Sendable {
    var count: Int
    var until: NIODeadline
  }

  private struct ListState: Sendable {
    var isComplete = false
    var isInstalled = true
  }

  /// A writer of objects of these types, which knows nothing yet.
  public init(types: [ResourceType], configuration: Configuration = Configuration()) {
    self.configuration = configuration
    budget = WriteBudget(
      burst: configuration.burst, interval: configuration.interval, retry: configuration.retry)
    for type in types { lists[type] = ListState() }
    counts = Dictionary(uniqueKeysWithValues: lists.keys.map { ($0, WriteCounts()) })
  }

  // MARK: What is there

  /// Takes in objects of ours as the server has them.
  public mutating func observe(
    _ changes: ReflectedChanges, of type: ResourceType, now: NIODeadline
  ) {
    for change in changes.changes {
      switch change {
      case .upserted(let object):
        let key = Key(type, object.name)
        if !isOutdated(object, key, now: now) { note(object, key) }
      case .removed(let name):
        held[Key(type, name)] = nil
        enqueue(Key(type, name))
      }
    }
    let wasComplete = lists[type]?.isComplete ?? false
    if changes.isComplete { lists[type]?.isComplete = true }
    if !wasComplete, changes.isComplete { enqueueAll(of: type) }
    beginIfKnown(now)
  }

  /// Takes in whether a type is there for us, installed and open to us; nothing is written of one
  /// that is not, and the others do not wait for it.
  public mutating func setInstalled(
    _ isInstalled: Bool, _ type: ResourceType, now: NIODeadline
  ) {
    guard lists[type]?.isInstalled != isInstalled else { return }
    lists[type]?.isInstalled = isInstalled
    if isInstalled { enqueueAll(of: type) }
    beginIfKnown(now)
  }

  private mutating func beginIfKnown(_ now: NIODeadline) {
    guard beganAt == nil, knowsAll else { return }
    beganAt = now
    inherited = Set(held.keys)
  }

  /// Whether a type is installed, as far as is known.
  public func isInstalled(_ type: ResourceType) -> Bool { lists[type]?.isInstalled ?? true }

  /// Whether an earlier process left such an object, which this one has not changed.
  public func inherits(_ key: Key) -> Bool { inherited.contains(key) }

  /// How many objects of others are to be deleted and are not yet.
  public var strangerCount: Int { strangers.count }

  /// Whether all objects of ours were read once, or cannot be there.
  public var knowsAll: Bool { lists.values.allSatisfy { $0.isComplete || !$0.isInstalled } }

  // MARK: What should be there

  /// An object should be so from now on; nil means that there should be none.
  public mutating func want(_ value: Value?, _ key: Key, now: NIODeadline) {
    guard let value else {
      if wanted.removeValue(forKey: key) != nil { absentSince[key] = now }
      if nextWrite(key) == nil { failed.remove(key) }
      enqueue(key)
      return
    }
    let digest = Self.digest(value.status)
    if let old = wanted[key], old.value == value { return }
    strangers[key] = nil
    absentSince[key] = nil
    wanted[key] = Wanted(value: value, digest: digest, since: now)
    enqueue(key)
  }

  /// From now on, what is not wanted is to go. Before that nothing is deleted.
  public mutating func wantsAll() {
    guard !isComplete else { return }
    isComplete = true
    for key in held.keys.sorted() where wanted[key] == nil { enqueue(key) }
  }

  /// An object of somebody who is gone is to be deleted.
  public mutating func remove(_ key: Key, uid: String) {
    guard wanted[key] == nil else { return }
    strangers[key] = uid
    enqueue(key)
  }

  // MARK: Writes

  /// What is to be written now; tell how each ended.
  public mutating func writes(now: NIODeadline) -> [Write] {
    budget.refill(now)
    // After a pause one write finds out whether the server is well again.
    guard now >= budget.pausedUntil, budget.tokens > 0, budget.pauses == 0 || underWay.isEmpty
    else { return [] }
    let limit = budget.pauses == 0 ? budget.tokens : 1
    var writes: [Write] = []
    take(from: \.queue, limit, now, &writes)
    take(from: \.strangerQueue, limit, now, &writes)
    return writes
  }

  /// Begins the writes of a queue that are due.
  private mutating func take(
    from path: WritableKeyPath<Self, [Key]>, _ limit: Int, _ now: NIODeadline,
    _ writes: inout [Write]
  ) {
    let queue = self[keyPath: path]
    guard writes.count < limit, !queue.isEmpty else { return }
    var later: [Key] = []
    var index = 0
    while index < queue.count, writes.count < limit {
      let key = queue[index]
      index += 1
      guard !underWay.contains(key), lists[key.type]?.isInstalled ?? true,
        let write = nextWrite(key)
      else {
        queued.remove(key)
        continue
      }
      guard now >= dueTime(of: write) else {
        later.append(key)
        continue
      }
      queued.remove(key)
      underWay.insert(key)
      budget.take()
      writes.append(write)
    }
    self[keyPath: path] = later + queue[index...]
  }

  /// Takes in how a write ended.
  public mutating func finish(_ write: Write, _ outcome: Outcome, now: NIODeadline) {
    let key = write.key
    underWay.remove(key)
    inherited.remove(key)
    count(outcome, key)
    switch outcome {
    case .written(let object):
      budget.succeed()
      // An object that is made counts as well when its status could be written too.
      if case .applyStatus = write { failures[key] = nil }
      // Somebody has changed it since, and the watch was faster than the answer.
      if let held = held[key], held.uid == object.uid, Self.precedes(object, held) { break }
      note(object, key)
      // What the server made of our value is right, whatever it is: a field that its schema does not
      // know is not to be written again and again.
      switch write {
      case .apply(_, let labels, let annotations):
        held[key]?.metadata = Self.digest(labels, annotations)
      case .applyStatus(_, let status): held[key]?.status = Self.digest(status)
      case .delete: break
      }
      held[key]?.writtenAt = now
      if nextWrite(key) == nil { failures[key] = nil }
    case .gone:
      budget.succeed()
      takeGone(write, now)
    case .failed(let failure):
      // Where there is no place for an object, there is none for any other of its kind.
      if failure.isTransient || write.isApply && failure.code == 404,
        now >= budget.pausedUntil
      {
        budget.pause(asked: failure.retryAfter, now: now)
      }
      if !failure.isTransient { noteFailure(key, asked: failure.retryAfter, now) }
    }
    enqueue(key)
  }

  private mutating func count(_ outcome: Outcome, _ key: Key) {
    let isRetry = failed.remove(key) != nil
    if case .failed = outcome { failed.insert(key) }
    counts[key.type, default: WriteCounts()].note(
      isSuccess: !failed.contains(key), isRetry: isRetry)
  }

  /// There is no object now that a write was for.
  private mutating func takeGone(_ write: Write, _ now: NIODeadline) {
    let key = write.key
    switch write {
    case .delete(_, let uid):
      failures[key] = nil
      absentSince[key] = nil
      if strangers[key] == uid { strangers[key] = nil }
      // The watch may have told of another one already.
      if held[key]?.uid == uid { held[key] = nil }
    case .apply, .applyStatus:
      // It is made anew, but where it vanishes each time, more and more slowly.
      held[key] = nil
      noteFailure(key, asked: nil, now)
    }
  }

  private mutating func noteFailure(_ key: Key, asked: TimeAmount?, _ now: NIODeadline) {
    let count = (failures[key]?.count ?? 0) + 1
    failures[key] = Failure(
      count: count, until: now + budget.retryTime(after: count, asked: asked))
  }

  /// When ``writes(now:)`` may have something, if nothing happens before.
  public func nextDeadline(now: NIODeadline) -> NIODeadline? {
    var earliest: NIODeadline?
    search: for keys in [queue, strangerQueue] {
      for key in keys {
        guard !underWay.contains(key), lists[key.type]?.isInstalled ?? true,
          let write = nextWrite(key)
        else { continue }
        let due = dueTime(of: write)
        earliest = min(earliest ?? due, due)
        if due <= now { break search }
      }
    }
    return earliest.map(budget.start(of:))
  }

  // MARK: Helpers

  private func nextWrite(_ key: Key) -> Write? {
    if let uid = strangers[key] { return .delete(key, uid: uid) }
    guard lists[key.type]?.isComplete ?? false else { return nil }
    switch (wanted[key], held[key]) {
    case (nil, .some(let held)): return isComplete ? .delete(key, uid: held.uid) : nil
    case (nil, nil): return nil
    case (.some(let wanted), .some(let held)):
      let value = wanted.value
      if held.metadata != Self.digest(value.labels, value.annotations) {
        return .apply(key, labels: value.labels, annotations: value.annotations)
      }
      return held.status == wanted.digest ? nil : .applyStatus(key, wanted.value.status)
    case (.some(let wanted), nil):
      return .apply(
        key, labels: wanted.value.labels, annotations: wanted.value.annotations)
    }
  }

  private func dueTime(of write: Write) -> NIODeadline {
    let key = write.key
    let retry = failures[key]?.until ?? .uptimeNanoseconds(0)
    if strangers[key] != nil { return retry }
    let since = wanted[key]?.since ?? absentSince[key] ?? .uptimeNanoseconds(0)
    var due = max(retry, since + configuration.settling)
    if inherited.contains(key), let beganAt { due = max(due, beganAt + configuration.patience) }
    return due
  }

  private mutating func note(_ object: KubernetesObject, _ key: Key) {
    guard held[key]?.resourceVersion != object.resourceVersion else { return }
    let value = try? JSONValue(parsing: object.json)
    func texts(_ name: String) -> [String: String] {
      (value?["metadata"]?[name]?.object ?? [:]).compactMapValues(\.string)
    }
    let labels = texts("labels").filter { key, _ in
      configuration.labelPrefixes.contains { key.hasPrefix($0) }
    }
    let annotations = texts("annotations").filter { key, _ in
      key.hasPrefix(configuration.annotationPrefix)
    }
    held[key] = Held(
      uid: object.uid, resourceVersion: object.resourceVersion,
      metadata: Self.digest(labels, annotations), status: Self.digest(value?["status"] ?? .null))
    enqueue(key)
  }

  /// Whether the watch, which lags behind the answers to writes, tells of a version that this process
  /// has replaced. For a while only: a server that was restored goes back to lower versions.
  private func isOutdated(_ object: KubernetesObject, _ key: Key, now: NIODeadline) -> Bool {
    guard let held = held[key], held.uid == object.uid, let writtenAt = held.writtenAt,
      now < writtenAt + configuration.patience
    else { return false }
    return Self.precedes(object, held)
  }

  /// Whether the version of `object` is older than what is held. Versions that are not numbers cannot
  /// be compared.
  private static func precedes(_ object: KubernetesObject, _ held: Held) -> Bool {
    guard let version = UInt64(object.resourceVersion), let other = UInt64(held.resourceVersion)
    else { return false }
    return version < other
  }

  private mutating func enqueue(_ key: Key) {
    guard !underWay.contains(key), nextWrite(key) != nil, queued.insert(key).inserted else {
      return
    }
    if strangers[key] == nil { queue.append(key) } else { strangerQueue.append(key) }
  }

  private mutating func enqueueAll(of type: ResourceType) {
    let keys = Set(wanted.keys).union(held.keys).union(strangers.keys)
    for key in keys.sorted() where key.type == type { enqueue(key) }
  }

  private static func digest(_ labels: [String: String], _ annotations: [String: String]) -> Int {
    [labels, annotations].hashValue
  }

  private static func digest(_ status: JSONValue) -> Int {
    status == [:] ? JSONValue.null.hashValue : status.hashValue
  }
}
