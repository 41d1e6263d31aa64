import NIOCore
import Testing

@testable import KubernetesClient

@Suite("How much may be written") struct WriteBudgetTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private var budget = WriteBudget(
    burst: 3, interval: .milliseconds(100), retry: .seconds(1)...(.seconds(8)))

  @Test("A burst, then one write in each interval, and a burst again after a silence")
  mutating func tokens() {
    budget.refill(start)
    for _ in 0..<3 {
      #expect(budget.start(of: start) == start)
      budget.take()
    }
    #expect(budget.start(of: start) == start + .milliseconds(100))
    budget.refill(start + .milliseconds(99))
    #expect(budget.tokens == 0)
    // What an interval began with counts for the next one.
    budget.refill(start + .milliseconds(150))
    #expect(budget.tokens == 1)
    budget.take()
    #expect(budget.start(of: start) == start + .milliseconds(200))
    budget.refill(start + .seconds(3600))
    #expect(budget.tokens == 3)
  }

  @Test(
    "Waits double up to their limit, and are as long as the server asked, within five minutes",
    arguments: [
      (1, nil, 1), (2, nil, 2), (4, nil, 8), (60, nil, 8), (1, 20, 20), (4, 3, 8), (1, 7200, 300),
    ] as [(Int, Int64?, Int64)])
  func waits(failures: Int, asked: Int64?, seconds: Int64) {
    let time = budget.retryTime(after: failures, asked: asked.map(TimeAmount.seconds))
    #expect(time == .seconds(seconds))
  }

  @Test("A pause holds everything up, and the row ends with a write that is taken")
  mutating func pauses() {
    budget.refill(start)
    budget.pause(asked: nil, now: start)
    budget.pause(asked: nil, now: start)
    #expect(budget.pauses == 2)
    #expect(budget.start(of: start) == start + .seconds(2))
    budget.succeed()
    budget.pause(asked: nil, now: start)
    #expect(budget.pausedUntil == start + .seconds(1))
  }
}
