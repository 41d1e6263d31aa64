public import Addresses
public import NIOCore

/// When to announce which owned address unasked, on one interface.
///
/// An address is announced at once when it is taken, again at the ``Configuration/repeats``, and then
/// every ``Configuration/refresh``. The whole is paced, so that taking thousands of addresses does not
/// flood the segment: every address gets its first announcement before any gets a repeat that is due
/// as well, and its n-th before any gets its (n+1)-th. An announcement keeps its distance from the one
/// before it, also when that one was late.
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
    /// The time from the last repeat to a further announcement, and from each of those to the next:
    /// for switches that forget where a quiet address is. 60 s by default; nil for none.
    public var refresh: TimeAmount?
    /// Packets per second at most, once the burst is used; at least 1. An IPv4 address takes two
    /// packets, an IPv6 address one. 2000 by default.
    public var packetsPerSecond: Int
    /// Packets that may go at once after a pause; at least 2. 400 by default.
    public var burst: Int

    /// A configuration with these values.
    public init(
      repeats: [TimeAmount] = [50, 200, 1100, 2200, 3300].map { .milliseconds($0) },
      refresh: TimeAmount? = .seconds(60), packetsPerSecond: Int = 2000, burst: Int = 400
    ) {
      self.repeats = repeats
      self.refresh = refresh
      self.packetsPerSecond = packetsPerSecond
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

  /// The most packets that one address takes.
  private static let largestAnnouncement = 2
  /// A refresh more often than this would be a flood of its own.
  private static let shortestRefresh = TimeAmount.milliseconds(100)

  /// The time from each announcement to the next.
  private let distances: [TimeAmount]
  private let refresh: TimeAmount?
  /// When the pace is the limit, this many packets are waited for, so that the timer does not fire for
  /// each.
  private let batch: Int
  private var pacer: Pacer
  private var entries: [IPAddress: Entry] = [:]
  /// What waits for the n-th announcement; the last is for refreshes. Each queue is in order of time,
  /// since each is filled in order of time. It may hold addresses that were released or taken again
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
    refresh = configuration.refresh.map { max($0, Self.shortestRefresh) }
    pacer = Pacer(
      rate: configuration.packetsPerSecond, burst: configuration.burst,
      largest: Self.largestAnnouncement)
    batch = max(
      Self.largestAnnouncement, min(configuration.burst, configuration.packetsPerSecond / 100))
    queues = Array(repeating: CircularBuffer(), count: distances.count + 2)
  }

  /// The number of packets that an announcement of `address` takes.
  public static func packetCount(of address: IPAddress) -> Int {
    address.family == .ipv4 ? largestAnnouncement : 1
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
    guard pacer.deadline(for: Self.largestAnnouncement) > due else { return due }
    let waiting = queues.reduce(0) { $0 + ($1.first.map { $0.due <= due } == true ? $1.count : 0) }
    return max(due, pacer.deadline(for: max(Self.largestAnnouncement, min(batch, waiting))))
  }

  /// The addresses to announce now, in the order of sending, as many as the pace allows.
  public mutating func due(now: NIODeadline) -> [IPAddress] {
    var result: [IPAddress] = []
    defer { dropStale() }
    for step in queues.indices {
      while let next = queues[step].first, next.due <= now {
        if !isStale(next) {
          guard pacer.admit(Self.packetCount(of: next.address), now: now) else { return result }
          result.append(next.address)
          queues[step].removeFirst()
          advance(next, from: step, now: now)
        } else {
          queues[step].removeFirst()
        }
      }
    }
    return result
  }

  private mutating func advance(_ announced: Pending, from step: Int, now: NIODeadline) {
    let distance = step < distances.count ? distances[step] : refresh
    guard let distance else {
      entries[announced.address] = nil
      return
    }
    let next = min(step + 1, queues.count - 1)
    entries[announced.address]?.step = next
    queues[next].append(
      Pending(address: announced.address, generation: announced.generation, due: now + distance))
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
