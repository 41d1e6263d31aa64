public import Addresses
public import NIOCore

/// When to announce which owned address unasked, on one interface.
///
/// An address is announced at once when it is taken, and again at the ``Configuration/repeats``. The
/// whole is paced, so that taking thousands of addresses does not flood the segment; first
/// announcements go before repeats. A repeat keeps its distance from the announcement before it, also
/// when that one was late.
///
/// It does no I/O and holds no clock: call ``due(now:)`` when ``nextDeadline`` is reached.
public struct GratuitousSchedule: Sendable {
  /// How often and how fast to announce.
  public struct Configuration: Hashable, Sendable {
    /// The times of the repeats, counted from the first announcement, in ascending order.
    ///
    /// By default 50, 200, 1100, 2200 and 3300 ms: the early ones cover a lost frame, the late ones
    /// reach Linux neighbours that ignore changes within one second (`locktime`).
    public var repeats: [TimeAmount]
    /// Addresses announced per second at most, once the burst is used; at least 1. An IPv4 address
    /// takes two frames, an IPv6 address one. 1000 by default.
    public var rate: Int
    /// Addresses that may be announced at once after a pause; at least 1. 200 by default.
    public var burst: Int

    /// A configuration with these values.
    public init(
      repeats: [TimeAmount] = [50, 200, 1100, 2200, 3300].map { .milliseconds($0) },
      rate: Int = 1000, burst: Int = 200
    ) {
      self.repeats = repeats
      self.rate = rate
      self.burst = burst
    }
  }

  private struct Entry {
    /// The index of the queue that holds the address; 0 waits for its first announcement.
    var step: Int
    var generation: UInt64
  }

  private struct Pending {
    let address: IPAddress
    let generation: UInt64
    let due: NIODeadline
  }

  /// The time from each announcement to the next.
  private let distances: [TimeAmount]
  /// When the pace is the limit, this many are waited for, so that the timer does not fire for each.
  private let batch: Int
  private var pacer: Pacer
  private var entries: [IPAddress: Entry] = [:]
  /// What waits for the n-th announcement. Each queue is in order of time, since each is filled in
  /// order of time from the one before. It may hold addresses that were released or taken again
  /// meanwhile, which their generation tells; the head never is such a one.
  private var queues: [CircularBuffer<Pending>]
  private var generation: UInt64 = 0

  /// A schedule with nothing to announce.
  public init(_ configuration: Configuration = Configuration()) {
    var previous = TimeAmount.zero
    distances = configuration.repeats.map { time in
      defer { previous = time }
      return max(.zero, time - previous)
    }
    pacer = Pacer(rate: configuration.rate, burst: configuration.burst)
    batch = max(1, min(configuration.burst, configuration.rate / 100))
    queues = Array(repeating: CircularBuffer(), count: distances.count + 1)
  }

  /// The number of addresses that have an announcement to come.
  public var pendingCount: Int { entries.count }

  /// Starts to announce the addresses, from the beginning if they are being announced already.
  public mutating func take(_ addresses: some Sequence<IPAddress>, now: NIODeadline) {
    for address in addresses where entries[address]?.step != 0 {
      generation += 1
      entries[address] = Entry(step: 0, generation: generation)
      queues[0].append(Pending(address: address, generation: generation, due: now))
    }
    dropStale()
  }

  /// Ends the announcements of the addresses.
  public mutating func release(_ addresses: some Sequence<IPAddress>) {
    for address in addresses { entries[address] = nil }
    dropStale()
  }

  /// When ``due(now:)`` has something to announce; nil when nothing is to come.
  public var nextDeadline: NIODeadline? {
    guard let due = queues.lazy.compactMap(\.first?.due).min() else { return nil }
    guard pacer.deadline(for: 1) > due else { return due }
    return pacer.deadline(for: min(batch, entries.count))
  }

  /// The addresses to announce now, in the order of sending, as many as the pace allows.
  public mutating func due(now: NIODeadline) -> [IPAddress] {
    var result: [IPAddress] = []
    defer { dropStale() }
    for step in queues.indices {
      while let next = queues[step].first, next.due <= now {
        if !isStale(next) {
          guard pacer.admit(now: now) else { return result }
          result.append(next.address)
          advance(next, from: step, now: now)
        }
        queues[step].removeFirst()
      }
    }
    return result
  }

  private mutating func advance(_ announced: Pending, from step: Int, now: NIODeadline) {
    guard step < distances.count else {
      entries[announced.address] = nil
      return
    }
    entries[announced.address]?.step = step + 1
    queues[step + 1].append(
      Pending(
        address: announced.address, generation: announced.generation, due: now + distances[step]))
  }

  private func isStale(_ pending: Pending) -> Bool {
    entries[pending.address]?.generation != pending.generation
  }

  private mutating func dropStale() {
    for step in queues.indices {
      while let first = queues[step].first, isStale(first) { queues[step].removeFirst() }
    }
    // Taking and releasing in turns must not let the queues grow without bound.
    let queued = queues.reduce(0) { $0 + $1.count }
    guard queued > 2 * entries.count + 64 else { return }
    for step in queues.indices {
      queues[step] = CircularBuffer(queues[step].filter { !isStale($0) })
    }
  }
}
