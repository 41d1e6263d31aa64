import Addresses
import NIOCore
import Testing

@testable import BGP

private let ipv4 = RouteFamily(unicast: .ipv4)
private let ipv6 = RouteFamily(unicast: .ipv6)

/// RFC 4724 as the restarting speaker, RFC 8538 and RFC 9494.
@Suite("Graceful restart") struct GracefulRestartTests {
  private var configuration: PeerConfiguration {
    var configuration = PeerConfiguration.example
    configuration.gracefulRestart = GracefulRestart()
    return configuration
  }

  private func capability(
    isRestarting: Bool = false, notification: Bool = true
  ) -> Capability {
    .gracefulRestart(
      GracefulRestartCapability(
        isRestarting: isRestarting, notification: notification, restartTime: 120, families: []))
  }

  /// The neighbour's OPEN, which offers to keep our routes.
  private func helper(notification: Bool = true) -> ByteBuffer {
    .open(capabilities: [
      .multiprotocol(ipv4), .multiprotocol(ipv6), .routeRefresh,
      capability(notification: notification), .fourOctetAS(64513),
    ])
  }

  /// The capabilities of the OPEN that was sent last.
  private func offered(_ driver: PeerDriver) throws -> [Capability] {
    var framer = MessageFramer()
    framer.append(try #require(driver.sent.last))
    return try OpenMessage(body: #require(try framer.next()).body).capabilities
  }

  @Test("What the OPEN says, octet by octet")
  func capabilities() throws {
    var driver = PeerDriver()
    func encoded(_ configuration: PeerConfiguration, isRestarting: Bool) -> [String] {
      OpenMessage(configuration, isRestarting: isRestarting).capabilities
        .filter { [64, 71].contains($0.code) }
        .map {
          var buffer = ByteBuffer()
          $0.write(into: &buffer)
          return hex(buffer)
        }
    }
    var configuration = PeerConfiguration.example
    #expect(encoded(configuration, isRestarting: true).isEmpty)
    configuration.gracefulRestart = GracefulRestart()
    #expect(encoded(configuration, isRestarting: false) == ["400a401e0001018000020180"])
    #expect(encoded(configuration, isRestarting: true) == ["400ac01e0001018000020180"])
    configuration.gracefulRestart?.notification = false
    configuration.gracefulRestart?.preservesForwarding = false
    configuration.gracefulRestart?.restartTime = 5000
    configuration.gracefulRestart?.longLivedStaleTime = 3600
    #expect(
      encoded(configuration, isRestarting: true)
        == ["400a8fff0001010000020100", "470e00010100000e1000020100000e10"])
    driver = PeerDriver(configuration)
    driver.handle(.start)
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    #expect(try offered(driver).map(\.code) == [1, 1, 2, 64, 65, 70, 71])
  }

  static let offers: [(ours: Bool?, theirs: Bool?, restart: Bool, notification: Bool)] = [
    (nil, true, false, false), (true, nil, false, false), (true, true, true, true),
    (true, false, true, false), (false, true, true, false),
  ]

  @Test("Both sides must offer it, and survival of NOTIFICATIONs too", arguments: offers)
  func negotiation(offer: (ours: Bool?, theirs: Bool?, restart: Bool, notification: Bool)) {
    var configuration = PeerConfiguration.example
    if let notification = offer.ours {
      configuration.gracefulRestart = GracefulRestart()
      configuration.gracefulRestart?.notification = notification
    }
    var driver = PeerDriver(configuration)
    driver.reach(
      .openConfirm, open: offer.theirs.map { helper(notification: $0) } ?? .exampleOpen)
    #expect(driver.peer.negotiated?.gracefulRestart == offer.restart)
    #expect(driver.peer.negotiated?.gracefulNotification == offer.notification)
  }

  @Test("Of two capabilities the last one counts") func lastCounts() {
    var driver = PeerDriver(configuration)
    driver.reach(
      .openConfirm,
      open: .open(capabilities: [capability(notification: true), capability(notification: false)]))
    #expect(driver.peer.negotiated?.gracefulNotification == false)
  }

  @Test("The restart is told in every OPEN until the neighbour has all routes") func restartBit()
    throws
  {
    var driver = PeerDriver(configuration, isRestarting: true)
    func tellsRestart() throws -> Bool {
      for case .gracefulRestart(let value) in try offered(driver) { return value.isRestarting }
      return false
    }
    driver.handle(.announce([hosts(1)[0]: RouteAttributes()]))
    driver.handle(.start)
    for _ in 0..<2 {
      driver.handle(.connected(driver.id, local: .v4(ourAddress)))
      #expect(try tellsRestart())
      driver.receive(helper())
      driver.receive(message(4))
      driver.handle(.closed(driver.id, reason: nil))
      driver.advance(.seconds(2))
    }
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.receive(helper())
    driver.receive(message(4))
    driver.handle(.initialTableComplete)
    driver.handle(.closed(driver.id, reason: nil))
    driver.advance(.seconds(5))
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    #expect(try !tellsRestart())
  }

  @Test("End-of-RIB waits for the initial table, and comes after the routes") func endOfRIB()
    throws
  {
    var driver = PeerDriver(configuration, isRestarting: true)
    driver.reach(.established, open: helper())
    driver.handle(.announce([hosts(1)[0]: RouteAttributes()]))
    driver.handle(.announce([hosts6(1)[0]: RouteAttributes()]))
    var collector = Collector()
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.endOfRIBs.isEmpty)
    driver.clear()
    driver.handle(.initialTableComplete)
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.endOfRIBs == [.ipv4: 2, .ipv6: 2])
  }

  /// What a stop sends, as hexadecimal; nil for nothing.
  static let stops: [(StopReason, plain: String, restart: String?, notification: String)] = [
    (.shutdown("x"), "06020178", "06020178", "0609" + "06020178"),
    (.peerDeconfigured, "0603", "0603", "0609" + "0603"),
    (.configurationChanged, "0606", "0606", "0606"),
    (.reset("x"), "06040178", "06040178", "06040178"),
    (.restart("x"), "06040178", nil, "06040178"),
  ]

  @Test("Who leaves for good withdraws, who returns does not", arguments: stops)
  func stop(reason: StopReason, plain: String, restart: String?, notification: String) {
    for (open, expected) in [
      (.exampleOpen, plain), (helper(notification: false), restart), (helper(), notification),
    ] {
      for state in [SessionState.openConfirm, .established] {
        var driver = PeerDriver(configuration)
        driver.reach(state, open: open)
        driver.handle(.stop(reason))
        #expect(driver.sent == (expected.map { [message(3, $0)] } ?? []))
        #expect(driver.closed == [driver.id])
        #expect(driver.downs == [.stopped(reason)])
        #expect(driver.peer.nextDeadline == nil)
      }
    }
  }

  @Test("Before the neighbour's OPEN nothing is agreed on: a plain Cease") func earlyStop() {
    var driver = PeerDriver(configuration)
    driver.reach(.openSent)
    driver.handle(.stop(.shutdown("")))
    #expect(driver.sent == [message(3, "0602")])
  }

  @Test("A hard reset is read, shown, and backed off from by its reason") func hardReset() throws {
    let shutdown = NotificationMessage.cease(.administrativeShutdown, text: "bye")
    let reset = NotificationMessage.hardReset(shutdown)
    #expect(reset.hardReset == shutdown)
    #expect(reset.description == "6/9 Cease/Hard Reset: 6/2 Cease/Administrative Shutdown: bye")
    #expect(NotificationMessage(.hardReset).hardReset == nil)
    #expect(NotificationMessage.hardReset(reset).hardReset == nil)
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: helper())
    var bytes = ByteBuffer()
    reset.write(into: &bytes)
    driver.receive(bytes)
    let wait = try #require(driver.peer.nextDeadline) - driver.now
    #expect(wait >= .seconds(30) && wait <= .seconds(60))
  }

  @Test("A neighbour that restarted is let in beside the session that it lost")
  func neighbourRestarts() {
    var driver = PeerDriver(configuration)
    driver.handle(.announce([hosts(1)[0]: RouteAttributes()]))
    driver.reach(.established, open: helper())
    let old = driver.id
    driver.advance(.seconds(15))
    driver.clear()
    let new = driver.accept()
    #expect(driver.types(on: new) == [.open])
    // Until it says who it is, the session stands.
    #expect(driver.peer.state == .established)
    driver.handle(.received(new, helper()))
    #expect(driver.peer.state == .openConfirm)
    #expect(driver.closed == [old])
    #expect(driver.types(on: old).isEmpty)
    #expect(driver.downs.count == 1)
    driver.handle(.received(new, message(4)))
    #expect(driver.peer.state == .established)
    #expect(driver.types(on: new) == [.open, .keepalive, .update])
    #expect(driver.peer.statistics.flaps == 1)
    driver.handle(.received(old, message(4)))
    #expect(driver.peer.state == .established)
  }

  @Test("In the first moments of a session, and without graceful restart, it is a collision")
  func lateCollision() {
    for (open, wait) in [(helper(), TimeAmount.seconds(9)), (.exampleOpen, .seconds(15))] {
      var driver = PeerDriver(configuration)
      driver.reach(.established, open: open)
      driver.advance(wait)
      let new = driver.accept()
      #expect(driver.notifications(on: new) == [.connectionCollision])
      #expect(driver.peer.state == .established)
    }
  }

  @Test("A stranger to the protocol beside a session costs nothing") func badNewcomer() throws {
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: helper())
    driver.advance(.seconds(15))
    let new = driver.accept()
    driver.handle(.received(new, buffer(String(repeating: "00", count: 19))))
    #expect(driver.closed == [new])
    #expect(driver.peer.state == .established)
    // Nor does it lengthen a later back-off.
    driver.handle(.closed(driver.id, reason: nil))
    #expect(try #require(driver.peer.nextDeadline) - driver.now <= .seconds(1))
  }

  @Test("The lost session breaks while the neighbour's new connection is there") func oldBreaks() {
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: helper())
    driver.advance(.seconds(15))
    let new = driver.accept()
    driver.handle(.closed(driver.id, reason: "reset"))
    #expect(driver.peer.state == .openSent)
    #expect(driver.downs == [.connectionClosed(reason: "reset")])
    driver.handle(.received(new, helper()))
    driver.handle(.received(new, message(4)))
    #expect(driver.peer.state == .established)
  }
}
