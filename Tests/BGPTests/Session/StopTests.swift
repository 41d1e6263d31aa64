import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("Start and stop") struct StopTests {
  @Test(
    "Stop says why, closes, and leaves no timer",
    arguments: [
      (StopReason.shutdown("maintenance"), "06 02 0b 6d61696e74656e616e6365"),
      (.shutdown(""), "06 02"),
      (.peerDeconfigured, "06 03"),
      (.configurationChanged, "06 06"),
    ], [SessionState.openSent, .openConfirm, .established])
  func cease(reason: (StopReason, String), state: SessionState) {
    var driver = PeerDriver()
    driver.reach(state)
    driver.handle(.stop(reason.0))
    #expect(driver.sent == [message(3, reason.1)])
    #expect(driver.closed == [driver.id])
    #expect(driver.peer.state == .idle)
    #expect(driver.peer.nextDeadline == nil)
    #expect(driver.downs == [.stopped(reason.0)])
    #expect(driver.peer.statistics.flaps == 0)
  }

  @Test(
    "Stop without a connection sends nothing",
    arguments: [
      SessionState.idle, .connect, .active,
    ])
  func unconnected(state: SessionState) {
    var driver = PeerDriver()
    if state == .idle {
      driver.reach(.openSent)
      driver.receive(message(4))
      driver.clear()
    } else {
      driver.reach(state)
    }
    #expect(driver.peer.state == state)
    driver.handle(.stop(.shutdown("")))
    #expect(driver.sent.isEmpty)
    #expect(driver.closed == (state == .connect ? [driver.id] : []))
    #expect(driver.peer.state == .idle)
    #expect(driver.peer.nextDeadline == nil)
  }

  @Test("A peer that never started has nothing to stop") func neverStarted() {
    var driver = PeerDriver()
    driver.handle(.stop(.peerDeconfigured))
    driver.handle(.deadlineReached)
    #expect(driver.reports.isEmpty)
    #expect(driver.peer.nextDeadline == nil)
  }

  @Test("Started again, it dials at once and announces again") func restart() {
    var driver = PeerDriver()
    driver.handle(.announce([prefix("203.0.113.1/32"): RouteAttributes()]))
    driver.reach(.established)
    driver.handle(.stop(.configurationChanged))
    driver.handle(.start)
    #expect(driver.peer.state == .connect)
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.receive(.exampleOpen)
    driver.receive(message(4))
    #expect(driver.peer.statistics.prefixesAnnounced == 2)
    #expect(driver.peer.statistics.establishments == 2)
  }

  @Test(
    "Start in any state but a stopped one does nothing",
    arguments: [
      SessionState.connect, .active, .openSent, .openConfirm, .established,
    ])
  func startTwice(state: SessionState) {
    var driver = PeerDriver()
    driver.reach(state)
    driver.clear()
    driver.handle(.start)
    #expect(driver.peer.state == state)
    #expect(driver.connectTimes.count == 1)
    #expect(driver.sent.isEmpty)
  }

  @Test(
    "A connection that breaks: back to trying",
    arguments: [
      (SessionState.openSent, SessionState.active), (.openConfirm, .idle), (.established, .idle),
    ])
  func broken(state: SessionState, next: SessionState) {
    var driver = PeerDriver()
    driver.reach(state)
    driver.handle(.closed(driver.id, reason: "Connection reset by peer"))
    #expect(driver.peer.state == next)
    #expect(driver.sent.isEmpty)
    #expect(
      driver.peer.statistics.lastError?.description
        == "connection closed: Connection reset by peer")
    #expect(driver.peer.statistics.establishedSince == nil)
    driver.advance(.seconds(2))
    #expect(driver.peer.state == .connect)
  }

  @Test("Events of a connection that is gone change nothing") func staleEvents() {
    var driver = PeerDriver()
    driver.reach(.established)
    let old = driver.id
    driver.handle(.closed(old, reason: nil))
    driver.advance(.seconds(1))
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.clear()
    driver.handle(.closed(old, reason: nil))
    driver.handle(.received(old, message(3, "0602")))
    driver.handle(.written(old, byteCount: 100))
    driver.handle(.connectFailed(old, reason: "late"))
    #expect(driver.peer.state == .openSent)
    #expect(driver.sent.isEmpty && driver.closed.isEmpty && driver.reports.isEmpty)
  }
}
