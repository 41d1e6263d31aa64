import Addresses
import NIOCore
import Testing

@testable import BGP

/// RFC 4271 §6.8 and RFC 6286 §2.3.
@Suite("Two connections with one neighbour") struct CollisionTests {
  /// A started peer with its own connection and one of the neighbour's, both in OpenSent.
  private func both(
    _ configuration: PeerConfiguration = .example
  ) -> (driver: PeerDriver, dialled: ConnectionID, accepted: ConnectionID) {
    var driver = PeerDriver(configuration)
    driver.reach(.openSent)
    let accepted = driver.accept()
    #expect(driver.types(on: accepted) == [.open])
    driver.clear()
    return (driver, driver.id, accepted)
  }

  /// Identifier and AS of the neighbour, and whether our own connection stays. We are
  /// 192.0.2.1 in AS 64512.
  static let neighbours: [(routerID: IPv4Address, asNumber: UInt32, keepsDialled: Bool)] = [
    (IPv4Address(192, 0, 2, 2), 64511, false),
    (IPv4Address(192, 0, 2, 0), 64513, true),
    (IPv4Address(192, 0, 2, 1), 64513, false),
    (IPv4Address(192, 0, 2, 1), 64511, true),
  ]

  @Test(
    "The side with the higher identifier keeps its connection, whichever OPEN comes first",
    arguments: neighbours, [true, false])
  func dominance(
    neighbour: (routerID: IPv4Address, asNumber: UInt32, keepsDialled: Bool),
    dialledIsFirst: Bool
  ) {
    var configuration = PeerConfiguration.example
    configuration.remoteAS = .external
    var (driver, dialled, accepted) = both(configuration)
    let open = ByteBuffer.open(
      routerID: neighbour.routerID, capabilities: [.fourOctetAS(neighbour.asNumber)])
    let order = dialledIsFirst ? [dialled, accepted] : [accepted, dialled]
    driver.handle(.received(order[0], open))
    #expect(driver.peer.state == .openConfirm)
    #expect(driver.closed.isEmpty)
    driver.handle(.received(order[1], open))
    let kept = neighbour.keepsDialled ? dialled : accepted
    let lost = neighbour.keepsDialled ? accepted : dialled
    #expect(driver.closed == [lost])
    #expect(driver.notifications(on: lost) == [.connectionCollision])
    #expect(driver.types(on: kept) == [.keepalive])
    #expect(driver.peer.state == .openConfirm)
    #expect(driver.downs.isEmpty)
    driver.handle(.received(lost, message(4)))
    #expect(driver.peer.state == .openConfirm)
    driver.handle(.received(kept, message(4)))
    #expect(driver.peer.state == .established)
    #expect(driver.peer.statistics.collisions == 1)
    #expect(driver.peer.statistics.lastError == nil)
  }

  @Test(
    "A session that is established ends a connection that lags behind", arguments: [true, false])
  func establishedWins(dialledWins: Bool) {
    var (driver, dialled, accepted) = both()
    let (winner, loser) = dialledWins ? (dialled, accepted) : (accepted, dialled)
    driver.handle(.received(winner, .exampleOpen))
    driver.handle(.received(winner, message(4)))
    #expect(driver.peer.state == .established)
    #expect(driver.closed == [loser])
    #expect(driver.notifications(on: loser) == [.connectionCollision])
    driver.handle(.received(loser, .exampleOpen))
    #expect(driver.peer.state == .established)
  }

  @Test("A session that is established refuses every further connection") func refused() {
    var driver = PeerDriver()
    driver.reach(.established)
    let accepted = driver.accept()
    #expect(driver.notifications(on: accepted) == [.connectionCollision])
    #expect(driver.closed == [accepted])
    #expect(driver.peer.state == .established)
    #expect(driver.peer.statistics.connectionsRefused == 1)
  }

  @Test("A good OPEN on the neighbour's connection ends our attempt") func attemptEnds() {
    var driver = PeerDriver()
    driver.handle(.start)
    let attempt = driver.id
    let accepted = driver.accept()
    #expect(driver.peer.state == .openSent)
    driver.handle(.received(accepted, .exampleOpen))
    #expect(driver.closed == [attempt])
    driver.handle(.received(accepted, message(4)))
    #expect(driver.peer.state == .established)
    // It succeeded all the same, while it was being cancelled.
    driver.handle(.connected(attempt, local: .v4(ourAddress)))
    #expect(driver.closed == [attempt, attempt])
    driver.handle(.stop(.peerDeconfigured))
    #expect(driver.peer.nextDeadline == nil)
  }

  @Test("A silent connection of the neighbour keeps us from nothing") func silent() {
    var driver = PeerDriver()
    driver.handle(.start)
    let accepted = driver.accept()
    driver.handle(.connectFailed(driver.id, reason: "refused"))
    #expect(driver.peer.state == .openSent)
    #expect(driver.downs.isEmpty)
    driver.advance(.seconds(1))
    #expect(driver.connectTimes.count == 2)
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.receive(.exampleOpen)
    driver.receive(message(4))
    #expect(driver.peer.state == .established)
    #expect(driver.closed == [accepted])
  }

  @Test("One of two connections breaks: the other goes on", arguments: [true, false])
  func oneBreaks(dialledBreaks: Bool) {
    var (driver, dialled, accepted) = both()
    let (broken, other) = dialledBreaks ? (dialled, accepted) : (accepted, dialled)
    driver.handle(.closed(broken, reason: nil))
    #expect(driver.peer.state == .openSent)
    #expect(driver.downs.isEmpty)
    driver.handle(.received(other, .exampleOpen))
    driver.handle(.received(other, message(4)))
    #expect(driver.peer.state == .established)
  }

  @Test("An error on one of two connections is not forgotten when the other one ends")
  func gravestCause() throws {
    var (driver, dialled, accepted) = both()
    driver.handle(.received(accepted, .open(asField: 65000, capabilities: [])))
    #expect(driver.notifications(on: accepted) == [.badPeerAS])
    #expect(driver.peer.state == .openSent)
    driver.handle(.closed(dialled, reason: nil))
    #expect(driver.peer.state == .idle)
    let wait = try #require(driver.peer.nextDeadline) - driver.now
    #expect(wait >= .milliseconds(2500))
  }

  @Test("The neighbour settles the collision: no back-off, no error on what stays") func theirs() {
    var (driver, dialled, accepted) = both()
    driver.handle(.received(dialled, message(3, "0607")))
    #expect(driver.closed == [dialled])
    driver.handle(.received(accepted, .exampleOpen))
    driver.handle(.received(accepted, message(4)))
    #expect(driver.peer.state == .established)
  }

  @Test("A third connection is refused") func third() {
    var (driver, _, _) = both()
    let third = driver.accept()
    #expect(driver.closed == [third])
    #expect(driver.types(on: third).isEmpty)
    #expect(driver.peer.statistics.connectionsRefused == 1)
    #expect(driver.peer.statistics.connectionsAccepted == 1)
  }

  @Test("Stop says why on both, and ends both") func stop() {
    var (driver, dialled, accepted) = both()
    driver.handle(.stop(.peerDeconfigured))
    for id in [dialled, accepted] {
      #expect(driver.notifications(on: id) == [.peerDeconfigured])
      #expect(driver.closed.filter { $0 == id }.count == 1)
    }
    #expect(driver.downs.count == 1)
    #expect(driver.peer.nextDeadline == nil)
    #expect(driver.peer.state == .idle)
  }

  @Test("Both wait four minutes for an OPEN, and no longer") func bothTimeOut() {
    var (driver, _, _) = both()
    driver.advance(.seconds(239))
    #expect(driver.peer.state == .openSent)
    driver.advance(.seconds(1))
    #expect(driver.peer.state == .idle)
    #expect(driver.peer.statistics.sent.notification == 2)
    #expect(driver.downs.count == 1)
  }
}
