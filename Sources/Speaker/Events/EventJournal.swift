import Addresses
import NIOCore
import Status

/// What a speaker decided and heard lately, and those who wait for more.
///
/// An instance belongs to the event loop of the control state.
final class EventJournal {
  /// What of a decision is told once it has been carried out.
  private struct Decided {
    let address: IPAddress
    let change: AddressChange
    let isHeard: Bool
  }

  let node: String
  private let eventLoop: any EventLoop
  private let life: String
  private var ring: EventRing
  private var decided: [Decided] = []
  private var waiters: [UInt64: EventLoopPromise<Void>] = [:]
  private var nextWaiter: UInt64 = 0
  private var isClosed = false

  /// How many readers may wait at the same time.
  static let waiterLimit = 64
  /// How long a reader may wait for the next event.
  static let longestWait = TimeAmount.seconds(25)

  /// A journal without events, of a process that begins to live now.
  init(node: String, eventLoop: any EventLoop, ring: EventRing = EventRing()) {
    self.node = node
    self.eventLoop = eventLoop
    self.ring = ring
    life = "\(Moment.now)"
  }

  // MARK: Writing

  /// Notes something that happened at this moment.
  func record(
    _ kind: SpeakerEvent.Kind, _ object: String, _ what: String, why: String = "",
    trigger: EventMetrics.Event? = nil, timeToWire: TimeAmount? = nil
  ) {
    ring.append(
      SpeakerEvent(
        node: node, sequence: ring.next, at: .now, kind: kind, object: object, what: what, why: why,
        trigger: trigger?.rawValue, microsecondsToWire: timeToWire.map { $0.nanoseconds / 1000 }))
    wake()
  }

  /// Keeps changes of an address until ``commit(trigger:timeToWire:)`` says how long it took.
  ///
  /// - Parameter isHeard: whether segments or peers are told of them.
  func collect(_ address: IPAddress, _ changes: [AddressChange], isHeard: Bool) {
    decided += changes.map { Decided(address: address, change: $0, isHeard: isHeard) }
  }

  /// Notes what was collected.
  func commit(trigger: EventMetrics.Event, timeToWire: TimeAmount?) {
    for decision in decided {
      record(
        .decision, "\(decision.address)", decision.change.what, why: decision.change.why,
        trigger: trigger, timeToWire: decision.isHeard ? timeToWire : nil)
    }
    decided = []
  }

  // MARK: Reading

  /// What a reader asks for.
  struct Question: Sendable {
    /// How far it has come.
    var position = EventPosition()
    /// Events before this moment are left out.
    var since: Moment?
    /// Of those that are there, only so many of the last ones; nil for all.
    var tail: Int?
    /// How many it takes at once.
    var limit = EventRing().capacity
  }

  /// Events as a document. A reader of another process begins anew.
  func document(_ question: Question) -> EventsDocument {
    var sequence = question.position.life == life ? question.position.sequence : 0
    if let tail = question.tail, question.position.life.isEmpty {
      sequence = ring.last - min(ring.last, UInt64(max(0, tail)))
    }
    var page = ring.page(after: sequence, since: question.since, limit: question.limit)
    // Who begins has lost nothing.
    if question.position.life != life { page.lost = 0 }
    return EventsDocument(
      node: node, life: life, events: page.events, last: page.last, lost: page.lost,
      hasMore: page.hasMore)
  }

  /// Completes with the next event, and in any case after `time`; nil where too many wait already.
  func wait(_ time: TimeAmount) -> EventLoopFuture<Void>? {
    if isClosed { return eventLoop.makeSucceededVoidFuture() }
    guard waiters.count < Self.waiterLimit else { return nil }
    let promise = eventLoop.makePromise(of: Void.self)
    let number = nextWaiter
    nextWaiter += 1
    waiters[number] = promise
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let timer = eventLoop.scheduleTask(in: min(time, Self.longestWait)) {
      bound.value.waiters.removeValue(forKey: number)?.succeed()
    }
    promise.futureResult.whenComplete { _ in timer.cancel() }
    return promise.futureResult
  }

  /// Nobody waits any more: the speaker is stopping.
  func close() {
    isClosed = true
    wake()
  }

  private func wake() {
    let woken = waiters
    waiters = [:]
    for promise in woken.values { promise.succeed() }
  }
}
