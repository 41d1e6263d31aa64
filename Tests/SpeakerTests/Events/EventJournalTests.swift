import Addresses
import NIOCore
import NIOEmbedded
import Resources
import Status
import Testing

@testable import Speaker

@Suite struct EventRingTests {
  private func ring(_ count: Int, capacity: Int) -> EventRing {
    var ring = EventRing(capacity: capacity)
    for number in 0..<count {
      ring.append(
        SpeakerEvent(
          node: "node-1", sequence: ring.next,
          at: Moment(millisecondsSince1970: Int64(number) * 1000), kind: .decision, object: "a",
          what: "\(number)", why: ""))
    }
    return ring
  }

  private func numbers(_ page: EventRing.Page) -> [UInt64] { page.events.map(\.sequence) }

  @Test func allThatAreKeptAreHandedOutInTheirOrder() {
    let page = ring(3, capacity: 4).page(after: 0, limit: 10)
    #expect(numbers(page) == [1, 2, 3])
    #expect(page.last == 3 && page.lost == 0 && !page.hasMore)
    #expect(numbers(ring(0, capacity: 4).page(after: 0, limit: 10)) == [])
  }

  @Test func whatWasPushedOutIsCounted() {
    let page = ring(10, capacity: 4).page(after: 2, limit: 10)
    #expect(numbers(page) == [7, 8, 9, 10])
    #expect(page.lost == 4)
    #expect(ring(10, capacity: 4).page(after: 6, limit: 10).lost == 0)
  }

  @Test func aPageIsBoundedAndSaysThatThereIsMore() {
    let ring = ring(10, capacity: 16)
    var page = ring.page(after: 0, limit: 4)
    #expect(numbers(page) == [1, 2, 3, 4] && page.hasMore)
    page = ring.page(after: page.last, limit: 6)
    #expect(numbers(page) == [5, 6, 7, 8, 9, 10] && !page.hasMore)
  }

  @Test func whatIsOlderIsLeftOut() {
    let since = Moment(millisecondsSince1970: 7000)
    let page = ring(10, capacity: 16).page(after: 0, since: since, limit: 2)
    #expect(numbers(page) == [8, 9] && page.hasMore)
    let none = ring(3, capacity: 16).page(after: 0, since: since, limit: 2)
    #expect(numbers(none) == [] && none.last == 3 && !none.hasMore)
  }

  /// As of another process, or of nobody.
  @Test func numbersThatWereNeverGivenFindNothing() {
    let page = ring(3, capacity: 4).page(after: .max, limit: 10)
    #expect(numbers(page) == [] && page.last == 3 && page.lost == 0)
  }
}

@Suite struct EventJournalTests {
  private let loop = EmbeddedEventLoop()

  private func journal(_ count: Int = 0, capacity: Int = 16) -> EventJournal {
    let journal = EventJournal(
      node: "node-1", eventLoop: loop, ring: EventRing(capacity: capacity))
    for number in 0..<count { journal.record(.session, "tor-a", "\(number)") }
    return journal
  }

  @Test func aReaderGoesOnWhereItWas() {
    let journal = journal(3)
    var question = EventJournal.Question()
    let first = journal.document(question)
    #expect(first.events.map(\.what) == ["0", "1", "2"])
    journal.record(.session, "tor-a", "3")
    question.position = EventPosition(after: first)
    #expect(journal.document(question).events.map(\.what) == ["3"])
  }

  @Test func aReaderOfAnotherProcessBeginsAnew() {
    let journal = journal(3)
    var question = EventJournal.Question()
    question.position = EventPosition(life: "another", sequence: 1000)
    let document = journal.document(question)
    #expect(document.events.count == 3 && document.lost == 0)
  }

  @Test func theLastOnesAreEnoughForABeginning() {
    let journal = journal(5)
    var question = EventJournal.Question()
    question.tail = 2
    let document = journal.document(question)
    #expect(document.events.map(\.what) == ["3", "4"])
    question.tail = 0
    #expect(journal.document(question).events == [])
    question.tail = 100
    #expect(journal.document(question).events.count == 5)
    question.position = EventPosition(after: document)
    #expect(journal.document(question).events == [])
  }

  @Test func whoFellBehindIsToldHowFar() {
    let journal = journal(1, capacity: 4)
    var question = EventJournal.Question()
    question.position = EventPosition(after: journal.document(question))
    for number in 0..<10 { journal.record(.session, "tor-a", "\(number)") }
    let document = journal.document(question)
    #expect(document.lost == 6 && document.events.map(\.what) == ["6", "7", "8", "9"])
  }

  @Test func aDecisionIsToldWithTheTimeThatItTook() throws {
    let journal = journal()
    let change = AddressChange(at: .now, what: "layer 2: candidate -> owner", why: "because")
    let address = try #require(IPAddress("192.0.2.130"))
    journal.collect(address, [change], isHeard: true)
    journal.collect(address, [change], isHeard: false)
    #expect(journal.document(.init()).events == [])
    journal.commit(trigger: .election, timeToWire: .microseconds(1500))
    let events = journal.document(.init()).events
    #expect(events.map(\.microsecondsToWire) == [1500, nil])
    #expect(events.map(\.trigger) == ["election", "election"])
    journal.commit(trigger: .election, timeToWire: nil)
    #expect(journal.document(.init()).events.count == 2)
  }

  @Test func whatCannotBeReadIsNotSaidToBeInError() {
    let journal = journal()
    let stream = Diagnostic(severity: .error, file: "services", message: "cannot be read: refused")
    let pool = Diagnostic(
      severity: .error, file: "pools.yaml", line: 3, object: "IPAddressPool metallb-system/pool",
      message: "expected a range")
    let bad = SourceState(problems: [pool, stream], obstacles: [stream])
    journal.note(bad, after: SourceState(), of: "/m")
    journal.note(SourceState(problems: [pool]), after: bad, of: "/m")
    journal.note(SourceState(), after: SourceState(problems: [pool]), of: "/m")
    #expect(
      journal.document(.init()).events.map { "\($0.kind.rawValue) \($0.object): \($0.what)" } == [
        "source services: cannot be read",
        "configuration IPAddressPool metallb-system/pool: is in error",
        "source services: can be read again", "configuration /m: all problems are mended",
      ])
  }

  @Test func whoWaitsIsWokenByTheNextEventOrByTime() throws {
    let journal = journal()
    let first = try #require(journal.wait(.seconds(10)))
    var isWoken = false
    first.assumeIsolated().whenSuccess { isWoken = true }
    journal.record(.session, "tor-a", "established")
    #expect(isWoken)
    isWoken = false
    let second = try #require(journal.wait(.hours(1)))
    second.assumeIsolated().whenSuccess { isWoken = true }
    loop.advanceTime(by: EventJournal.longestWait - .milliseconds(1))
    #expect(!isWoken)
    loop.advanceTime(by: .milliseconds(1))
    #expect(isWoken)
  }

  @Test func onlySoManyMayWaitAndNobodyAfterTheEnd() throws {
    let journal = journal()
    var woken = 0
    for _ in 0..<EventJournal.waiterLimit {
      try #require(journal.wait(.seconds(10))).assumeIsolated().whenSuccess { woken += 1 }
    }
    #expect(journal.wait(.seconds(10)) == nil)
    journal.close()
    #expect(woken == EventJournal.waiterLimit)
    var isWoken = false
    try #require(journal.wait(.seconds(10))).assumeIsolated().whenSuccess { isWoken = true }
    #expect(isWoken)
  }
}
