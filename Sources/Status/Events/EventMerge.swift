/// Puts the events of several speakers into the order of time. Each waits for a while, so that what
/// another speaker told later, and happened before, still comes before it. A value without a clock.
public struct EventMerge: Sendable {
  private struct Waiting: Sendable {
    let event: SpeakerEvent
    let due: Int64
  }

  private var waiting: [Waiting] = []
  private let delay: Int64

  /// - Parameter delayMilliseconds: how long an event waits for others.
  public init(delayMilliseconds: Int64) { delay = delayMilliseconds }

  /// When the next event is due, on the clock of `now`, in milliseconds; nil where none waits.
  public var nextDue: Int64? { waiting.map(\.due).min() }

  /// Takes events that came at `now`, in milliseconds.
  public mutating func add(_ events: [SpeakerEvent], now: Int64) {
    waiting += events.map { Waiting(event: $0, due: now + delay) }
  }

  /// The events whose time has come, and those that happened before one of them, in their order.
  public mutating func takeDue(now: Int64) -> [SpeakerEvent] {
    guard let latest = waiting.filter({ $0.due <= now }).map(\.event.at).max() else { return [] }
    let due = waiting.filter { $0.event.at <= latest }.map(\.event)
    waiting.removeAll { $0.event.at <= latest }
    return Self.sorted(due)
  }

  /// All that is left, in its order.
  public mutating func takeAll() -> [SpeakerEvent] {
    defer { waiting = [] }
    return Self.sorted(waiting.map(\.event))
  }

  private static func sorted(_ events: [SpeakerEvent]) -> [SpeakerEvent] {
    events.sorted { ($0.at, $0.node, $0.sequence) < ($1.at, $1.node, $1.sequence) }
  }
}
