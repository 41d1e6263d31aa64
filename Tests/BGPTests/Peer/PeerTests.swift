import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("Peer") struct PeerTests {
  private func table(_ prefixes: [IPPrefix]) -> [IPPrefix: RouteAttributes] {
    Dictionary(uniqueKeysWithValues: prefixes.map { ($0, RouteAttributes()) })
  }

  private func collected(_ driver: PeerDriver) throws -> Collector {
    var collector = Collector()
    for bytes in driver.sent { try collector.receive(bytes) }
    return collector
  }

  @Test("From start to routes: OPEN, KEEPALIVE, UPDATEs, End-of-RIB") func flow() throws {
    var driver = PeerDriver()
    driver.handle(.announce(table(hosts(3) + hosts6(2))))
    driver.handle(.initialTableComplete)
    driver.handle(.start)
    #expect(driver.peer.state == .connect)
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    #expect(driver.peer.state == .openSent)
    driver.receive(.exampleOpen)
    #expect(driver.peer.state == .openConfirm)
    driver.receive(message(4))
    #expect(driver.peer.state == .established)
    let collector = try collected(driver)
    #expect(
      collector.types == [.open, .keepalive, .update, .update, .update, .update])
    #expect(collector.endOfRIBs == [.ipv4: 3, .ipv6: 5])
    #expect(collector.routes.count == 5)
    #expect(collector.routes[hosts(1)[0]]?.nextHop == .v4(ourAddress))
    #expect(collector.routes[hosts6(1)[0]]?.nextHop == .v6(ourIPv6Address))
    let statistics = driver.peer.statistics
    #expect(statistics.prefixesAnnounced == 5)
    #expect(statistics.sent.update == 4)
    #expect(statistics.received.total == 2)
    #expect(statistics.establishedSince == driver.now)
    let moves = driver.reports.compactMap { report -> String? in
      if case .stateChanged(let from, let to) = report { "\(from) \(to)" } else { nil }
    }
    #expect(
      moves == [
        "Idle Connect", "Connect OpenSent", "OpenSent OpenConfirm", "OpenConfirm Established",
      ])
  }

  @Test("Nothing is announced before the session is established") func early() {
    var driver = PeerDriver()
    driver.reach(.openConfirm)
    driver.handle(.announce(table(hosts(3))))
    driver.handle(.initialTableComplete)
    driver.handle(.withdraw(hosts(1)))
    #expect(driver.sent.isEmpty)
    driver.receive(message(4))
    #expect(driver.peer.statistics.prefixesAnnounced == 2)
    #expect(driver.peer.statistics.prefixesWithdrawn == 0)
  }

  @Test("A batch of changes makes one write") func batch() {
    var driver = PeerDriver()
    driver.reach(.established)
    driver.handle(.announce(table(hosts(1000))))
    #expect(driver.sent.count == 1)
    driver.handle(.withdraw(hosts(1000)))
    #expect(driver.sent.count == 2)
    #expect(driver.peer.statistics.prefixesWithdrawn == 1000)
  }

  @Test("Never more than the high-water mark is under way, and all arrives") func pull() throws {
    var driver = PeerDriver()
    driver.reach(.established)
    let prefixes = hosts(60000)
    driver.handle(.announce(table(prefixes)))
    driver.handle(.initialTableComplete)
    #expect(driver.sent.map(\.readableBytes).reduce(0, +) <= Peer.highWaterMark)
    #expect(driver.peer.hasPendingUpdates)
    var acknowledged = 0
    for _ in 0..<10000 where driver.peer.hasPendingUpdates {
      let total = driver.sent.map(\.readableBytes).reduce(0, +)
      #expect(total - acknowledged <= Peer.highWaterMark)
      let step = min(10000, total - acknowledged)
      acknowledged += step
      driver.handle(.written(driver.id, byteCount: step))
    }
    let collector = try collected(driver)
    #expect(collector.routes.count == 60000)
    #expect(collector.endOfRIBs[.ipv4] == 60000)
    #expect(driver.peer.advertisedCount(.ipv4) == 60000)
  }

  @Test("A neighbour that takes nothing costs no memory, whatever changes") func stalled() throws {
    var driver = PeerDriver()
    driver.reach(.established)
    driver.handle(.announce(table(hosts(60000))))
    let sent = driver.sent.count
    for round in 0..<20 {
      driver.handle(
        .announce([hosts(1)[0]: RouteAttributes(multiExitDiscriminator: UInt32(round))]))
    }
    #expect(driver.sent.count == sent)
    driver.handle(.withdraw(hosts(60000)))
    #expect(driver.sent.count == sent)
    driver.handle(.written(driver.id, byteCount: 1 << 20))
    #expect(!driver.peer.hasPendingUpdates)
    #expect(try collected(driver).routes.isEmpty)
  }

  @Test("What a lost connection did not take does not burden the next") func stalledThenLost() {
    var driver = PeerDriver()
    driver.reach(.established)
    driver.handle(.announce(table(hosts(60000))))
    #expect(driver.peer.hasPendingUpdates)
    driver.handle(.closed(driver.id, reason: nil))
    #expect(!driver.peer.hasPendingUpdates)
    driver.advance(.seconds(1))
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.receive(.exampleOpen)
    driver.clear()
    driver.receive(message(4))
    #expect(driver.sent.map(\.readableBytes).reduce(0, +) > Peer.highWaterMark / 2)
  }

  @Test("A refresh is answered with the family that was asked for") func refresh() throws {
    var driver = PeerDriver()
    driver.reach(.established)
    driver.handle(.announce(table(hosts(3) + hosts6(2))))
    driver.clear()
    driver.receive(message(5, "0002 00 01"))
    #expect(Set(try collected(driver).routes.keys) == Set(hosts6(2)))
    driver.receive(message(5, "0001 00 01"))
    #expect(try collected(driver).routes.count == 5)
    let requests = driver.reports.compactMap { report -> AddressFamily? in
      if case .routeRefreshRequested(let family) = report { family } else { nil }
    }
    #expect(requests == [.ipv6, .ipv4])
  }

  static let nextHops: [(String, String?, String?, [AddressFamily: HeldBackReason])] = [
    ("192.0.2.1", nil, nil, [.ipv6: .noNextHop]),
    ("192.0.2.1", nil, "2001:db8::9", [:]),
    ("2001:db8::1", nil, nil, [.ipv4: .noNextHop]),
    ("2001:db8::1", "192.0.2.9", nil, [:]),
    ("fe80::1", "192.0.2.9", nil, [.ipv6: .noNextHop]),
  ]

  @Test("Next hops: what is configured, else the local address", arguments: nextHops)
  func nextHop(
    local: String, ipv4: String?, ipv6: String?, heldBack: [AddressFamily: HeldBackReason]
  ) throws {
    var configuration = PeerConfiguration.example
    configuration.nextHopIPv4 = ipv4.flatMap { IPv4Address($0) }
    configuration.nextHopIPv6 = ipv6.flatMap { IPv6Address($0) }
    var driver = PeerDriver(configuration)
    driver.handle(.announce(table(hosts(1) + hosts6(1))))
    driver.handle(.start)
    driver.handle(.connected(driver.id, local: try #require(IPAddress(local))))
    driver.receive(.exampleOpen)
    driver.receive(message(4))
    #expect(driver.peer.heldBackFamilies == heldBack)
    let reported = driver.reports.compactMap { report -> AddressFamily? in
      if case .heldBack(let family, _) = report { family } else { nil }
    }
    #expect(Set(reported) == Set(heldBack.keys))
    let routes = try collected(driver).routes
    #expect(
      routes[hosts(1)[0]]?.nextHop == (heldBack[.ipv4] == nil ? IPAddress(ipv4 ?? local) : nil))
    #expect(
      routes[hosts6(1)[0]]?.nextHop == (heldBack[.ipv6] == nil ? IPAddress(ipv6 ?? local) : nil))
    driver.handle(.stop(.peerDeconfigured))
    #expect(driver.peer.heldBackFamilies.isEmpty)
  }

  @Test("A family that the neighbour did not offer is held back") func notNegotiated() throws {
    var driver = PeerDriver()
    driver.handle(.announce(table(hosts(1) + hosts6(1))))
    driver.handle(.initialTableComplete)
    driver.handle(.start)
    driver.handle(.connected(driver.id, local: .v4(ourAddress)))
    driver.receive(.open(capabilities: []))
    driver.receive(message(4))
    #expect(driver.peer.heldBackFamilies == [.ipv6: .notNegotiated])
    let collector = try collected(driver)
    #expect(Array(collector.routes.keys) == hosts(1))
    #expect(Array(collector.endOfRIBs.keys) == [.ipv4])
  }

  @Test("Attributes that fit in no message are reported, and the rest is announced")
  func tooLarge() {
    var driver = PeerDriver()
    driver.reach(.established)
    let huge = RouteAttributes(
      communities: (0..<2000).map { Community(rawValue: $0) })
    driver.handle(.announce([hosts(2)[0]: huge, hosts(2)[1]: RouteAttributes()]))
    #expect(driver.peer.statistics.prefixesAnnounced == 1)
    let refused = driver.reports.compactMap { report -> [IPPrefix]? in
      if case .attributesTooLarge(let prefixes) = report { prefixes } else { nil }
    }
    #expect(refused == [[hosts(2)[0]]])
  }

  @Test("A neighbour's table is counted, not kept") func inbound() {
    var driver = PeerDriver()
    driver.reach(.established)
    for index in 0..<500 {
      driver.receive(
        updateMessage(
          attributes: "40 01 01 00 40 02 06 02 01 0000fc01 40 03 04 c0000202",
          nlri: String(repeating: "20 cb0071" + hex([UInt8(index & 0xFF)]), count: 100)))
    }
    #expect(driver.peer.statistics.routesReceived == 50000)
    #expect(driver.peer.statistics.received.update == 500)
    #expect(driver.peer.intendedCount(.ipv4) == 0)
    #expect(driver.sent.isEmpty)
  }
}
