import Addresses
import NIOCore
import Testing

@testable import BGP

/// RFC 8950, RFC 2545 §3.
@Suite("IPv6 next hops") struct NextHopTests {
  private let open = ByteBuffer.open(capabilities: [
    .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)),
    .extendedNextHop([.ipv4OverIPv6]), .fourOctetAS(64513),
  ])
  private static let global = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1)
  private static let linkLocal = IPv6Address(high: 0xFE80_0000_0000_0000, low: 1)

  private func configuration(
    linkLocal: Bool = true, nextHopIPv6: IPv6Address? = nil
  ) -> PeerConfiguration {
    var configuration = PeerConfiguration.example
    configuration.extendedNextHop = true
    configuration.linkLocalNextHop = linkLocal
    configuration.nextHopIPv6 = nextHopIPv6
    return configuration
  }

  private func collected(_ driver: PeerDriver) throws -> Collector {
    var collector = Collector()
    for bytes in driver.sent { try collector.receive(bytes) }
    return collector
  }

  private let table = [hosts(1)[0]: RouteAttributes(), hosts6(1)[0]: RouteAttributes()]

  static let cases: [(local: IPv6Address, configured: IPv6Address?, hops: [IPv6Address])] = [
    (global, nil, [global]),
    (linkLocal, nil, [linkLocal]),
    (linkLocal, global, [global, linkLocal]),
  ]

  @Test("Both families over one session, its addresses the next hops", arguments: cases)
  func bothFamilies(
    session: (local: IPv6Address, configured: IPv6Address?, hops: [IPv6Address])
  ) throws {
    var driver = PeerDriver(configuration(nextHopIPv6: session.configured))
    driver.reach(.established, open: open, local: .v6(session.local))
    driver.handle(.announce(table))
    driver.handle(.initialTableComplete)
    var collector = try collected(driver)
    #expect(driver.peer.heldBackFamilies.isEmpty)
    #expect(Set(collector.routes.keys) == Set(table.keys))
    for update in collector.updates where update.announcedCount > 0 {
      #expect(update.announced.count == 0)
      #expect(update.reach?.nextHop == .v6(session.hops[0]))
      #expect(update.reach?.linkLocalNextHop == (session.hops.count > 1 ? session.hops[1] : nil))
      #expect(update.attributes.pathAttributes?.nextHop == nil)
    }
    // The End-of-RIB of IPv4 is the empty UPDATE all the same.
    #expect(collector.endOfRIBs == [.ipv4: 2, .ipv6: 2])
    driver.clear()
    driver.handle(.withdraw(Array(table.keys)))
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes.isEmpty)
    #expect(collector.updates.suffix(2).allSatisfy { $0.withdrawn.count == 0 })
  }

  @Test("Octet by octet") func encoding() {
    var table = AdjRIBOut()
    table.announce(prefix("203.0.113.0/24"), RouteAttributes())
    var encoding = SessionEncoding.external([.ipv4])
    encoding.nextHopIPv4 = nil
    encoding.extendedNextHop = true
    encoding.nextHopLinkLocal = Self.linkLocal
    table.beginSession(encoding)
    var written = ByteBuffer()
    _ = table.drain(into: &written, limit: 4096)
    table.withdraw(prefix("203.0.113.0/24"))
    _ = table.drain(into: &written, limit: 4096)
    var expected = updateMessage(
      attributes: """
        80 0e 29 0001 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001
        00 18 cb0071 40 01 01 00 40 02 06 02 01 0000fc00
        """)
    expected.writeImmutableBuffer(updateMessage(attributes: "80 0f 07 0001 01 18 cb0071"))
    #expect(hex(written) == hex(expected))
  }

  @Test("As many IPv4 prefixes as fit beside the longer attribute") func packing() throws {
    for (linkLocal, counts) in [(nil, [807, 93]), (Self.linkLocal, [803, 97])] {
      var table = AdjRIBOut()
      for prefix in hosts(900) { table.announce(prefix, RouteAttributes()) }
      var encoding = SessionEncoding.external([.ipv4])
      encoding.nextHopIPv4 = nil
      encoding.extendedNextHop = true
      encoding.nextHopLinkLocal = linkLocal
      table.beginSession(encoding)
      var collector = Collector()
      while table.hasPendingUpdates {
        var buffer = ByteBuffer()
        _ = table.drain(into: &buffer, limit: 4096)
        try collector.receive(buffer)
      }
      #expect(collector.updates.map(\.announcedCount) == counts)
      #expect(collector.messageLengths.allSatisfy { $0 <= 4096 })
    }
  }

  @Test("An IPv4 next hop that is known is taken in any case") func classic() throws {
    var configuration = configuration()
    configuration.nextHopIPv4 = ourAddress
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: open, local: .v6(Self.global))
    driver.handle(.announce(table))
    #expect(try collected(driver).routes[hosts(1)[0]]?.nextHop == .v4(ourAddress))
    var overIPv4 = PeerDriver(self.configuration(nextHopIPv6: Self.global))
    overIPv4.reach(.established, open: open)
    overIPv4.handle(.announce(table))
    #expect(try collected(overIPv4).routes[hosts(1)[0]]?.nextHop == .v4(ourAddress))
  }

  @Test("What is not agreed on, or not allowed, is held back") func heldBack() {
    var old = PeerDriver(configuration())
    old.reach(.established, local: .v6(Self.global))
    #expect(old.peer.negotiated?.extendedNextHop == false)
    #expect(old.peer.heldBackFamilies == [.ipv4: .noNextHop])
    var notOffered = configuration()
    notOffered.extendedNextHop = false
    var ours = PeerDriver(notOffered)
    ours.reach(.established, open: open, local: .v6(Self.global))
    #expect(ours.peer.heldBackFamilies == [.ipv4: .noNextHop])
    var noLinkLocal = PeerDriver(configuration(linkLocal: false))
    noLinkLocal.reach(.established, open: open, local: .v6(Self.linkLocal))
    #expect(noLinkLocal.peer.heldBackFamilies == [.ipv4: .noNextHop, .ipv6: .noNextHop])
  }

  @Test("It is offered for IPv4 only where there is IPv4") func offer() {
    var configuration = configuration()
    #expect(
      OpenMessage(configuration).capabilities.contains(.extendedNextHop([.ipv4OverIPv6])))
    configuration.families = [.ipv6]
    #expect(OpenMessage(configuration).capabilities.allSatisfy { $0.code != 5 })
  }
}
