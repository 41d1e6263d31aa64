import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BGP

@Suite("Adj-RIB-Out") struct AdjRIBOutTests {
  private let first = prefix("203.0.113.1/32")
  private let red = RouteAttributes(multiExitDiscriminator: 1)
  private let blue = RouteAttributes(multiExitDiscriminator: 2)

  private func open() -> AdjRIBOut {
    var table = AdjRIBOut()
    table.beginSession(.external())
    return table
  }

  private func drain(_ table: inout AdjRIBOut, limit: Int = 65536) -> AdjRIBOut.Drained {
    var buffer = ByteBuffer()
    return table.drain(into: &buffer, limit: limit)
  }

  @Test("Announced and withdrawn before it was sent: nothing is sent") func neverSent() {
    var table = open()
    table.announce(first, red)
    table.withdraw(first)
    #expect(drain(&table) == AdjRIBOut.Drained())
    #expect(!table.hasPendingUpdates)
  }

  @Test("Withdrawn and announced again alike before it was sent: nothing is sent")
  func flapUnseen() {
    var table = open()
    table.announce(first, red)
    #expect(drain(&table).announced == 1)
    table.withdraw(first)
    table.announce(first, red)
    #expect(drain(&table) == AdjRIBOut.Drained())
  }

  @Test("The last of several changes is sent, once") func lastChange() throws {
    var table = open()
    for _ in 0..<1000 {
      table.announce(first, red)
      table.withdraw(first)
      table.announce(first, blue)
    }
    var buffer = ByteBuffer()
    #expect(table.drain(into: &buffer, limit: 65536).announced == 1)
    var collector = Collector()
    try collector.receive(buffer)
    #expect(collector.routes[first]?.attributes?.multiExitDiscriminator == 2)
  }

  @Test("New attributes replace the old ones without a withdrawal") func replacement() {
    var table = open()
    table.announce(first, red)
    _ = drain(&table)
    table.withdraw(first)
    table.announce(first, blue)
    let drained = drain(&table)
    #expect(drained.announced == 1)
    #expect(drained.withdrawn == 0)
    #expect(table.advertisedCount(.ipv4) == 1)
  }

  @Test("Attributes that change and change back are not sent again") func changedBack() {
    var table = open()
    table.announce(first, red)
    _ = drain(&table)
    table.announce(first, blue)
    table.announce(first, red)
    #expect(drain(&table).messages == 0)
  }

  @Test("Withdrawals go before announcements, also in the middle of a long table")
  func withdrawalsFirst() throws {
    var table = AdjRIBOut()
    let prefixes = hosts(3000)
    for prefix in prefixes { table.announce(prefix, red) }
    table.beginSession(.external())
    var collector = Collector()
    var buffer = ByteBuffer()
    #expect(table.drain(into: &buffer, limit: 4096).announced == 809)
    table.withdraw(prefixes[5])
    table.withdraw(prefixes[2999])
    while table.hasPendingUpdates { _ = table.drain(into: &buffer, limit: 4096) }
    try collector.receive(buffer)
    #expect(collector.updates.map(\.withdrawnCount) == [0, 1, 0, 0, 0])
    #expect(Set(collector.routes.keys) == Set(prefixes).subtracting([prefixes[5], prefixes[2999]]))
  }

  @Test("A change while its prefix waits in a group goes with the new attributes")
  func changeInGroup() throws {
    var table = AdjRIBOut()
    let prefixes = hosts(2000)
    for prefix in prefixes { table.announce(prefix, red) }
    table.beginSession(.external())
    var buffer = ByteBuffer()
    _ = table.drain(into: &buffer, limit: 4096)
    table.announce(prefixes[1999], blue)
    var announced = 809
    while table.hasPendingUpdates {
      announced += table.drain(into: &buffer, limit: 4096).announced
    }
    #expect(announced == 2000)
    var collector = Collector()
    try collector.receive(buffer)
    #expect(collector.routes[prefixes[1999]]?.attributes?.multiExitDiscriminator == 2)
  }

  @Test("Changes ahead of and behind the walk through a long table are not lost or repeated")
  func changesDuringWalk() throws {
    var table = AdjRIBOut()
    let prefixes = hosts(3000)
    for prefix in prefixes[..<2900] { table.announce(prefix, red) }
    table.beginSession(.external())
    var buffer = ByteBuffer()
    var announced = table.drain(into: &buffer, limit: 4096).announced
    for index in [3, 2500] {
      table.announce(prefixes[index], blue)
      table.withdraw(prefixes[index + 1])
      table.announce(prefixes[index + 2], blue)
      table.announce(prefixes[index + 2], red)
    }
    for prefix in prefixes[2900...] { table.announce(prefix, red) }
    while table.hasPendingUpdates {
      announced += table.drain(into: &buffer, limit: 4096).announced
    }
    // One behind the walk is said twice, one ahead of it never.
    #expect(announced == 3000 + 1 - 1)
    var collector = Collector()
    try collector.receive(buffer)
    var expected = Dictionary(uniqueKeysWithValues: prefixes.map { ($0, UInt32(1)) })
    for index in [3, 2500] {
      expected[prefixes[index]] = 2
      expected[prefixes[index + 1]] = nil
    }
    let seen = collector.routes.compactMapValues { $0.attributes?.multiExitDiscriminator }
    #expect(seen == expected)
    #expect(table.advertisedCount(.ipv4) == 2998)
  }

  @Test("A refresh in the middle of a long table begins anew and leaves nothing out")
  func refreshDuringWalk() throws {
    var table = AdjRIBOut()
    let prefixes = hosts(2000)
    for prefix in prefixes { table.announce(prefix, red) }
    table.beginSession(.external())
    var buffer = ByteBuffer()
    #expect(table.drain(into: &buffer, limit: 4096).announced == 809)
    table.announce(prefixes[0], blue)
    table.withdraw(prefixes[1])
    table.refresh(.ipv4)
    table.withdraw(prefixes[2])
    var repeated = 0
    while table.hasPendingUpdates {
      repeated += table.drain(into: &buffer, limit: 4096).announced
    }
    #expect(repeated == 1998)
    #expect(table.advertisedCount(.ipv4) == 1998)
    var collector = Collector()
    try collector.receive(buffer)
    #expect(Set(collector.routes.keys) == Set(prefixes).subtracting(prefixes[1...2]))
  }

  @Test("A new session gets the whole table") func newSession() {
    var table = open()
    for prefix in hosts(10) { table.announce(prefix, red) }
    #expect(drain(&table).announced == 10)
    table.endSession()
    #expect(drain(&table) == AdjRIBOut.Drained())
    #expect(!table.hasPendingUpdates)
    table.withdraw(hosts(10)[0])
    table.beginSession(.external())
    #expect(drain(&table).announced == 9)
  }

  @Test("A refresh repeats the family that was asked for") func refresh() {
    var table = open()
    for prefix in hosts(10) + hosts6(5) { table.announce(prefix, red) }
    _ = drain(&table)
    table.refresh(.ipv6)
    #expect(drain(&table).announced == 5)
    table.refresh(.ipv4)
    table.withdraw(hosts(10)[0])
    let drained = drain(&table)
    #expect(drained.withdrawn == 1)
    #expect(drained.announced == 9)
    #expect(table.advertisedCount(.ipv4) == 9)
  }

  @Test("End-of-RIB waits for the word and for the table") func endOfRIB() {
    var table = AdjRIBOut()
    for prefix in hosts(1000) { table.announce(prefix, red) }
    table.beginSession(.external([.ipv4]))
    while table.hasPendingUpdates { #expect(drain(&table, limit: 4096).endOfRIBs.isEmpty) }
    table.announce(prefix("198.51.100.1/32"), red)
    table.completeInitialTable()
    let drained = drain(&table)
    #expect(drained.announced == 1)
    #expect(drained.endOfRIBs == [.ipv4])
    table.announce(prefix("198.51.100.2/32"), red)
    #expect(drain(&table).endOfRIBs.isEmpty)
  }

  @Test("Families without a next hop, or not in the session, are held back") func heldBack() {
    var table = AdjRIBOut()
    for prefix in hosts(3) + hosts6(5) { table.announce(prefix, red) }
    var encoding = SessionEncoding.external()
    encoding.nextHopIPv6 = nil
    table.beginSession(encoding)
    #expect(drain(&table).announced == 3)
    table.beginSession(.external([.ipv6]))
    #expect(drain(&table).announced == 5)
    #expect(table.intendedCount(.ipv4) == 3)
    #expect(table.advertisedCount(.ipv4) == 0)
  }

  @Test("Whatever the changes, the neighbour ends up with what is intended", arguments: 0..<60)
  func random(seed: Int) throws {
    var random = SeededGenerator(seed)
    let prefixes = hosts(40) + hosts6(40)
    let choices = [red, blue, RouteAttributes(communities: [Community(64512, 1)])]
    var table = AdjRIBOut()
    var intended: [IPPrefix: RouteAttributes] = [:]
    var collector = Collector()
    table.beginSession(.external())
    for _ in 0..<600 {
      let prefix = prefixes[.random(in: 0..<prefixes.count, using: &random)]
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<50:
        let attributes = choices[.random(in: 0..<3, using: &random)]
        table.announce(prefix, attributes)
        intended[prefix] = attributes
      case 50..<85:
        table.withdraw(prefix)
        intended[prefix] = nil
      case 85..<87:
        table.beginSession(.external())
        collector = Collector()
      case 87..<90:
        table.refresh(.allCases[.random(in: 0..<2, using: &random)])
      default:
        var buffer = ByteBuffer()
        _ = table.drain(into: &buffer, limit: 4096)
        try collector.receive(buffer)
      }
    }
    while table.hasPendingUpdates {
      var buffer = ByteBuffer()
      _ = table.drain(into: &buffer, limit: 4096)
      try collector.receive(buffer)
    }
    let expected = intended.mapValues { $0.multiExitDiscriminator }
    #expect(
      collector.routes.mapValues { $0.attributes?.multiExitDiscriminator } == expected)
    let ipv4Count = intended.keys.count { $0.family == .ipv4 }
    #expect(table.intendedCount(.ipv4) == ipv4Count)
    #expect(table.advertisedCount(.ipv4) == ipv4Count)
    #expect(table.advertisedCount(.ipv6) == intended.count - ipv4Count)
  }
}
