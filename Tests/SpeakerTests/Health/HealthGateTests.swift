import Assignment
import NIOCore
import Resources
import Testing

@testable import Speaker

@Suite("health check node ports over time")
struct HealthGateTests {
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private static let web = ObjectName(namespace: "shop", name: "web")
  private static let options = HealthGateOptions(
    interval: .seconds(2), timeout: .seconds(1), failures: 3, successes: 2)

  private static func at(_ milliseconds: Int64) -> NIODeadline {
    start + .milliseconds(milliseconds)
  }

  /// A gate that asks about `web`.
  private static func gate() -> HealthGate {
    var gate = HealthGate(options)
    gate.update([web: 32_000], now: at(0))
    return gate
  }

  /// Has the gate ask at this time and answers at once; nil where it does not ask.
  private static func answer(
    _ gate: inout HealthGate, _ outcome: HealthOutcome, at milliseconds: Int64
  ) -> LocalHealth?? {
    let questions = gate.takeDue(now: at(milliseconds))
    for question in questions { gate.take(outcome, to: question.number, about: question.service) }
    return gate.takeChanges().first.map(\.health)
  }

  @Test(
    "the first answer counts at once, whatever it is",
    arguments: [
      (HealthOutcome.healthy, LocalHealth.serving),
      (.unhealthy(status: 503), .failing("answered 503")),
      (.refused, .failing("refuses connections")),
      (.silent, .failing("did not answer in time")),
    ])
  func first(outcome: HealthOutcome, health: LocalHealth) {
    var gate = Self.gate()
    #expect(!gate.isPrimed)
    #expect(Self.answer(&gate, outcome, at: 0) == .some(health))
    #expect(gate.isPrimed)
  }

  @Test("so many failures in a row end it, so many answers begin it again")
  func thresholds() {
    var gate = Self.gate()
    #expect(Self.answer(&gate, .healthy, at: 0) == .some(.serving))
    #expect(Self.answer(&gate, .refused, at: 2000) == nil)
    #expect(Self.answer(&gate, .refused, at: 4000) == nil)
    #expect(Self.answer(&gate, .healthy, at: 6000) == nil, "a good answer begins the row anew")
    #expect(Self.answer(&gate, .refused, at: 8000) == nil)
    #expect(Self.answer(&gate, .refused, at: 10_000) == nil)
    #expect(
      Self.answer(&gate, .unhealthy(status: 503), at: 12_000) == .some(.failing("answered 503")))
    #expect(Self.answer(&gate, .healthy, at: 14_000) == nil)
    #expect(Self.answer(&gate, .refused, at: 16_000) == .some(.failing("refuses connections")))
    #expect(Self.answer(&gate, .healthy, at: 18_000) == nil)
    #expect(Self.answer(&gate, .healthy, at: 20_000) == .some(.serving))
  }

  @Test("it is asked once an interval, and not while a question is under way")
  func pace() throws {
    var gate = Self.gate()
    let first = try #require(gate.takeDue(now: Self.at(0)).first)
    #expect(first.port == 32_000)
    #expect(gate.takeDue(now: Self.at(500)) == [])
    gate.take(.healthy, to: first.number, about: first.service)
    #expect(gate.takeDue(now: Self.at(1999)) == [])
    #expect(gate.takeDue(now: Self.at(2000)).count == 1)
    // The loop was busy for a minute: one question, not thirty.
    let late = gate.takeDue(now: Self.at(62_000))
    #expect(late.count == 1)
    gate.take(.healthy, to: late[0].number, about: late[0].service)
    #expect(gate.takeDue(now: Self.at(62_100)) == [])
  }

  @Test("what does not answer in time is silent, and its late answer is ignored")
  func late() throws {
    var gate = Self.gate()
    let question = try #require(gate.takeDue(now: Self.at(0)).first)
    #expect(gate.takeDue(now: Self.at(999)) == [] && gate.takeChanges().isEmpty)
    #expect(gate.takeDue(now: Self.at(1000)) == [])
    #expect(gate.takeChanges().map(\.health) == [.failing("did not answer in time")])
    gate.take(.healthy, to: question.number, about: question.service)
    #expect(gate.takeChanges().isEmpty)
  }

  @Test("a service that is asked about no more is unknown, and another port is another question")
  func removal() throws {
    var gate = Self.gate()
    _ = Self.answer(&gate, .healthy, at: 0)
    gate.update([Self.web: 32_001], now: Self.at(100))
    #expect(gate.takeChanges().map(\.health) == [nil])
    #expect(gate.takeDue(now: Self.at(100)).map(\.port) == [32_001])
    gate.update([Self.web: .none], now: Self.at(200))
    #expect(gate.takeChanges().map(\.health) == [nil])
    #expect(gate.takeDue(now: Self.at(9000)) == [] && gate.isPrimed)
  }

  @Test("at most 64 questions are under way at once")
  func bound() {
    var gate = HealthGate(Self.options)
    let names = (0..<100).map { ObjectName(namespace: "shop", name: "web-\($0)") }
    gate.update(Dictionary(uniqueKeysWithValues: names.map { ($0, 32_000) }), now: Self.at(0))
    let first = gate.takeDue(now: Self.at(0))
    #expect(first.count == 64 && gate.takeDue(now: Self.at(1)) == [])
    for question in first { gate.take(.healthy, to: question.number, about: question.service) }
    #expect(gate.takeDue(now: Self.at(2)).count == 36)
  }
}
