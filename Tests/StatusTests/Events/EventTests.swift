import Status
import Testing

@Suite("Events")
struct EventTests {
  private func event(
    _ node: String, at milliseconds: Int64, _ sequence: UInt64 = 1, trigger: String? = nil,
    toWire: Int64? = nil
  ) -> SpeakerEvent {
    SpeakerEvent(
      node: node, sequence: sequence,
      at: Moment(millisecondsSince1970: now.secondsSince1970 * 1000 + milliseconds),
      kind: .decision, object: "192.0.2.130", what: "layer 2: candidate -> owner",
      why: "the nodes elected it", trigger: trigger, microsecondsToWire: toWire)
  }

  @Test("what is told later and happened before comes before it, while it waits") func merge() {
    var merge = EventMerge(delayMilliseconds: 500)
    merge.add([event("node-1", at: 20)], now: 1000)
    #expect(merge.takeDue(now: 1499) == [])
    merge.add([event("node-2", at: 10)], now: 1400)
    #expect(merge.nextDue == 1500)
    #expect(merge.takeDue(now: 1500) == [event("node-2", at: 10), event("node-1", at: 20)])
    #expect(merge.nextDue == nil)
  }

  @Test("of one moment, by node and then in the order of the speaker") func sameMoment() {
    var merge = EventMerge(delayMilliseconds: 0)
    merge.add([event("b", at: 1, 1), event("a", at: 1, 7), event("a", at: 1, 6)], now: 0)
    #expect(merge.takeAll().map { "\($0.node)\($0.sequence)" } == ["a6", "a7", "b1"])
    #expect(merge.takeAll() == [])
  }

  @Test("a line says when, where, what, why, upon what and how soon") func line() throws {
    let renderer = StatusRenderer(format: .table, now: now)
    #expect(
      try renderer.event(event("node-1", at: 7, trigger: "election", toWire: 3210)) == """
        2026-01-01T00:00:00.007Z node-1 192.0.2.130 layer 2: candidate -> owner: the nodes elected \
        it (upon election, 3.2ms to the wire)

        """)
    #expect(
      try renderer.event(event("node-1", at: 0)).hasSuffix("owner: the nodes elected it\n"))
  }

  @Test("times to the wire", arguments: [(999, "999us"), (1000, "1.0ms"), (2_340_000, "2.3s")])
  func times(microseconds: Int64, text: String) throws {
    let line = try StatusRenderer(format: .table, now: now)
      .event(event("n", at: 0, toWire: microseconds))
    #expect(line.hasSuffix("(\(text) to the wire)\n"))
  }

  @Test("JSON is one object on a line, and reads back") func json() throws {
    let event = event("node-1", at: 250, trigger: "source", toWire: 12)
    let line = try StatusRenderer(format: .json, now: now).event(event)
    #expect(line.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
    #expect(try StatusRenderer.parse(line, as: SpeakerEvent.self) == event)
    #expect(try StatusRenderer(format: .name, now: now).event(event) == "192.0.2.130\n")
  }
}

@Suite("Moments")
struct MomentTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00.000Z", 0), ("2026-01-01T00:00:00.007Z", 1_767_225_600_007),
    ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
  ])
  func texts(text: String, milliseconds: Int64) {
    #expect(Moment(text)?.millisecondsSince1970 == milliseconds)
    #expect(Moment(millisecondsSince1970: milliseconds).description == text)
  }

  @Test("whole seconds are read too") func wholeSeconds() {
    #expect(Moment("2026-01-01T00:00:00Z")?.millisecondsSince1970 == 1_767_225_600_000)
  }

  @Test(arguments: [
    "", "2026-01-01T00:00:00.7Z", "2026-01-01T00:00:00.0070Z", "2026-01-01T00:00:00,007Z",
    "2026-01-01T00:00:00.-07Z", "2026-13-01T00:00:00.007Z", "2026-01-01T00:00:00.007+",
  ])
  func nonsense(text: String) { #expect(Moment(text) == nil) }

  @Test("what lies outside is clamped") func clamped() {
    #expect(Moment(millisecondsSince1970: -1).millisecondsSince1970 == 0)
    #expect("\(Moment(millisecondsSince1970: .max))" == "9999-12-31T23:59:59.999Z")
    #expect(Moment(millisecondsSince1970: .min).millisecondsSince1970 == 0)
  }
}
