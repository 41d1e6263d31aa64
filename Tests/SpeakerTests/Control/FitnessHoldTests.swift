import NIOCore
import Status
import Testing

@testable import Speaker

@Suite("whether the source is believed")
struct FitnessHoldTests {
  private typealias Share = FitnessHold.Share
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private static let wall = Timestamp(secondsSince1970: 1_767_225_600)

  private func update(
    _ hold: inout FitnessHold, nodes: Int, of total: Int = 4, endpoints: Int = 0,
    services: Int = 0, after seconds: Int64
  ) -> Bool? {
    hold.update(
      nodes: Share(bad: nodes, total: total), endpoints: Share(bad: endpoints, total: 10),
      failingServices: services, now: Self.start + .seconds(seconds), wallClock: Self.wall)
  }

  @Test("more than half of the nodes at once begins it, less than 30 % ends it")
  func nodes() throws {
    var hold = FitnessHold()
    #expect(update(&hold, nodes: 0, after: 0) == nil)
    #expect(update(&hold, nodes: 2, after: 1) == nil && hold.disagreement == nil)
    #expect(update(&hold, nodes: 3, after: 2) == true)
    #expect(update(&hold, nodes: 2, after: 3) == nil && hold.isHeld)
    let shown = try #require(hold.disagreement)
    #expect(shown.reason == "sourceSuspect" && shown.node == nil)
    #expect(shown.sentence.contains("2 of 4 nodes"))
    #expect(shown.action.contains("since 2026-01-01T00:00:00Z"))
    #expect(update(&hold, nodes: 1, after: 4) == false)
    #expect(hold.disagreement == nil)
  }

  @Test("the endpoints of several services begin it, those of one service do not")
  func endpoints() {
    var hold = FitnessHold()
    #expect(update(&hold, nodes: 0, after: 0) == nil)
    #expect(update(&hold, nodes: 0, endpoints: 9, services: 1, after: 1) == nil)
    #expect(update(&hold, nodes: 0, endpoints: 9, services: 2, after: 2) == true)
    #expect(update(&hold, nodes: 0, endpoints: 0, services: 0, after: 3) == false)
  }

  @Test("what was bad from the beginning is believed, and everything after ten minutes")
  func limits() {
    var hold = FitnessHold()
    #expect(update(&hold, nodes: 4, after: 0) == nil)
    #expect(update(&hold, nodes: 0, after: 1) == nil)
    #expect(update(&hold, nodes: 4, after: 2) == true)
    #expect(update(&hold, nodes: 4, after: 601) == nil)
    #expect(update(&hold, nodes: 4, after: 602) == false)
    #expect(update(&hold, nodes: 4, after: 700) == nil)
  }
}
