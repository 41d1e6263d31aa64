import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("Timers of a session") struct SessionTimerTests {
  @Test("Without an OPEN the session ends after four minutes") func openHold() {
    var driver = PeerDriver()
    driver.reach(.openSent)
    driver.advance(.seconds(239))
    #expect(driver.peer.state == .openSent)
    driver.advance(.seconds(1))
    #expect(driver.lastNotification == NotificationMessage(.holdTimerExpired))
    #expect(driver.peer.state == .idle)
  }

  @Test(
    "Silence for the negotiated hold time ends the session with 4/0",
    arguments: [
      SessionState.openConfirm, .established,
    ])
  func hold(state: SessionState) {
    var driver = PeerDriver()
    driver.reach(state, open: .open(holdTime: 9))
    driver.advance(.milliseconds(8999))
    #expect(driver.peer.state == state)
    driver.advance(.milliseconds(1))
    #expect(driver.lastNotification == NotificationMessage(.holdTimerExpired))
    #expect(driver.peer.state == .idle)
  }

  @Test(
    "KEEPALIVE and UPDATE restart the hold timer, ROUTE-REFRESH does not",
    arguments: [
      (message(4), true), (updateMessage(), true), (message(5, "0001 00 01"), false),
    ])
  func holdRestart(input: ByteBuffer, restarts: Bool) {
    var driver = PeerDriver()
    driver.reach(.established, open: .open(holdTime: 9))
    driver.advance(.seconds(8))
    driver.receive(input)
    driver.advance(.seconds(8))
    #expect((driver.peer.state == .established) == restarts)
  }

  @Test("Input that waited beside the expired timer counts first") func lateInput() {
    var driver = PeerDriver()
    driver.reach(.established, open: .open(holdTime: 9))
    driver.now = driver.now + .seconds(9)
    driver.receive(message(4))
    driver.handle(.deadlineReached)
    #expect(driver.peer.state == .established)
  }

  @Test(
    "KEEPALIVEs go out at a third of the hold time, less up to a quarter",
    arguments: [
      (UInt16(90), nil, 22.5, 30.0),
      (90, TimeAmount.seconds(10), 7.5, 10.0),
      (90, .seconds(60), 22.5, 30.0),
      (3, nil, 1.0, 1.0),
    ] as [(UInt16, TimeAmount?, Double, Double)])
  func keepalives(holdTime: UInt16, configured: TimeAmount?, least: Double, most: Double) {
    var configuration = PeerConfiguration.example
    configuration.keepaliveTime = configured
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: .open(holdTime: holdTime))
    var last = driver.now
    for _ in 0..<200 {
      guard let next = driver.peer.nextDeadline else {
        Issue.record("no deadline")
        return
      }
      driver.now = next
      driver.clear()
      driver.receive(message(4))
      driver.handle(.deadlineReached)
      driver.handle(.written(driver.id, byteCount: 19))
      #expect(driver.sent == [message(4)])
      let interval = Double((driver.now - last).nanoseconds) / 1e9
      #expect(interval >= least - 1e-6 && interval <= most + 1e-6)
      last = driver.now
    }
  }

  @Test("An UPDATE is as good as a KEEPALIVE") func updateCounts() {
    var driver = PeerDriver()
    driver.reach(.established)
    let before = driver.peer.nextDeadline
    driver.now = driver.now + .seconds(10)
    driver.handle(.announce([prefix("203.0.113.1/32"): RouteAttributes()]))
    #expect(driver.peer.nextDeadline.map { $0 >= driver.now + .milliseconds(22500) } == true)
    #expect(before.map { $0 < driver.now + .milliseconds(22500) } == true)
  }

  @Test(
    "A hold time of 0 on either side means no timers at all",
    arguments: [
      (UInt16(0), UInt16(90)), (90, 0), (0, 0),
    ])
  func noTimers(ours: UInt16, theirs: UInt16) {
    var configuration = PeerConfiguration.example
    configuration.holdTime = ours
    var driver = PeerDriver(configuration)
    driver.reach(.openConfirm, open: .open(holdTime: theirs))
    #expect(driver.peer.nextDeadline == nil)
    driver.receive(message(4))
    #expect(driver.peer.state == .established)
    #expect(driver.peer.nextDeadline == nil)
  }

  @Test(
    "A neighbour that takes no bytes loses the session after the send hold time",
    arguments: [
      (UInt16(90), Int64(480)), (3600, 7200),
    ])
  func sendHold(holdTime: UInt16, seconds: Int64) {
    var configuration = PeerConfiguration.example
    configuration.holdTime = holdTime
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: .open(holdTime: holdTime))
    let step = TimeAmount.seconds(Int64(holdTime) / 3)
    let steps = seconds / (Int64(holdTime) / 3)
    for _ in 0..<(steps - 1) {
      driver.advance(step)
      driver.receive(message(4))
    }
    #expect(driver.peer.state == .established)
    driver.advance(step)
    #expect(driver.lastNotification == NotificationMessage(.sendHoldTimerExpired))
    #expect(driver.peer.state == .idle)
  }

  @Test("Bytes that the kernel takes restart the send hold timer") func sendHoldRestart() {
    var driver = PeerDriver()
    driver.reach(.established)
    for _ in 0..<40 {
      driver.advance(.seconds(30))
      driver.receive(message(4))
      driver.handle(.written(driver.id, byteCount: 19))
    }
    #expect(driver.peer.state == .established)
  }
}
