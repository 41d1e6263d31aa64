import Status

/// The last events of a speaker. Those before them are lost, and counted.
struct EventRing {
  /// How many events are kept.
  let capacity: Int
  private var slots: [SpeakerEvent] = []
  /// The number of the last event, 0 before the first.
  private(set) var last: UInt64 = 0

  /// - Parameter capacity: how many events are kept, at least one.
  init(capacity: Int = 4096) { self.capacity = max(1, capacity) }

  /// The number that the next event gets.
  var next: UInt64 { last + 1 }

  /// Keeps an event with the number ``next``.
  mutating func append(_ event: SpeakerEvent) {
    last += 1
    if slots.count < capacity {
      slots.append(event)
    } else {
      slots[Int((last - 1) % UInt64(capacity))] = event
    }
  }

  /// Some of the events.
  struct Page {
    /// The events in their order.
    var events: [SpeakerEvent] = []
    /// How many were asked for and are lost.
    var lost: UInt64 = 0
    /// The number after which to go on.
    var last: UInt64
    /// Whether more are kept.
    var hasMore = false
  }

  /// Up to `limit` events after the number `sequence`, and not before `since`.
  func page(after sequence: UInt64, since: Moment? = nil, limit: Int) -> Page {
    let first = last - UInt64(slots.count)
    let start = min(max(sequence, first), last)
    var page = Page(lost: start > sequence ? start - sequence : 0, last: start)
    for number in start..<last {
      let event = slots[Int(number % UInt64(capacity))]
      if let since, event.at < since {
        page.last = number + 1
        continue
      }
      guard page.events.count < limit else {
        page.hasMore = true
        break
      }
      page.events.append(event)
      page.last = number + 1
    }
    return page
  }
}
