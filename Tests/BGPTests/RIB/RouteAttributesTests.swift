import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("Attributes of a route") struct RouteAttributesTests {
  private func announced(
    _ prefix: IPPrefix, _ attributes: RouteAttributes, _ encoding: SessionEncoding
  ) throws -> UpdateMessage {
    var table = AdjRIBOut()
    table.announce(prefix, attributes)
    table.beginSession(encoding)
    var buffer = ByteBuffer()
    _ = table.drain(into: &buffer, limit: 4096)
    var collector = Collector(isInternal: encoding.isInternal)
    try collector.receive(buffer)
    return try #require(collector.updates.first)
  }

  @Test("Link bandwidth on the wire, between communities and large ones") func linkBandwidth() {
    var table = AdjRIBOut()
    table.announce(
      prefix("203.0.113.0/24"),
      RouteAttributes(
        communities: [Community(64512, 1)], largeCommunities: [LargeCommunity(1, 2, 3)],
        extendedCommunities: [
          .routeTarget(64512, 1), .linkBandwidth(64512, bytesPerSecond: 3), .routeTarget(64512, 1),
        ]))
    table.beginSession(.external())
    var written = ByteBuffer()
    _ = table.drain(into: &written, limit: 4096)
    #expect(
      hex(written)
        == hex(
          updateMessage(
            attributes: """
              40 01 01 00 40 02 06 02 01 0000fc00 40 03 04 c0000201 c0 08 04 fc000001
              c0 10 10 0002fc0000000001 4004fc0040400000
              c0 20 0c 00000001 00000002 00000003
              """, nlri: "18 cb0071")))
  }

  @Test("Extended communities go to internal neighbours too", arguments: [true, false])
  func neighbours(isInternal: Bool) throws {
    var encoding = SessionEncoding.external()
    encoding.isInternal = isInternal
    let bandwidth = ExtendedCommunity.linkBandwidth(64512, bytesPerSecond: 9)
    for prefix in [hosts(1)[0], hosts6(1)[0]] {
      let update = try announced(
        prefix, RouteAttributes(extendedCommunities: [bandwidth]), encoding)
      #expect(update.attributes.pathAttributes?.extendedCommunities == [bandwidth])
    }
  }

  private static let route4 = IPv4Address(192, 0, 2, 99)
  private static let route6 = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 99)
  private let explicit = RouteAttributes(nextHopIPv4: route4, nextHopIPv6: route6)

  @Test("An explicit next hop stands in place of the session's") func nextHop() throws {
    let ipv4 = try announced(hosts(1)[0], explicit, .external())
    #expect(ipv4.attributes.pathAttributes?.nextHop == Self.route4)
    let ipv6 = try announced(hosts6(1)[0], explicit, .external())
    #expect(ipv6.reach?.nextHop == .v6(Self.route6))
  }

  @Test("It stands without our link-local address, for both families") func withoutLinkLocal()
    throws
  {
    var encoding = SessionEncoding.external()
    encoding.nextHopIPv4 = nil
    encoding.extendedNextHop = true
    encoding.nextHopLinkLocal = IPv6Address(high: 0xFE80_0000_0000_0000, low: 1)
    for prefix in [hosts(1)[0], hosts6(1)[0]] {
      let explicit = try announced(prefix, explicit, encoding)
      #expect(explicit.reach?.nextHop == .v6(Self.route6))
      #expect(explicit.reach?.linkLocalNextHop == nil)
      let plain = try announced(prefix, RouteAttributes(), encoding)
      #expect(plain.reach?.linkLocalNextHop != nil)
    }
  }

  @Test("Routes with different next hops never share a message") func grouping() throws {
    var table = AdjRIBOut()
    for (index, prefix) in (hosts6(30) + hosts(30)).enumerated() {
      table.announce(prefix, index % 2 == 0 ? explicit : RouteAttributes())
    }
    table.beginSession(.external())
    var buffer = ByteBuffer()
    _ = table.drain(into: &buffer, limit: 65536)
    var collector = Collector()
    try collector.receive(buffer)
    #expect(collector.updates.map(\.announcedCount) == [15, 15, 15, 15])
    for (index, prefix) in (hosts6(30) + hosts(30)).enumerated() {
      let ours: IPAddress = prefix.family == .ipv4 ? .v4(ourAddress) : .v6(ourIPv6Address)
      let theirs: IPAddress = prefix.family == .ipv4 ? .v4(Self.route4) : .v6(Self.route6)
      #expect(collector.routes[prefix]?.nextHop == (index % 2 == 0 ? theirs : ours))
    }
  }

  @Test("MED goes to both kinds of neighbours, prepending to external ones only")
  func medAndPrepend() throws {
    for isInternal in [true, false] {
      var encoding = SessionEncoding.external()
      encoding.isInternal = isInternal
      let attributes = try announced(
        hosts(1)[0], RouteAttributes(prependCount: 2, multiExitDiscriminator: 50), encoding
      ).attributes.pathAttributes
      #expect(attributes?.multiExitDiscriminator == 50)
      #expect(
        attributes?.asPath == (isInternal ? .empty : ASPath(repeating: 64512, count: 3)))
    }
  }

  @Test("Too many extended communities are refused, as many as fit are not") func tooMany() {
    var table = AdjRIBOut()
    func fits(_ count: UInt64) -> Bool {
      table.announce(
        hosts6(1)[0],
        RouteAttributes(
          extendedCommunities: (0..<count).map { ExtendedCommunity(rawValue: $0) }))
    }
    #expect(fits(480))
    #expect(!fits(510))
    #expect(!fits(5000))
  }
}
