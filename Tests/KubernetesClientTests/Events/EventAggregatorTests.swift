import NIOCore
import Resources
import Testing

@testable import KubernetesClient

@Suite("Events: aggregated and rate-limited")
struct EventAggregatorTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
  private let time = EventTime(microseconds: 1_767_225_600_000_000)

  private func record(_ name: String, note: String = "announced from node-1") -> EventRecord {
    EventRecord(
      regarding: .init(
        apiVersion: "v1", kind: "Service", name: ObjectName(namespace: "default", name: name)),
      reason: "nodeAssigned", action: "Announce", note: note)
  }

  private func aggregator(burst: Int = 50, capacity: Int = 1000) -> EventAggregator {
    var configuration = EventAggregator.Configuration()
    configuration.burst = burst
    configuration.capacity = capacity
    return EventAggregator(
      controller: "bellman.io/speaker", instance: "node-1", configuration: configuration)
  }

  @Test("One change is one event")
  func one() throws {
    var aggregator = aggregator()
    aggregator.record(record("web"), now: start, time: time)
    let writes = aggregator.writes(now: start)
    guard case .create(let name, let object) = try #require(writes.first) else {
      Issue.record("expected an event to be created")
      return
    }
    #expect(writes.count == 1 && name.namespace == "default" && name.name.hasPrefix("web."))
    #expect(object["eventTime"] == "2026-01-01T00:00:00.000000Z")
    #expect(object["regarding"]?["name"] == "web")
    #expect(object["reportingController"] == "bellman.io/speaker")
    #expect(object["series"] == nil)
    #expect(aggregator.writes(now: start + .hours(1)).isEmpty)
    #expect(aggregator.nextDeadline(now: start) == nil)
  }

  @Test("A thousand repetitions are one event whose count is written now and then")
  func repetitions() throws {
    var aggregator = aggregator()
    var writes: [EventAggregator.Write] = []
    for second in 0..<1000 {
      let now = start + .milliseconds(Int64(second) * 100)
      aggregator.record(record("web"), now: now, time: time)
      writes += aggregator.writes(now: now)
    }
    writes += aggregator.writes(now: start + .seconds(200))
    #expect(writes.count == 5)
    guard case .repeated(let last, let patch) = try #require(writes.last) else {
      Issue.record("expected a count to be written")
      return
    }
    #expect(last.name.hasPrefix("web.") && last.namespace == "default")
    #expect(patch["series"]?["count"] == 1000)
  }

  @Test("The same again after the window is a new event")
  func window() {
    var aggregator = aggregator()
    aggregator.record(record("web"), now: start, time: time)
    _ = aggregator.writes(now: start)
    let later = start + .minutes(7)
    aggregator.record(record("web"), now: later, time: time)
    guard case .create = aggregator.writes(now: later).first else {
      Issue.record("expected an event to be created")
      return
    }
  }

  @Test("Five thousand changes at once are written at the rate allowed, and the rest is counted")
  func rate() {
    var aggregator = aggregator(burst: 10, capacity: 100)
    for number in 0..<5000 { aggregator.record(record("s\(number)"), now: start, time: time) }
    #expect(aggregator.drops == [.tooMany: 4900])
    #expect(aggregator.writes(now: start).count == 10)
    #expect(aggregator.writes(now: start).isEmpty)
    #expect(aggregator.nextDeadline(now: start) == start + .milliseconds(500))
    #expect(aggregator.writes(now: start + .milliseconds(500)).count == 1)
    var written = 11
    var now = start + .milliseconds(500)
    while let next = aggregator.nextDeadline(now: now), written < 200 {
      #expect(next > now)
      now = next
      written += aggregator.writes(now: now).count
    }
    #expect(written == 100)
  }

  @Test("An event that the server refuses is left out, and the next begins anew")
  func refused() throws {
    var aggregator = aggregator()
    aggregator.record(record("web"), now: start, time: time)
    let first = try #require(aggregator.writes(now: start).first)
    aggregator.finish(first, .status(APIStatus(code: 403)), now: start)
    #expect(aggregator.nextDeadline(now: start) == nil)
    #expect(aggregator.drops == [.refused: 1])
    #expect(aggregator.counts.failed == 1 && aggregator.counts.retries == 0)
    aggregator.record(record("web"), now: start, time: time)
    guard case .create(let second, let object) = aggregator.writes(now: start).first else {
      Issue.record("expected an event to be created")
      return
    }
    #expect(second != first.name && object["series"] == nil)
  }

  @Test(
    "What may yet succeed is tried again under the same name, after a while",
    arguments: [
      RequestFailure.stalled, .connection("cut"), .status(APIStatus(code: 500)),
      .status(APIStatus(code: 429)),
    ])
  func triedAgain(failure: RequestFailure) throws {
    var aggregator = aggregator()
    aggregator.record(record("web"), now: start, time: time)
    let first = try #require(aggregator.writes(now: start).first)
    aggregator.finish(first, failure, now: start)
    #expect(aggregator.writes(now: start).isEmpty)
    #expect(aggregator.nextDeadline(now: start) == start + .seconds(1))
    // Others wait too, for it is the server that was not well.
    aggregator.record(record("shop"), now: start, time: time)
    #expect(aggregator.writes(now: start).isEmpty)
    let writes = aggregator.writes(now: start + .seconds(1))
    #expect(writes.count == 2 && writes.contains(first))
    for write in writes { aggregator.finish(write, nil, now: start + .seconds(1)) }
    #expect(aggregator.nextDeadline(now: start + .seconds(1)) == nil)
    #expect(aggregator.drops == [:])
    let counts = aggregator.counts
    #expect(counts.succeeded == 2 && counts.failed == 1 && counts.retries == 1)
  }

  @Test("An event that an earlier attempt made, whose answer was lost, is written")
  func answerLost() throws {
    var aggregator = aggregator()
    aggregator.record(record("web"), now: start, time: time)
    let first = try #require(aggregator.writes(now: start).first)
    aggregator.finish(first, .stalled, now: start)
    let second = try #require(aggregator.writes(now: start + .seconds(1)).first)
    #expect(second == first)
    var exists = APIStatus(code: 409)
    exists.reason = "AlreadyExists"
    aggregator.finish(second, .status(exists), now: start + .seconds(1))
    #expect(aggregator.nextDeadline(now: start + .seconds(1)) == nil)
    // Its repetition counts on.
    aggregator.record(record("web"), now: start + .seconds(40), time: time)
    guard case .repeated(let name, let patch) = aggregator.writes(now: start + .seconds(40)).first
    else {
      Issue.record("expected a count to be written")
      return
    }
    #expect(name == first.name && patch["series"]?["count"] == 2)
  }

  @Test("A server that is never well is asked more and more seldom, and an event given up at last")
  func givenUp() throws {
    var aggregator = aggregator()
    aggregator.record(record("web"), now: start, time: time)
    var now = start
    var gaps: [Int64] = []
    while let next = aggregator.nextDeadline(now: now) {
      gaps.append((next - now).nanoseconds / 1_000_000_000)
      now = next
      let write = try #require(aggregator.writes(now: now).first)
      aggregator.finish(write, .stalled, now: now)
    }
    #expect(gaps == [0, 1, 2, 4, 8, 16, 30, 30, 30, 30])
    #expect(aggregator.drops == [.notTaken: 1])
    #expect(aggregator.counts.failed == 10 && aggregator.counts.retries == 9)
  }

  @Test("Long notes are cut at 1,024 octets")
  func longNote() {
    let object = record("web", note: String(repeating: "é", count: 1000))
      .object(name: "n", at: time, controller: "c", instance: "i")
    #expect((object["note"]?.string?.utf8.count).map { (1000...1024).contains($0) } == true)
  }

  @Test(
    "Times of the calendar",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
      (1_798_761_599_999_999, "2026-12-31T23:59:59.999999Z"),
      (4_107_542_399_000_000, "2100-02-28T23:59:59.000000Z"),
      (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
    ] as [(Int64, String)])
  func times(microseconds: Int64, text: String) {
    #expect(EventTime(microseconds: microseconds).description == text)
  }
}
