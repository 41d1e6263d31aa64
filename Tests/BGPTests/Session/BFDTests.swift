import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("BFD and the session") struct BFDTests {
  @Test(
    "BFD down ends a session at once with 6/10",
    arguments: [SessionState.openConfirm, .established])
  func down(state: SessionState) throws {
    var driver = PeerDriver()
    driver.reach(state)
    driver.handle(.bfdDown)
    #expect(driver.lastNotification == NotificationMessage(.bfdDown))
    #expect(driver.closed == [driver.id])
    #expect(driver.peer.state == .idle)
    #expect(driver.downs.map(\.description) == ["sent 6/10 Cease/BFD Down (BFD is down)"])
    #expect(try #require(driver.peer.nextDeadline) - driver.now <= .seconds(1))
  }

  @Test(
    "Without a session BFD down means nothing",
    arguments: [SessionState.idle, .connect, .active, .openSent])
  func nothing(state: SessionState) {
    var driver = PeerDriver()
    if state != .idle { driver.reach(state) }
    driver.clear()
    driver.handle(.bfdDown)
    #expect(driver.peer.state == state)
    #expect(driver.sent.isEmpty && driver.closed.isEmpty && driver.reports.isEmpty)
  }

  @Test("A second connection goes with the session") func both() {
    var driver = PeerDriver()
    driver.reach(.openSent)
    let accepted = driver.accept()
    driver.receive(.exampleOpen)
    driver.clear()
    driver.handle(.bfdDown)
    #expect(Set(driver.closed) == [driver.id, accepted])
    #expect(driver.peer.state == .idle)
  }

  @Test("BFD up ends the wait for a neighbour that was out of reach") func up() {
    var driver = PeerDriver()
    driver.reach(.established)
    driver.handle(.bfdDown)
    driver.handle(.bfdUp)
    #expect(driver.peer.state == .connect)
    #expect(driver.connectTimes.count == 2)
    driver.handle(.bfdUp)
    driver.handle(.connectFailed(driver.id, reason: "refused"))
    #expect(driver.peer.state == .active)
    driver.handle(.bfdUp)
    #expect(driver.connectTimes.count == 3)
  }

  @Test(
    "BFD up does not end the back-off after an error or a refusal, nor a stop",
    arguments: [ByteBuffer.open(holdTime: 1), message(3, "0602")])
  func upAfterError(input: ByteBuffer) {
    var driver = PeerDriver()
    driver.reach(.openSent)
    driver.receive(input)
    driver.handle(.bfdUp)
    #expect(driver.peer.state == .idle)
    driver.handle(.stop(.shutdown("")))
    driver.handle(.bfdUp)
    #expect(driver.peer.state == .idle)
    #expect(driver.connectTimes.count == 1)
  }
}
