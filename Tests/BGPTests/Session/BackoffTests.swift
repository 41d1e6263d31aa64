import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("Back-off") struct BackoffTests {
  /// How often a peer dials within an hour when each attempt ends as `end` says.
  private func attempts(
    seed: UInt64, _ configuration: PeerConfiguration = .example,
    end: (inout PeerDriver) -> Void
  ) -> PeerDriver {
    var driver = PeerDriver(configuration, seed: seed)
    let limit = driver.now + .hours(1)
    driver.handle(.start)
    while driver.now < limit {
      if driver.peer.state == .connect { end(&driver) }
      guard let next = driver.peer.nextDeadline else { break }
      driver.now = next
      driver.handle(.deadlineReached)
    }
    return driver
  }

  private func notify(_ notification: NotificationMessage, _ driver: inout PeerDriver) {
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    var bytes = ByteBuffer()
    notification.write(into: &bytes)
    driver.receive(bytes)
  }

  @Test("A neighbour that answers 2/2 is tried about once in two minutes", arguments: 0..<10)
  func badPeerAS(seed: UInt64) {
    let driver = attempts(seed: seed) { notify(NotificationMessage(.badPeerAS), &$0) }
    #expect(driver.connectTimes.count <= 66)
    #expect(driver.connectTimes.count >= 30)
    #expect(driver.peer.statistics.connectAttempts == driver.connectTimes.count)
  }

  @Test("A neighbour in the wrong AS too", arguments: 0..<10) func wrongAS(seed: UInt64) {
    let driver = attempts(seed: seed) { driver in
      driver.handle(.connected(driver.id, local: .v4(ourAddress)))
      driver.receive(.open(asField: 65000, capabilities: []))
    }
    #expect(driver.connectTimes.count <= 66)
    // The last attempt begins as the hour ends.
    #expect(driver.peer.statistics.sent.notification == driver.connectTimes.count - 1)
  }

  @Test("Waits after an error double from five seconds to two minutes") func doubling() {
    let driver = attempts(seed: 3) { notify(NotificationMessage(.badPeerAS), &$0) }
    let waits = zip(driver.connectTimes, driver.connectTimes.dropFirst()).map { $1 - $0 }
    for (wait, nominal) in zip(waits, [5, 10, 20, 40, 80, 120, 120, 120] as [Int64]) {
      #expect(wait >= .milliseconds(nominal * 500) && wait <= .seconds(nominal))
    }
  }

  @Test(
    "A neighbour whose operator shut us out is tried once a minute",
    arguments: [
      NotificationMessage.cease(.administrativeShutdown, text: "later"),
      NotificationMessage(.peerDeconfigured),
    ])
  func shutdown(notification: NotificationMessage) {
    let driver = attempts(seed: 1) { notify(notification, &$0) }
    #expect((60...120).contains(driver.connectTimes.count))
  }

  @Test(
    "A neighbour that cannot be reached is tried every few seconds",
    arguments: [
      (TimeAmount.seconds(10), 360, 740), (.seconds(120), 30, 80), (.zero, 3600, 7201),
    ])
  func unreachable(connectRetryTime: TimeAmount, least: Int, most: Int) {
    var configuration = PeerConfiguration.example
    configuration.connectRetryTime = connectRetryTime
    let driver = attempts(seed: 1, configuration) {
      $0.handle(.connectFailed($0.id, reason: "Connection refused"))
    }
    #expect((least...most).contains(driver.connectTimes.count))
  }

  @Test("An attempt without an answer is given up, and another made") func timeout() {
    var driver = PeerDriver()
    driver.handle(.start)
    let first = driver.id
    driver.advance(.seconds(5))
    #expect(driver.closed == [first])
    #expect(driver.peer.state == .active)
    driver.advance(.seconds(1))
    #expect(driver.peer.state == .connect)
    #expect(driver.id != first)
    // The old attempt succeeds after all: it is not wanted any more.
    driver.clear()
    driver.handle(.connected(first, local: .v4(ourAddress)))
    #expect(driver.closed == [first])
    #expect(driver.peer.state == .connect)
  }

  @Test("A session that lasted makes the next failure the first one again") func reset() throws {
    var driver = PeerDriver()
    driver.handle(.start)
    for _ in 0..<6 {
      notify(NotificationMessage(.badPeerAS), &driver)
      driver.now = try #require(driver.peer.nextDeadline)
      driver.handle(.deadlineReached)
    }
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.receive(.exampleOpen)
    driver.receive(message(4))
    #expect(driver.peer.state == .established)
    driver.advance(.seconds(61))
    var bytes = ByteBuffer()
    NotificationMessage(.otherConfigurationChange).write(into: &bytes)
    driver.receive(bytes)
    #expect(driver.peer.state == .idle)
    let wait = try #require(driver.peer.nextDeadline) - driver.now
    #expect(wait <= .seconds(5))
    #expect(driver.peer.statistics.flaps == 1)
  }
}
