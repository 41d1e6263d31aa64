import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BGP

@Suite("What the neighbour was told") struct RouteOverviewTests {
  private let first = prefix("203.0.113.1/32")
  private let second = prefix("203.0.113.2/32")
  private let third = prefix("203.0.113.3/32")
  private let red = RouteAttributes(multiExitDiscriminator: 1)
  private let blue = RouteAttributes(
    multiExitDiscriminator: 2, communities: [Community(64512, 1)])

  private func drain(_ table: inout AdjRIBOut) {
    var buffer = ByteBuffer()
    _ = table.drain(into: &buffer, limit: 1 << 20)
  }

  @Test("Without a session nothing was told") func withoutSession() {
    var table = AdjRIBOut()
    table.announce(first, red)
    #expect(
      table.overview() == [RouteOverview(attributes: nil, nextHops: [], prefixes: [first])])
  }

  @Test("Routes stand together that were sent alike, with what the session added") func groups() {
    var table = AdjRIBOut()
    table.beginSession(.external())
    table.announce(second, red)
    table.announce(third, blue)
    table.announce(first, red)
    drain(&table)
    let overview = table.overview()
    #expect(overview.map(\.prefixes) == [[first, second], [third]])
    #expect(overview.map(\.attributes?.multiExitDiscriminator) == [1, 2])
    #expect(overview[1].attributes?.communities == [Community(64512, 1)])
    for group in overview {
      #expect(group.attributes?.asPath.segments.isEmpty == false)
      #expect(group.nextHops.count == 1)
    }
  }

  @Test("Until it is sent, the old attributes count, and a new prefix was not told") func pending()
  {
    var table = AdjRIBOut()
    table.beginSession(.external())
    table.announce(first, red)
    drain(&table)
    table.announce(first, blue)
    table.announce(second, blue)
    #expect(table.overview().map(\.prefixes) == [[first], [second]])
    #expect(table.overview().map(\.attributes?.multiExitDiscriminator) == [1, nil])
    drain(&table)
    #expect(table.overview().map(\.prefixes) == [[first, second]])
    table.withdraw(first)
    drain(&table)
    #expect(table.overview().map(\.prefixes) == [[second]])
    table.endSession()
    #expect(table.overview().map(\.attributes) == [nil])
  }
}
