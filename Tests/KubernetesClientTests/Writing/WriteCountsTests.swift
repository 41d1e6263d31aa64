import NIOCore
import Testing

@testable import KubernetesClient

@Suite struct WriteCountsTests {
  @Test("Writes that failed, and those that were tried again, are counted by type")
  func counts() throws {
    let driver = ObjectWriterTests.Driver()
    driver.list()
    driver.want("a", "node-1")
    driver.failure = .stalled
    driver.run(.seconds(5))
    let failed = UInt64(driver.writes.count)
    #expect(failed >= 2)
    var counts = try #require(driver.writer.counts[ObjectWriterTests.type])
    #expect(counts.failed == failed && counts.succeeded == 0 && counts.retries == failed - 1)
    driver.failure = nil
    driver.run(.minutes(1))
    counts = try #require(driver.writer.counts[ObjectWriterTests.type])
    #expect(counts.failed == failed && counts.retries == failed)
    #expect(counts.succeeded == UInt64(driver.writes.count) - failed)
    // What is no longer wanted is not tried again.
    driver.want("b", "node-1")
    driver.failure = .stalled
    driver.run(.seconds(2))
    driver.want("b", nil)
    driver.failure = nil
    driver.want("b", "node-2")
    let before = try #require(driver.writer.counts[ObjectWriterTests.type]).retries
    driver.run(.minutes(10))
    #expect(driver.writer.counts[ObjectWriterTests.type]?.retries == before)
  }
}
