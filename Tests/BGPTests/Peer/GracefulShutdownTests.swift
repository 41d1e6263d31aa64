import Addresses
import NIOCore
import Testing

@testable import BGP

/// RFC 8326 §4.
@Suite("Graceful shutdown") struct GracefulShutdownTests {
  private let prefixes = hosts(3) + hosts6(2)

  private var table: [IPPrefix: RouteAttributes] {
    Dictionary(
      uniqueKeysWithValues: prefixes.map {
        ($0, RouteAttributes(localPreference: 300, communities: [Community(64512, 7)]))
      })
  }

  private func driver(isInternal: Bool = false) -> PeerDriver {
    var configuration = PeerConfiguration.example
    if isInternal { configuration.remoteAS = .internal }
    var driver = PeerDriver(configuration)
    driver.handle(.announce(table))
    driver.reach(
      .established, open: .open(capabilities: isInternal ? open(64512) : open(64513)))
    return driver
  }

  private func open(_ asNumber: UInt32) -> [Capability] {
    [
      .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)),
      .fourOctetAS(asNumber),
    ]
  }

  private func collected(_ driver: PeerDriver, isInternal: Bool = false) throws -> Collector {
    var collector = Collector(isInternal: isInternal)
    for bytes in driver.sent { try collector.receive(bytes) }
    return collector
  }

  @Test(
    "All routes go out again, marked, and with the lowest preference inside",
    arguments: [true, false])
  func begin(isInternal: Bool) throws {
    var driver = driver(isInternal: isInternal)
    driver.clear()
    driver.handle(.beginGracefulShutdown)
    let collector = try collected(driver, isInternal: isInternal)
    #expect(Set(collector.routes.keys) == Set(prefixes))
    for route in collector.routes.values {
      #expect(route.attributes?.communities == [Community(64512, 7), .gracefulShutdown])
      #expect(route.attributes?.localPreference == (isInternal ? 0 : nil))
    }
    #expect(collector.updates.allSatisfy { $0.withdrawnCount == 0 })
    #expect(driver.peer.isInGracefulShutdown)
    #expect(driver.peer.state == .established)
    #expect(!driver.peer.hasPendingUpdates)
  }

  @Test("Begun twice, it is sent once") func twice() {
    var driver = driver()
    driver.handle(.beginGracefulShutdown)
    driver.clear()
    driver.handle(.beginGracefulShutdown)
    #expect(driver.sent.isEmpty)
  }

  @Test("It can be taken back") func end() throws {
    var driver = driver()
    driver.handle(.beginGracefulShutdown)
    driver.clear()
    driver.handle(.endGracefulShutdown)
    let collector = try collected(driver)
    #expect(collector.routes.count == prefixes.count)
    #expect(
      collector.routes.values.allSatisfy {
        $0.attributes?.communities == [Community(64512, 7)]
      })
    #expect(!driver.peer.isInGracefulShutdown)
  }

  @Test("Routes and sessions that come later are marked too") func later() throws {
    var driver = driver()
    driver.handle(.beginGracefulShutdown)
    driver.clear()
    driver.handle(.announce([prefix("198.51.100.0/24"): RouteAttributes()]))
    #expect(
      try collected(driver).routes[prefix("198.51.100.0/24")]?.attributes?.communities
        == [.gracefulShutdown])
    driver.handle(.closed(driver.id, reason: nil))
    driver.advance(.seconds(1))
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.receive(.exampleOpen)
    driver.clear()
    driver.receive(message(4))
    let routes = try collected(driver).routes
    #expect(routes.count == prefixes.count + 1)
    #expect(
      routes.values.allSatisfy {
        $0.attributes?.communities.contains(.gracefulShutdown) == true
      })
  }

  @Test("A route that bears the community already bears it once") func marked() throws {
    var driver = PeerDriver()
    driver.handle(
      .announce([hosts(1)[0]: RouteAttributes(communities: [.gracefulShutdown, .noExport])]))
    driver.handle(.beginGracefulShutdown)
    driver.handle(.start)
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.receive(.exampleOpen)
    driver.receive(message(4))
    #expect(
      try collected(driver).routes[hosts(1)[0]]?.attributes?.communities
        == [.gracefulShutdown, .noExport])
  }

  @Test("In the middle of a long table nothing is lost and nothing stays unmarked")
  func midTable() throws {
    var driver = PeerDriver()
    driver.handle(
      .announce(Dictionary(uniqueKeysWithValues: hosts(40000).map { ($0, RouteAttributes()) })))
    driver.reach(.openConfirm)
    driver.receive(message(4))
    #expect(driver.peer.hasPendingUpdates)
    driver.handle(.withdraw(Array(hosts(100))))
    driver.handle(.beginGracefulShutdown)
    while driver.peer.hasPendingUpdates {
      driver.handle(.written(driver.id, byteCount: Peer.highWaterMark))
    }
    let routes = try collected(driver).routes
    #expect(routes.count == 39900)
    #expect(
      routes.values.allSatisfy { $0.attributes?.communities == [.gracefulShutdown] })
  }

  @Test("The largest attributes leave room for the mark") func room() throws {
    for count in 990...1011 {
      var table = AdjRIBOut()
      let attributes = RouteAttributes(
        communities: (0..<UInt32(count)).map { Community(rawValue: $0) })
      guard table.announce(hosts6(1)[0], attributes) else {
        #expect(count > 990)
        return
      }
      table.setGracefulShutdown(true)
      table.beginSession(.external())
      var written = ByteBuffer()
      _ = table.drain(into: &written, limit: 4096)
      #expect(written.readableBytes <= 4096)
      var collector = Collector()
      try collector.receive(written)
      #expect(collector.routes.count == 1)
    }
    Issue.record("no attributes were too large")
  }
}

/// Single routes that leave while the session stays.
@Suite("Graceful withdrawal") struct GracefulWithdrawalTests {
  private let prefixes = hosts(3)

  private func driver(isInternal: Bool = false) -> PeerDriver {
    var configuration = PeerConfiguration.example
    if isInternal { configuration.remoteAS = .internal }
    var driver = PeerDriver(configuration)
    driver.handle(
      .announce(
        Dictionary(
          uniqueKeysWithValues: prefixes.map {
            ($0, RouteAttributes(localPreference: 300, communities: [Community(64512, 7)]))
          })))
    driver.reach(
      .established,
      open: .open(capabilities: [
        .multiprotocol(RouteFamily(unicast: .ipv4)), .fourOctetAS(isInternal ? 64512 : 64513),
      ]))
    return driver
  }

  @Test("Marked first, withdrawn when the time is over", arguments: [true, false])
  func marked(isInternal: Bool) throws {
    var driver = driver(isInternal: isInternal)
    driver.handle(.withdrawGracefully([prefixes[1]], wait: .seconds(2)))
    var collector = Collector(isInternal: isInternal)
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes.count == 1)
    let attributes = collector.routes[prefixes[1]]?.attributes
    #expect(attributes?.communities == [Community(64512, 7), .gracefulShutdown])
    #expect(attributes?.localPreference == (isInternal ? 0 : nil))
    #expect(driver.peer.departingCount == 1)
    driver.clear()
    driver.advance(.milliseconds(1999))
    #expect(driver.sent.isEmpty)
    driver.advance(.milliseconds(1))
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes.isEmpty)
    #expect(driver.peer.intendedCount(.ipv4) == 2)
    #expect(driver.peer.departingCount == 0)
    #expect(driver.peer.nextDeadline.map { $0 > driver.now } ?? true)
  }

  @Test("A route that is wanted again in the meantime stays, and loses its mark") func kept() throws
  {
    var driver = driver()
    driver.handle(.withdrawGracefully(prefixes, wait: .seconds(2)))
    driver.clear()
    driver.handle(.announce([prefixes[0]: RouteAttributes(communities: [Community(64512, 8)])]))
    driver.advance(.seconds(3))
    var collector = Collector()
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes.keys.sorted() == [prefixes[0]])
    #expect(collector.routes[prefixes[0]]?.attributes?.communities == [Community(64512, 8)])
    #expect(driver.peer.intendedCount(.ipv4) == 1)
  }

  @Test("A second word does not give a route more time, and a plain withdrawal takes the rest")
  func once() {
    var driver = driver()
    driver.handle(.withdrawGracefully([prefixes[0]], wait: .seconds(2)))
    driver.advance(.seconds(1))
    driver.handle(.withdrawGracefully([prefixes[0]], wait: .seconds(2)))
    driver.advance(.seconds(1))
    #expect(driver.peer.intendedCount(.ipv4) == 2)
    driver.handle(.withdrawGracefully([prefixes[1]], wait: .seconds(2)))
    driver.handle(.withdraw([prefixes[1]]))
    #expect(driver.peer.intendedCount(.ipv4) == 1)
    #expect(driver.peer.departingCount == 0)
  }

  @Test("Nobody waits without a session, nor after its end") func withoutSession() {
    var driver = driver()
    driver.handle(.withdrawGracefully([prefixes[0], hosts(9)[8]], wait: .seconds(20)))
    #expect(driver.peer.departingCount == 1)
    driver.handle(.closed(driver.id, reason: nil))
    #expect(driver.peer.intendedCount(.ipv4) == 2)
    driver.handle(.withdrawGracefully([prefixes[1]], wait: .seconds(20)))
    #expect(driver.peer.intendedCount(.ipv4) == 1)
    #expect(driver.peer.departingCount == 0)
  }
}
