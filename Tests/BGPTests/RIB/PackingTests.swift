import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BGP

@Suite("Packing of UPDATEs") struct PackingTests {
  /// Announces `prefixes`, and gives the lengths and contents of the messages.
  private func announce(
    _ prefixes: [IPPrefix], _ attributes: RouteAttributes = RouteAttributes(),
    encoding: SessionEncoding = .external()
  ) throws -> Collector {
    var table = AdjRIBOut()
    for prefix in prefixes { table.announce(prefix, attributes) }
    table.beginSession(encoding)
    var collector = Collector(isInternal: encoding.isInternal)
    try drainAll(&table, into: &collector)
    return collector
  }

  private func drainAll(_ table: inout AdjRIBOut, into collector: inout Collector) throws {
    while table.hasPendingUpdates {
      var buffer = ByteBuffer()
      _ = table.drain(into: &buffer, limit: 4096)
      #expect(buffer.readableBytes <= 4096)
      try collector.receive(buffer)
    }
  }

  @Test(
    "As many prefixes as fit",
    arguments: [
      (hosts(810), [810]), (hosts(811), [810, 1]), (hosts(1620), [810, 810]),
      (hosts6(237), [237]), (hosts6(238), [237, 1]),
    ])
  func announcements(prefixes: [IPPrefix], counts: [Int]) throws {
    let collector = try announce(prefixes)
    #expect(collector.updates.map(\.announcedCount) == counts)
    #expect(Set(collector.routes.keys) == Set(prefixes))
  }

  @Test("Each standard community of a route takes four octets of the room for prefixes")
  func communities() throws {
    let attributes = RouteAttributes(communities: [Community(64512, 1), Community(64512, 2)])
    let collector = try announce(hosts(1000), attributes)
    #expect(collector.updates.map(\.announcedCount) == [808, 192])
  }

  @Test("LOCAL_PREF costs the room of one prefix and a half") func `internal`() throws {
    var encoding = SessionEncoding.external()
    encoding.isInternal = true
    let collector = try announce(hosts(1000), encoding: encoding)
    #expect(collector.updates.map(\.announcedCount) == [810, 190])
  }

  @Test(
    "Withdrawals",
    arguments: [
      (hosts(814), [814]), (hosts(815), [814, 1]), (hosts(2000), [814, 814, 372]),
      (hosts6(239), [239]), (hosts6(240), [239, 1]),
    ])
  func withdrawals(prefixes: [IPPrefix], counts: [Int]) throws {
    var table = AdjRIBOut()
    for prefix in prefixes { table.announce(prefix, RouteAttributes()) }
    table.beginSession(.external())
    var collector = Collector()
    try drainAll(&table, into: &collector)
    let before = collector.updates.count
    for prefix in prefixes { table.withdraw(prefix) }
    try drainAll(&table, into: &collector)
    #expect(collector.updates[before...].map(\.withdrawnCount) == counts)
    #expect(collector.messageLengths.allSatisfy { $0 <= 4096 })
    #expect(collector.routes.isEmpty)
  }

  @Test("Short prefixes are packed by their own size") func shortPrefixes() throws {
    let prefixes = (0..<1200).compactMap {
      IPPrefix(.v4(IPv4Address(rawValue: 0xC000_0000 + UInt32($0) << 8)), length: 24)
    }
    let collector = try announce(prefixes)
    // 4053 octets of room, four for each.
    #expect(collector.updates.map(\.announcedCount) == [1013, 187])
    #expect(collector.routes.count == 1200)
  }

  @Test("The largest attributes that are accepted leave room for a prefix") func largest() throws {
    var accepted = 0
    var refused = 0
    for count in 320...345 {
      let attributes = RouteAttributes(
        prependCount: 0, largeCommunities: (0..<UInt32(count)).map { LargeCommunity($0, 0, 0) })
      var table = AdjRIBOut()
      let fits = table.announce(prefix("2001:db8::1/128"), attributes)
      if fits { accepted += 1 } else { refused += 1 }
      #expect(table.intendedCount(.ipv6) == (fits ? 1 : 0))
      var encoding = SessionEncoding.external()
      encoding.localAS = .max
      encoding.fourOctetAS = false
      table.beginSession(encoding)
      var collector = Collector(fourOctetAS: false)
      try drainAll(&table, into: &collector)
      #expect(collector.routes.count == (fits ? 1 : 0))
    }
    #expect(accepted > 0 && refused > 0)
  }

  @Test("The same routes give the same bytes in whatever order they came") func reproducible() {
    func written(_ routes: [(IPPrefix, RouteAttributes)]) -> ByteBuffer {
      var table = AdjRIBOut()
      table.beginSession(.external())
      for (prefix, attributes) in routes { table.announce(prefix, attributes) }
      var buffer = ByteBuffer()
      _ = table.drain(into: &buffer, limit: 1 << 20)
      return buffer
    }
    let routes = (hosts(2000) + hosts6(500)).enumerated().map { index, prefix in
      (prefix, RouteAttributes(multiExitDiscriminator: UInt32(index % 7)))
    }
    let expected = written(routes)
    for seed in 0..<5 {
      var random = SeededGenerator(seed)
      #expect(written(routes.shuffled(using: &random)) == expected)
    }
  }

  @Test("However sets alternate, only the last message of each is not full", arguments: [1, 2, 5])
  func density(setCount: Int) throws {
    let prefixes = hosts(9000)
    for isInSession in [false, true] {
      var table = AdjRIBOut()
      if isInSession { table.beginSession(.external()) }
      for (index, prefix) in prefixes.enumerated() {
        let set = RouteAttributes(multiExitDiscriminator: UInt32(index % setCount))
        table.announce(prefix, set)
      }
      if !isInSession { table.beginSession(.external()) }
      var collector = Collector()
      try drainAll(&table, into: &collector)
      #expect(collector.routes.count == 9000)
      // 809 with a MED fit in a message.
      let perSet = 9000 / setCount
      #expect(collector.updates.count == setCount * ((perSet + 808) / 809))
      for update in collector.updates {
        #expect(update.announcedCount == 809 || update.announcedCount == perSet % 809)
      }
    }
  }

  @Test("A table before the session gives the same bytes as one that comes in it")
  func sameOrder() {
    let routes = (hosts(3000) + hosts6(700)).enumerated().map { index, prefix in
      (prefix, RouteAttributes(multiExitDiscriminator: UInt32(index % 3)))
    }
    func written(beforeSession count: Int) -> ByteBuffer {
      var table = AdjRIBOut()
      for (prefix, attributes) in routes[..<count] { table.announce(prefix, attributes) }
      table.beginSession(.external())
      for (prefix, attributes) in routes[count...] { table.announce(prefix, attributes) }
      var buffer = ByteBuffer()
      _ = table.drain(into: &buffer, limit: 1 << 20)
      return buffer
    }
    #expect(written(beforeSession: routes.count) == written(beforeSession: 0))
    #expect(written(beforeSession: 1) == written(beforeSession: 0))
  }

  @Test("Prefixes of a group ascend, and groups follow their first prefixes") func order() throws {
    var table = AdjRIBOut()
    table.beginSession(.external())
    let prefixes = hosts(30)
    for (index, prefix) in prefixes.enumerated() {
      table.announce(prefix, RouteAttributes(multiExitDiscriminator: UInt32(index % 3)))
    }
    var collector = Collector()
    try drainAll(&table, into: &collector)
    for (index, update) in collector.updates.enumerated() {
      #expect(
        Array(update.announced) == stride(from: index, to: 30, by: 3).map { prefixes[$0] })
    }
    #expect(collector.updates.count == 3)
  }
}
