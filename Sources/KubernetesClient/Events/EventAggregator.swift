public import NIOCore
public import Resources

/// Decides which events are written: what repeats becomes one event with a count, and what is too
/// much is left out and counted.
///
/// Pure: time is passed in, and what is to be written is returned.
public struct EventAggregator: Sendable {
  /// The bounds.
  public struct Configuration: Hashable, Sendable {
    /// The writes at once after a time of silence.
    public var burst = 50
    /// The time between writes when there are more.
    public var interval: TimeAmount = .milliseconds(500)
    /// For how long the same record counts as a repetition.
    public var window: TimeAmount = .minutes(6)
    /// The least time between two writes of the count of one event.
    public var seriesInterval: TimeAmount = .seconds(30)
    /// The most events that wait to be written, and the most that are remembered.
    public var capacity = 1000
    /// The waiting time after a write that failed and may yet succeed, doubled with each that follows.
    public var retry: ClosedRange<TimeAmount> = .seconds(1)...(.seconds(30))
    /// How often one event is tried before it is left out.
    public var attempts = 10

    /// The usual bounds.
    public init() {}
  }

  /// A write.
  public enum Write: Hashable, Sendable {
    /// Create this event.
    case create(ObjectName, JSONValue)
    /// Write the count of an event by a merge patch.
    case repeated(ObjectName, JSONValue)

    /// The event.
    public var name: ObjectName {
      switch self {
      case .create(let name, _), .repeated(let name, _): name
      }
    }
  }

  /// Why a record is left out.
  public enum Drop: String, Hashable, Sendable, CaseIterable {
    /// Too many waited to be written.
    case tooMany
    /// The server refused it.
    case refused
    /// The server took it in none of many attempts.
    case notTaken
  }

  /// What became of the writes since the start.
  public private(set) var counts = WriteCounts()
  /// The records that were left out.
  public private(set) var drops: [Drop: UInt64] = [:]

  private let configuration: Configuration
  private let controller: String
  private let instance: String
  private var entries: [EventRecord: Entry] = [:]
  /// The records that wait, in order.
  private var queue: [EventRecord] = []
  private var budget: WriteBudget
  private var number: UInt64 = 0

  private struct Entry: Sendable {
    let name: ObjectName
    let firstTime: EventTime
    var lastTime: EventTime
    var lastSeen: NIODeadline
    var count = 1
    /// When the event was last written; nil before it was created.
    var writtenAt: NIODeadline?
    var isQueued = true
    /// The writes that failed since one succeeded.
    var failures = 0
  }

  /// An aggregator for the events of `controller`, such as `bellman.dev/speaker`, on `instance`.
  public init(
    controller: String, instance: String, configuration: Configuration = Configuration()
  ) {
    self.controller = controller
    self.instance = instance
    self.configuration = configuration
    budget = WriteBudget(
      burst: configuration.burst, interval: configuration.interval, retry: configuration.retry)
  }

  /// Takes in something that happened.
  public mutating func record(_ record: EventRecord, now: NIODeadline, time: EventTime) {
    if var entry = entries[record], now < entry.lastSeen + configuration.window {
      entry.count += 1
      entry.lastTime = time
      entry.lastSeen = now
      if !entry.isQueued {
        entry.isQueued = true
        queue.append(record)
      }
      entries[record] = entry
      return
    }
    makeRoom(now)
    guard queue.count < configuration.capacity, entries.count < configuration.capacity else {
      drops[.tooMany, default: 0] += 1
      return
    }
    number += 1
    let suffix = String(UInt64(max(time.microseconds, 0)), radix: 16) + String(number, radix: 16)
    let stem = record.regarding.name.name.prefix(200)
    if entries[record]?.isQueued != true { queue.append(record) }
    entries[record] = Entry(
      name: ObjectName(namespace: record.namespace, name: "\(stem).\(suffix)"), firstTime: time,
      lastTime: time, lastSeen: now)
  }

  /// What is to be written now, at most `limit` events; say of each how it ended.
  public mutating func writes(now: NIODeadline, limit: Int = .max) -> [Write] {
    budget.refill(now)
    guard now >= budget.pausedUntil else { return [] }
    var writes: [Write] = []
    var later: [EventRecord] = []
    for record in queue {
      guard budget.tokens > 0, writes.count < limit, var entry = entries[record],
        now >= dueTime(of: entry, now)
      else {
        if entries[record] != nil { later.append(record) }
        continue
      }
      budget.take()
      writes.append(write(record, entry))
      entry.writtenAt = now
      entry.isQueued = false
      entries[record] = entry
    }
    queue = later
    return writes
  }

  /// When ``writes(now:)`` may have something, if nothing happens before.
  public func nextDeadline(now: NIODeadline) -> NIODeadline? {
    queue.compactMap { entries[$0].map { dueTime(of: $0, now) } }.min().map(budget.start(of:))
  }

  /// Takes in how a write ended; nil where it succeeded.
  ///
  /// One that may yet succeed is tried again under the same name, so that an attempt whose answer was
  /// lost makes no second event. An event that the server refuses is forgotten, and the next of its
  /// kind begins anew.
  public mutating func finish(_ write: Write, _ failure: RequestFailure?, now: NIODeadline) {
    guard let record = entries.first(where: { $0.value.name == write.name })?.key,
      var entry = entries[record]
    else { return }
    let isRetry = entry.failures > 0
    guard let failure, !isDone(write, failure) else {
      counts.note(isSuccess: true, isRetry: isRetry)
      budget.succeed()
      entry.failures = 0
      entries[record] = entry
      return
    }
    counts.note(isSuccess: false, isRetry: isRetry)
    entry.failures += 1
    guard failure.isTransient, entry.failures < configuration.attempts else {
      // Of one that is there only a count is lost.
      if case .create = write {
        drops[failure.isTransient ? .notTaken : .refused, default: 0] += 1
      }
      entries[record] = nil
      queue.removeAll { $0 == record }
      return
    }
    budget.pause(asked: failure.retryAfter, now: now)
    if case .create = write { entry.writtenAt = nil }
    if !entry.isQueued {
      entry.isQueued = true
      queue.append(record)
    }
    entries[record] = entry
  }

  /// Whether the event is there although the write failed: an earlier attempt had made it.
  private func isDone(_ write: Write, _ failure: RequestFailure) -> Bool {
    guard case .create = write, case .status(let status) = failure else { return false }
    return status.code == 409 && status.reason == "AlreadyExists"
  }

  private func write(_ record: EventRecord, _ entry: Entry) -> Write {
    let series: JSONValue? =
      entry.count < 2
      ? nil
      : [
        "count": .integer(Int64(entry.count)),
        "lastObservedTime": .string(entry.lastTime.description),
      ]
    if entry.writtenAt != nil, let series { return .repeated(entry.name, ["series": series]) }
    var object = record.object(
      name: entry.name.name, at: entry.firstTime, controller: controller, instance: instance)
    if let series, case .object(var members) = object {
      members["series"] = series
      object = .object(members)
    }
    return .create(entry.name, object)
  }

  private func dueTime(of entry: Entry, _ now: NIODeadline) -> NIODeadline {
    entry.writtenAt.map { $0 + configuration.seriesInterval } ?? now
  }

  /// Forgets what is too old to be repeated.
  private mutating func makeRoom(_ now: NIODeadline) {
    guard entries.count >= configuration.capacity else { return }
    entries = entries.filter { $0.value.isQueued || now < $0.value.lastSeen + configuration.window }
    guard entries.count >= configuration.capacity else { return }
    let oldest = entries.filter { !$0.value.isQueued }.min { $0.value.lastSeen < $1.value.lastSeen }
    if let oldest { entries[oldest.key] = nil }
  }
}
