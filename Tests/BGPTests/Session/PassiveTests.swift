import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("Connections of the neighbour") struct PassiveTests {
  private var passive: PeerConfiguration {
    var configuration = PeerConfiguration.example
    configuration.isPassive = true
    return configuration
  }

  @Test("A passive peer waits, takes a connection, and waits again when it ends")
  func passivePeer() {
    var driver = PeerDriver(passive)
    driver.handle(.start)
    for _ in 0..<3 {
      #expect(driver.peer.state == .active)
      #expect(driver.peer.nextDeadline == nil)
      let id = driver.accept()
      driver.handle(.received(id, .exampleOpen))
      driver.handle(.received(id, message(4)))
      #expect(driver.peer.state == .established)
      driver.handle(.closed(id, reason: nil))
    }
    #expect(driver.connectTimes.isEmpty)
    #expect(driver.peer.statistics.establishments == 3)
    #expect(driver.peer.statistics.connectAttempts == 0)
    #expect(driver.downs.count == 3)
  }

  @Test("A passive peer whose neighbour hangs up before its OPEN goes on waiting")
  func hangUp() {
    var driver = PeerDriver(passive)
    driver.handle(.start)
    driver.handle(.closed(driver.accept(), reason: nil))
    #expect(driver.peer.state == .active)
    let id = driver.accept()
    driver.handle(.received(id, .exampleOpen))
    #expect(driver.peer.state == .openConfirm)
  }

  @Test("A passive peer waits out the back-off after an error too") func passiveBackoff() {
    var driver = PeerDriver(passive)
    driver.handle(.start)
    driver.handle(.received(driver.accept(), .open(holdTime: 1)))
    #expect(driver.peer.state == .idle)
    let refused = driver.accept()
    #expect(driver.closed.last == refused)
    driver.advance(.seconds(5))
    #expect(driver.peer.state == .active)
    #expect(driver.peer.nextDeadline == nil)
    let id = driver.accept()
    #expect(driver.types(on: id) == [.open])
  }

  static let backoffs: [(NotificationReason?, Bool)] = [
    // The connection just broke.
    (nil, true),
    (.connectionCollision, true),
    // The neighbour's operator wanted no session, and now wants one.
    (.administrativeShutdown, true),
    (.peerDeconfigured, true),
    // What one side holds for an error is not mended by trying more often.
    (.badPeerAS, false),
    (.administrativeReset, false),
    (.holdTimerExpired, false),
  ]

  @Test("In a back-off its cause decides whether a connection is taken", arguments: backoffs)
  func backoff(reason: NotificationReason?, isTaken: Bool) throws {
    var driver = PeerDriver()
    driver.reach(.established)
    if let reason {
      var bytes = ByteBuffer()
      NotificationMessage(reason).write(into: &bytes)
      driver.receive(bytes)
    } else {
      driver.handle(.closed(driver.id, reason: nil))
    }
    #expect(driver.peer.state == .idle)
    let retryAt = try #require(driver.peer.nextDeadline)
    driver.clear()
    let id = driver.accept()
    #expect(driver.types(on: id) == (isTaken ? [.open] : []))
    #expect(driver.closed == (isTaken ? [] : [id]))
    #expect(driver.peer.state == (isTaken ? .openSent : .idle))
    // Our own attempt stands in any case, should that connection come to nothing.
    #expect(driver.peer.nextDeadline == retryAt)
    driver.now = retryAt
    driver.handle(.deadlineReached)
    #expect(driver.connectTimes.count == 2)
  }

  @Test("Who waits for the next attempt takes a connection") func active() {
    var driver = PeerDriver()
    driver.reach(.active)
    let id = driver.accept()
    driver.handle(.received(id, .exampleOpen))
    driver.handle(.received(id, message(4)))
    #expect(driver.peer.state == .established)
    driver.advance(.seconds(20))
    #expect(driver.connectTimes.count == 1)
  }

  @Test("A stopped peer takes nothing") func stopped() {
    var driver = PeerDriver()
    let early = driver.accept()
    #expect(driver.closed == [early])
    driver.reach(.established)
    driver.handle(.stop(.shutdown("")))
    let late = driver.accept()
    #expect(driver.closed.last == late)
    #expect(driver.peer.state == .idle)
    #expect(driver.peer.nextDeadline == nil)
  }

  @Test("Connections from another address than the neighbour's are refused") func address() {
    var configuration = passive
    configuration.remoteAddress = .v4(IPv4Address(192, 0, 2, 2))
    var driver = PeerDriver(configuration)
    driver.handle(.start)
    let stranger = driver.accept(from: .v4(IPv4Address(192, 0, 2, 3)))
    #expect(driver.closed == [stranger])
    let neighbour = driver.accept()
    #expect(driver.types(on: neighbour) == [.open])
  }

  @Test("Next hops come from the local address of the connection that was taken")
  func localAddress() throws {
    var driver = PeerDriver(passive)
    driver.handle(.announce([hosts(1)[0]: RouteAttributes()]))
    driver.handle(.start)
    let id = driver.accept()
    driver.handle(.received(id, .exampleOpen))
    driver.clear()
    driver.handle(.received(id, message(4)))
    var collector = Collector()
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes[hosts(1)[0]]?.nextHop == .v4(ourAddress))
  }

  @Test("A connection under a name that is in use is ignored") func doubleName() {
    var driver = PeerDriver()
    driver.reach(.openSent)
    driver.handle(
      .accepted(driver.id, local: .v4(ourAddress), remote: .v4(IPv4Address(192, 0, 2, 2))))
    #expect(driver.closed.isEmpty)
    #expect(driver.sent.isEmpty)
  }
}
