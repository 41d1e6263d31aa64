import NIOCore
import Resources
import Testing

@testable import KubernetesClient

@Suite("Reflector: streaming lists")
struct StreamingListTests {
  private let a = ReflectorHarness.object("a", "11")
  private let b = ReflectorHarness.object("b", "12")
  private let end = WatchEvent.bookmark(resourceVersion: "50", endsInitialEvents: true)

  private func started() -> ReflectorHarness {
    var harness = ReflectorHarness(Reflector.Configuration())
    #expect(harness.handle(.start).watches == [nil])
    return harness
  }

  @Test("The bookmark completes the list, and the same request goes on as the watch")
  func completes() throws {
    var harness = started()
    try harness.respond(.opened)
    let first = try harness.respond(.events([.upserted(a)]))
    #expect(first.delivered == [ReflectedChanges([.upserted(a)], isComplete: false)])
    let newer = ReflectorHarness.object("b", "51")
    let last = try harness.respond(.events([.upserted(b), end, .upserted(newer)]))
    #expect(
      last.delivered == [
        ReflectedChanges([.upserted(b)], isComplete: true),
        ReflectedChanges([.upserted(newer)], isComplete: true),
      ])
    #expect(last.watches.isEmpty && last.lists.isEmpty)
    try harness.respond(.ended)
    #expect(harness.pass(.seconds(1)).watches == ["51"])
  }

  @Test("A stream that breaks is begun anew, and what it lacks then is removed")
  func breaks() throws {
    var harness = started()
    try harness.respond(.events([.upserted(a)]))
    try harness.respond(.failed(.connection("cut")))
    #expect(harness.pass(.seconds(1)).watches == [nil])
    let actions = try harness.respond(.events([.upserted(b), end]))
    #expect(
      actions.delivered == [ReflectedChanges([.upserted(b), .removed(a.name)], isComplete: true)])
  }

  @Test("A server that refuses the parameters is asked for pages at once", arguments: [400, 422])
  func refused(code: Int) throws {
    var harness = started()
    #expect(try harness.fail(code).lists == [nil])
    try harness.fail(500)
    #expect(harness.pass(.seconds(1)).lists == [nil])
  }

  @Test("A server that takes it for a plain watch is found out by its first plain bookmark")
  func plainBookmark() throws {
    var harness = started()
    let request = try #require(harness.request)
    try harness.respond(.events([.upserted(a)]))
    let actions = try harness.respond(
      .events([.upserted(b), .bookmark(resourceVersion: "50", endsInitialEvents: false)]))
    #expect(actions.contains(.cancel(request)))
    #expect(actions.lists == [nil])
    let page = try harness.respond(.page(ListPage(objects: [a, b], resourceVersion: "50")))
    #expect(page.delivered == [ReflectedChanges([], isComplete: true)])
  }

  @Test("A stream that only dribbles gives way to pages after a minute")
  func dribbles() throws {
    var harness = started()
    var lists: [String?] = []
    for _ in 0..<7 where lists.isEmpty {
      try harness.respond(.activity)
      lists = harness.pass(.seconds(10)).lists
    }
    #expect(lists == [nil])
  }

  @Test("After two silent streams in a row pages take over")
  func silent() throws {
    var harness = started()
    #expect(harness.pass(.seconds(31)).watches == [nil])
    #expect(harness.pass(.seconds(31)).lists == [nil])
  }
}
