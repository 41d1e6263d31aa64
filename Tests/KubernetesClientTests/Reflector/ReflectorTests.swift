import NIOCore
import Resources
import Testing

@testable import KubernetesClient

@Suite("Reflector: step by step")
struct ReflectorTests {
  private let a = ReflectorHarness.object("a", "11")
  private let b = ReflectorHarness.object("b", "12")

  @Test("A list in pages is complete with its last page, and the watch goes on from its version")
  func pages() throws {
    var harness = ReflectorHarness()
    #expect(harness.handle(.start).lists == [nil])
    let first = try harness.respond(
      .page(ListPage(objects: [a], resourceVersion: "50", continueToken: "next")))
    #expect(first.delivered == [ReflectedChanges([.upserted(a)], isComplete: false)])
    #expect(first.lists == ["next"])
    #expect(!harness.reflector.isSynced)
    let last = try harness.respond(.page(ListPage(objects: [b], resourceVersion: "50")))
    #expect(last.delivered == [ReflectedChanges([.upserted(b)], isComplete: true)])
    #expect(last.watches == ["50"])
    #expect(last.conditions == [.following])
    #expect(harness.reflector.isSynced)
  }

  @Test("An empty list is complete too")
  func emptyList() throws {
    var harness = ReflectorHarness()
    harness.handle(.start)
    let actions = try harness.respond(.page(ListPage(objects: [], resourceVersion: "50")))
    #expect(actions.delivered == [ReflectedChanges([], isComplete: true)])
  }

  @Test("A new list removes what it does not hold and repeats nothing")
  func relist() throws {
    var harness = try ReflectorHarness.following([a, b])
    try harness.fail(410)
    #expect(harness.pass(.seconds(1)).lists == [nil])
    let newer = ReflectorHarness.object("b", "60")
    let actions = try harness.respond(.page(ListPage(objects: [newer], resourceVersion: "61")))
    #expect(
      actions.delivered == [
        ReflectedChanges([.upserted(newer), .removed(a.name)], isComplete: true)
      ])
  }

  @Test("A list that breaks between pages and starts anew leaves nothing of its first try")
  func brokenPages() throws {
    var harness = ReflectorHarness()
    harness.handle(.start)
    try harness.respond(
      .page(ListPage(objects: [a], resourceVersion: "50", continueToken: "next")))
    try harness.fail(410)
    #expect(harness.pass(.seconds(1)).lists == [nil])
    let actions = try harness.respond(.page(ListPage(objects: [b], resourceVersion: "61")))
    #expect(
      actions.delivered == [ReflectedChanges([.upserted(b), .removed(a.name)], isComplete: true)])
  }

  @Test("A page that asks for itself again is an error, not a loop")
  func endlessPages() throws {
    var harness = ReflectorHarness()
    harness.handle(.start)
    let page = ListPage(objects: [a], resourceVersion: "50", continueToken: "same")
    try harness.respond(.page(page))
    let actions = try harness.respond(.page(page))
    #expect(actions.lists.isEmpty)
    #expect(actions.conditions == [.failing(.malformed("a list whose pages never end"))])
  }

  @Test("Events are delivered in order and move the version on")
  func events() throws {
    var harness = try ReflectorHarness.following([a])
    let newer = ReflectorHarness.object("a", "51")
    let gone = ReflectorHarness.object("a", "52")
    let actions = try harness.respond(
      .events([.upserted(newer), .removed(gone), .upserted(b), .removed(a)]))
    #expect(
      actions.delivered == [
        ReflectedChanges([.upserted(newer), .removed(a.name), .upserted(b)], isComplete: true)
      ])
    try harness.respond(.events([.bookmark(resourceVersion: "70", endsInitialEvents: false)]))
    try harness.respond(.ended)
    #expect(harness.pass(.seconds(1)).watches == ["70"])
  }

  @Test("A watch that had its time is renewed at once; one that ends early waits")
  func renewal() throws {
    var harness = try ReflectorHarness.following([a])
    harness.pass(.seconds(60))
    try harness.respond(.ended)
    #expect(harness.delay == .nanoseconds(0))
    #expect(harness.pass(.nanoseconds(0)).watches == ["50"])
    try harness.respond(.opened)
    try harness.respond(.ended)
    #expect(try #require(harness.delay) >= .milliseconds(100))
  }

  @Test("Waits double from 200 ms to 30 s, each drawn from its upper half")
  func backoff() throws {
    var harness = ReflectorHarness()
    harness.handle(.start)
    var longest = TimeAmount.milliseconds(200)
    for _ in 0..<12 {
      try harness.fail(500)
      let delay = try #require(harness.delay)
      #expect(delay <= longest && delay >= .nanoseconds(longest.nanoseconds / 2))
      longest = min(.nanoseconds(longest.nanoseconds * 2), .seconds(30))
      #expect(harness.pass(delay).lists == [nil])
    }
  }

  @Test(
    "Retry-After is obeyed within bounds",
    arguments: [(429, 7, 7...8), (503, 20, 20...22), (429, 86_400, 300...330)]
      as [(
        Int, Int64, ClosedRange<Int64>
      )])
  func retryAfter(code: Int, seconds: Int64, expected: ClosedRange<Int64>) throws {
    var harness = try ReflectorHarness.following([a])
    try harness.fail(code, retryAfter: .seconds(seconds))
    let delay = try #require(harness.delay)
    #expect(
      delay >= .seconds(expected.lowerBound) && delay <= .seconds(expected.upperBound + 1))
    #expect(harness.pass(delay).watches == ["50"])
  }

  @Test("Refused credentials are renewed before the watch goes on")
  func credentials() throws {
    var harness = try ReflectorHarness.following([a])
    #expect(try harness.fail(401).contains(.renewCredentials))
    #expect(harness.pass(.seconds(1)).watches == ["50"])
  }

  @Test("A silent watch is ended, and goes on over new connections")
  func idle() throws {
    var harness = try ReflectorHarness.following([a])
    let request = try #require(harness.request)
    harness.pass(.seconds(100))
    try harness.respond(.activity)
    #expect(harness.pass(.seconds(149)).isEmpty)
    let actions = harness.pass(.seconds(2))
    #expect(actions.contains(.cancel(request)))
    #expect(actions.contains(.renewConnections))
    #expect(actions.watches == ["50"])
  }

  @Test("What an ended request still brings is not listened to")
  func lateResponse() throws {
    var harness = try ReflectorHarness.following([a])
    let request = try #require(harness.request)
    harness.pass(.seconds(200))
    #expect(harness.handle(.response(.events([.upserted(b)]), of: request)).isEmpty)
    #expect(Set(harness.reflector.knownNames) == [a.name])
  }

  @Test("A kind that is not installed counts as empty, is asked for in peace, and then found")
  func notInstalled() throws {
    var harness = ReflectorHarness()
    harness.handle(.start)
    // A server that starts may not know its custom resources yet, nor their group.
    #expect(try harness.fail(404).discoveries == 1 && !harness.reflector.isSynced)
    #expect(try harness.fail(404).isEmpty && !harness.reflector.isSynced)
    let pause = try #require(harness.delay)
    #expect(pause >= .seconds(3) && pause <= .seconds(4))
    #expect(harness.pass(pause).lists == [nil])
    // Who is told that there is nothing knows why.
    #expect(
      try harness.fail(404) == [
        .report(.notInstalled), .deliver(ReflectedChanges([], isComplete: true)),
      ])
    for expected in [10, 20, 40, 80, 120, 120] as [Int64] {
      let delay = try #require(harness.delay).nanoseconds / 1_000_000
      #expect((expected * 800...expected * 1200).contains(delay))
      #expect(harness.pass(.milliseconds(delay + 1)).lists == [nil])
      #expect(try harness.fail(404).isEmpty)
    }
    harness.pass(try #require(harness.delay))
    let found = try harness.respond(.page(ListPage(objects: [a], resourceVersion: "50")))
    #expect(found.delivered == [ReflectedChanges([.upserted(a)], isComplete: true)])
    #expect(found.conditions == [.following])
  }

  @Test("A group that is served without the kind proves at once that it is not installed")
  func provedAbsence() throws {
    var harness = ReflectorHarness()
    harness.handle(.start)
    try harness.fail(404)
    #expect(
      try harness.respond(.discovered(isServed: false)) == [
        .report(.notInstalled), .deliver(ReflectedChanges([], isComplete: true)),
      ])
    // Soon the first time, for it may be being installed; then in peace.
    for expected in [3, 10, 20, 40, 80, 120] as [Int64] {
      let delay = try #require(harness.delay).nanoseconds / 1_000_000
      #expect((expected * 800...expected * 1200).contains(delay), "\(delay) ms")
      let asked = harness.pass(.milliseconds(delay + 1))
      #expect(asked.lists == [nil] && asked.requests == 1)
      #expect(try harness.fail(404).isEmpty)
    }
    harness.pass(try #require(harness.delay))
    let found = try harness.respond(.page(ListPage(objects: [a], resourceVersion: "50")))
    #expect(found.delivered == [ReflectedChanges([.upserted(a)], isComplete: true)])
  }

  @Test("A group that cannot be asked for, or that has the kind, proves nothing")
  func unprovedAbsence() throws {
    let answers: [Reflector.Response] = [
      .discovered(isServed: true), .failed(.malformed("<html>")),
      .failed(.status(APIStatus(code: 403))), .failed(.status(APIStatus(code: 404))),
    ]
    for answer in answers {
      var harness = ReflectorHarness()
      harness.handle(.start)
      try harness.fail(404)
      #expect(try harness.respond(answer).isEmpty && !harness.reflector.isSynced)
      let pause = try #require(harness.delay)
      #expect(pause >= .seconds(3) && pause <= .seconds(4))
      #expect(harness.pass(pause).lists == [nil])
      #expect(try harness.fail(404).conditions == [.notInstalled])
    }
  }

  @Test("A server that is asked once whether it serves a kind and fails is not asked again")
  func failedDiscovery() throws {
    var harness = ReflectorHarness()
    harness.handle(.start)
    try harness.fail(404)
    #expect(
      try harness.fail(429, retryAfter: .seconds(20)).conditions.count == 1,
      "the server could take no request")
    #expect(try #require(harness.delay) >= .seconds(20))
    var actions = harness.pass(try #require(harness.delay))
    while !harness.reflector.isSynced {
      actions += try harness.fail(404)
      #expect(harness.now < .uptimeNanoseconds(60_000_000_000))
      actions += harness.pass(harness.reflector.isSynced ? .zero : try #require(harness.delay))
    }
    #expect(actions.discoveries == 0)
    // One that says nothing is given up like any other.
    harness = ReflectorHarness()
    harness.handle(.start)
    try harness.fail(404)
    let stalled = harness.pass(.seconds(31))
    #expect(stalled.contains(.renewConnections) && stalled.lists == [nil])
  }

  @Test("A kind that had objects is not given up for what the server says it serves")
  func discoveryIsForTheStart() throws {
    var harness = try ReflectorHarness.following([a])
    var actions: [Reflector.Action] = []
    for _ in 0..<3 {
      actions += try harness.fail(404)
      actions += harness.pass(try #require(harness.delay))
    }
    #expect(actions.discoveries == 0 && Set(harness.reflector.knownNames) == [a.name])
  }

  @Test("A kind that comes while the first 404 is in doubt is read as if nothing had been")
  func foundInTime() throws {
    var harness = ReflectorHarness()
    harness.handle(.start)
    try harness.fail(404)
    try harness.fail(404)
    harness.pass(.seconds(4))
    let found = try harness.respond(.page(ListPage(objects: [a], resourceVersion: "50")))
    #expect(found.delivered == [ReflectedChanges([.upserted(a)], isComplete: true)])
    #expect(found.conditions == [.following])
  }

  @Test("A kind that was seen once is looked for every ten seconds")
  func seenOnce() throws {
    var harness = try ReflectorHarness.following([])
    for _ in 0..<8 {
      try harness.fail(404)
      let delay = try #require(harness.delay)
      #expect(delay >= .seconds(8) && delay <= .seconds(12))
      harness.pass(delay)
    }
    #expect(harness.reflector.condition == .notInstalled)
  }

  @Test("A kind that had objects is gone only after half a minute of 404")
  func uninstalled() throws {
    var harness = try ReflectorHarness.following([a])
    var delivered: [ReflectedChanges] = []
    var asked = 0
    try harness.fail(404)
    let start = harness.now
    while delivered.isEmpty, asked < 10 {
      harness.pass(try #require(harness.delay))
      delivered = try harness.fail(404).delivered
      asked += 1
    }
    #expect(delivered == [ReflectedChanges([.removed(a.name)], isComplete: true)])
    #expect(harness.now - start >= .seconds(30) && harness.now - start < .seconds(45))
  }

  @Test("A failure between two 404 begins the half minute anew")
  func interruptedAbsence() throws {
    var harness = try ReflectorHarness.following([a])
    try harness.fail(404)
    harness.pass(.seconds(12))
    try harness.fail(503)
    #expect(harness.reflector.absentSince == nil)
    #expect(Set(harness.reflector.knownNames) == [a.name])
  }

  @Test("The end of an outage cuts waits short, and the row of failures goes on")
  func recovered() throws {
    var harness = try ReflectorHarness.following([a])
    for _ in 0..<10 {
      try harness.fail(503)
      harness.pass(try #require(harness.delay))
    }
    try harness.fail(503)
    #expect(try #require(harness.delay) >= .seconds(15))
    #expect(harness.handle(.recovered).isEmpty)
    let soon = try #require(harness.delay)
    #expect(soon >= .zero && soon <= .milliseconds(500))
    #expect(harness.pass(soon).watches == ["50"])
    #expect(harness.handle(.recovered).isEmpty, "a request that is under way is left alone")
    try harness.fail(503)
    #expect(try #require(harness.delay) >= .seconds(15))
  }

  @Test("After an outage a version that the server has forgotten is listed anew at once, and once")
  func expiredInOutage() throws {
    var harness = try ReflectorHarness.following([a])
    for _ in 0..<10 {
      try harness.fail(503)
      harness.pass(try #require(harness.delay))
    }
    #expect(try harness.fail(410).conditions.isEmpty, "no word for what is the way of the world")
    let delay = try #require(harness.delay)
    #expect(delay <= .milliseconds(200))
    #expect(harness.pass(delay).lists == [nil])
    // A server that forgets all versions at once is asked more and more seldom.
    var longest = delay
    for _ in 0..<10 {
      try harness.respond(.page(ListPage(objects: [], resourceVersion: "60")))
      try harness.fail(410)
      longest = try #require(harness.delay)
      harness.pass(longest)
    }
    #expect(longest >= .seconds(15))
  }

  @Test("No wait is cut that the server asked for, or that is for no outage")
  func notRecovered() throws {
    var harness = try ReflectorHarness.following([a])
    try harness.fail(429, retryAfter: .seconds(20))
    harness.handle(.recovered)
    #expect(try #require(harness.delay) >= .seconds(20))
    for code in [403, 404] {
      var harness = try ReflectorHarness.following([a])
      for _ in 0..<12 {
        try harness.fail(code)
        harness.pass(try #require(harness.delay))
      }
      try harness.fail(code)
      let delay = try #require(harness.delay)
      harness.handle(.recovered)
      #expect(harness.delay == delay && delay >= .seconds(8))
    }
    var started = ReflectorHarness()
    #expect(started.handle(.recovered).isEmpty && started.delay == nil)
  }

  @Test("One failure of a watch is not worth a word; a row of them is, once")
  func reports() throws {
    var harness = try ReflectorHarness.following([a])
    #expect(try harness.fail(500).conditions.isEmpty)
    harness.pass(.seconds(1))
    let failure = RequestFailure.status(APIStatus(code: 500))
    #expect(try harness.fail(500).conditions == [.failing(failure)])
    harness.pass(.seconds(1))
    #expect(try harness.fail(500).conditions.isEmpty)
    harness.pass(.seconds(2))
    try harness.respond(.opened)
    #expect(harness.pass(.seconds(6)).conditions == [.following])
  }
}
