import Addresses
import NIOCore

/// Prefixes that are still announced for a while, marked with GRACEFUL_SHUTDOWN, before they are
/// withdrawn (RFC 8326 §4).
struct Departures: Sendable {
  private struct Batch: Sendable {
    let due: NIODeadline
    let prefixes: [IPPrefix]
  }

  private var dueTimes: [IPPrefix: NIODeadline] = [:]
  /// In the order of their times.
  private var batches: CircularBuffer<Batch> = []

  /// When the next prefixes are to be withdrawn.
  var nextDeadline: NIODeadline? { batches.first?.due }

  /// How many prefixes are about to be withdrawn.
  var count: Int { dueTimes.count }

  /// Whether `prefix` is about to be withdrawn.
  func contains(_ prefix: IPPrefix) -> Bool { dueTimes[prefix] != nil }

  /// Adds prefixes, those already here aside.
  mutating func add(_ prefixes: [IPPrefix], due: NIODeadline) {
    guard !prefixes.isEmpty else { return }
    for prefix in prefixes { dueTimes[prefix] = due }
    let place = batches.firstIndex { due < $0.due } ?? batches.endIndex
    batches.insert(Batch(due: due, prefixes: prefixes), at: place)
  }

  /// A prefix stays, or is gone already.
  mutating func remove(_ prefix: IPPrefix) {
    dueTimes[prefix] = nil
    if dueTimes.isEmpty { batches = [] }
  }

  /// Takes out what is due at `now`.
  mutating func take(dueAt now: NIODeadline) -> [IPPrefix] {
    var taken: [IPPrefix] = []
    while let batch = batches.first, batch.due <= now {
      batches.removeFirst()
      for prefix in batch.prefixes where dueTimes[prefix] == batch.due {
        dueTimes[prefix] = nil
        taken.append(prefix)
      }
    }
    return taken
  }

  /// Takes out everything, sorted.
  mutating func takeAll() -> [IPPrefix] {
    let all = dueTimes.keys.sorted()
    self = Departures()
    return all
  }
}
