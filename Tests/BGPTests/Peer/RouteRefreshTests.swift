import Addresses
import NIOCore
import Testing

@testable import BGP

/// RFC 7313.
@Suite("Enhanced route refresh") struct RouteRefreshTests {
  private let open = ByteBuffer.open(capabilities: [
    .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)),
    .routeRefresh, .fourOctetAS(64513), .enhancedRouteRefresh,
  ])
  private let request = message(5, "0001 00 01")

  private func table(_ prefixes: [IPPrefix]) -> [IPPrefix: RouteAttributes] {
    Dictionary(uniqueKeysWithValues: prefixes.map { ($0, RouteAttributes()) })
  }

  /// An established peer with `prefixes`, End-of-RIB sent.
  private func driver(_ prefixes: [IPPrefix]) -> PeerDriver {
    var driver = PeerDriver()
    driver.handle(.announce(table(prefixes)))
    driver.handle(.initialTableComplete)
    driver.reach(.established, open: open)
    while driver.peer.hasPendingUpdates { acknowledge(&driver) }
    acknowledge(&driver)
    driver.clear()
    return driver
  }

  private func acknowledge(_ driver: inout PeerDriver) {
    driver.handle(.written(driver.id, byteCount: 1 << 20))
  }

  /// What was sent, in short: + for an UPDATE, b and e for the marks of each family.
  private func summary(_ driver: PeerDriver) throws -> String {
    var framer = MessageFramer()
    var result = ""
    for bytes in driver.sent {
      framer.append(bytes)
      while let frame = try framer.next() {
        if frame.type == .update {
          result += "+"
        } else if frame.type == .routeRefresh {
          let mark = try RouteRefreshMessage(body: frame.body)
          result += (mark.subtype == 1 ? "b" : "e") + (mark.family.unicast == .ipv4 ? "4" : "6")
        }
      }
    }
    return result
  }

  @Test("The answer stands between its marks") func marked() throws {
    var driver = driver(hosts(2) + hosts6(2))
    driver.receive(request)
    #expect(driver.sent.count == 1)
    #expect(try summary(driver) == "b4+e4")
    driver.receive(message(5, "0002 00 01"))
    #expect(try summary(driver) == "b4+e4b6+e6")
    #expect(driver.peer.statistics.sent.routeRefresh == 4)
    #expect(!driver.peer.hasPendingUpdates)
  }

  @Test("An empty answer is marked as well: the neighbour then knows that there is nothing")
  func empty() throws {
    var driver = driver([])
    driver.receive(request)
    #expect(try summary(driver) == "b4e4")
    #expect(!driver.peer.hasPendingUpdates)
  }

  @Test("A long answer, a change in the middle of it, and a withdrawal") func long() throws {
    let prefixes = hosts(40000)
    var driver = driver(prefixes)
    driver.receive(request)
    #expect(driver.peer.hasPendingUpdates)
    driver.handle(.withdraw([prefixes[39999]]))
    driver.handle(.announce([prefixes[5]: RouteAttributes(multiExitDiscriminator: 1)]))
    while driver.peer.hasPendingUpdates { acknowledge(&driver) }
    let summary = try summary(driver)
    #expect(summary.hasPrefix("b4+") && summary.hasSuffix("+e4"))
    #expect(summary.filter { $0 == "b" || $0 == "e" }.count == 2)
    var collector = Collector()
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes.count == 39999)
    #expect(collector.routes[prefixes[5]]?.attributes?.multiExitDiscriminator == 1)
  }

  @Test("A second request while the answer is under way begins it anew") func again() throws {
    var driver = driver(hosts(40000))
    driver.receive(request)
    driver.receive(request)
    driver.receive(request)
    while driver.peer.hasPendingUpdates { acknowledge(&driver) }
    let marks = try summary(driver).filter { $0 != "+" && $0 != "4" }
    #expect(marks == "bbe")
    #expect(driver.peer.statistics.prefixesAnnounced <= 40000 * 3)
  }

  @Test("Before End-of-RIB, and without the capability, the answer has no marks") func plain()
    throws
  {
    var early = PeerDriver()
    early.handle(.announce(table(hosts(2))))
    early.reach(.established, open: open)
    early.receive(request)
    #expect(try summary(early) == "+")
    var old = PeerDriver()
    old.handle(.announce(table(hosts(2))))
    old.handle(.initialTableComplete)
    old.reach(.established)
    old.receive(request)
    #expect(try summary(old) == "+")
    #expect(old.peer.negotiated?.enhancedRouteRefresh == false)
  }

  @Test("It can be left out of the OPEN") func off() {
    var configuration = PeerConfiguration.example
    configuration.enhancedRouteRefresh = false
    #expect(!OpenMessage(configuration).capabilities.contains(.enhancedRouteRefresh))
    var driver = PeerDriver(configuration)
    driver.reach(.openConfirm, open: open)
    #expect(driver.peer.negotiated?.enhancedRouteRefresh == false)
  }

  @Test("The neighbour's own marks are for routes that we do not keep")
  func theirMarks() {
    var driver = driver(hosts(2))
    driver.receive(message(5, "0001 01 01"))
    driver.receive(message(5, "0001 02 01"))
    #expect(driver.sent.isEmpty)
    #expect(driver.peer.state == .established)
  }
}
