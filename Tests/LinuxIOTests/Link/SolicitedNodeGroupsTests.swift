import Addresses
import Foundation
import LinkLayer
import LinuxIO
import NIOCore
import TestSupport
import Testing

@Suite(
  "solicited-node groups", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct SolicitedNodeGroupsTests {
  private static func address(_ number: UInt64, high: UInt64 = 0x2001_0DB8_0000_0000) -> IPv6Address
  {
    IPv6Address(high: high, low: number)
  }

  /// The groups that `eth0` of this thread's namespace is in, as the kernel prints them.
  private static func kernelGroups() throws -> Set<String> {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/thread-self/net/igmp6"))
    let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    return Set(
      text.split(separator: "\n").compactMap { line in
        let fields = line.split(separator: " ")
        return fields.count > 2 && fields[1] == "eth0" ? String(fields[2]) : nil
      })
  }

  @Test("5000 addresses are joined, over the bound of one socket, and left again")
  func many() throws {
    try Segment.with { segment in
      let interface = try segment.nodeA.interface()
      let counts = try segment.nodeA.run {
        let before = try Self.kernelGroups()
        let groups = SolicitedNodeGroups(
          interfaceName: interface.name, interfaceIndex: interface.index)
        let addresses = (1...5000).map { Self.address(0x10_0000 + $0) }
        for address in addresses { try groups.join(address) }
        let joined = try Self.kernelGroups().subtracting(before).count
        let told = groups.groups.count
        for address in addresses { groups.leave(address) }
        return [
          told, joined, groups.groups.count, try Self.kernelGroups().subtracting(before).count,
        ]
      }
      #expect(counts == [5000, 5000, 0, 0])
    }
  }

  @Test("an announcer takes and releases 5000 addresses at once")
  func announcer() throws {
    try Segment.with { segment in
      try NodeAnnouncer.with(segment.nodeA) { node in
        let addresses = (1...5000).map { IPAddress.v6(Self.address(0x10_0000 + $0)) }
        try node.take(addresses)
        #expect(node.problems == [])
        #expect(try segment.client.resolves("2001:db8::10:1388", to: node.mac))
        try node { $0.release(addresses) }
        #expect(try node.statistics.gratuitousSent >= 200)
        let ndisc = try segment.client.attempt("ndisc6 -1 -r 1 -w 500 2001:db8::10:1388 eth0")
        #expect(ndisc.status != 0, "\(ndisc.output)")
      }
    }
  }

  @Test("a group is left with the last of the addresses that share it")
  func shared() throws {
    try Segment.with { segment in
      let interface = try segment.nodeA.interface()
      let name = "ff0200000000000000000001ffabcdef"
      let memberships = try segment.nodeA.run {
        let groups = SolicitedNodeGroups(
          interfaceName: interface.name, interfaceIndex: interface.index)
        let first = Self.address(0xABCDEF)
        let second = Self.address(0xABCDEF, high: 0x2001_0DB8_0001_0000)
        var memberships: [Bool] = []
        func look() throws {
          memberships.append(try Self.kernelGroups().contains(name))
        }
        try look()
        try groups.join(first)
        try groups.join(second)
        try look()
        groups.leave(first)
        try look()
        groups.leave(second)
        try look()
        groups.leave(second)
        try look()
        return memberships
      }
      #expect(memberships == [false, true, true, false, false])
    }
  }

  @Test("a snooping switch hears of the group, also from an interface without a global address")
  func snooping() throws {
    try Segment.with { segment in
      try segment.nodeA.ip("addr del 2001:db8::1/64 dev eth0")
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node.take(owned6)
        let isKnown = try eventually {
          let database = try segment.bridge.attempt("bridge mdb show").output
          return database.split(separator: "\n").contains {
            $0.contains("port port1 ") && $0.contains("ff02::1:ff00:10 ")
          }
        }
        #expect(isKnown)
        #expect(try segment.client.resolves("2001:db8::10", to: node.mac))
      }
    }
  }

  @Test(
    "a prepared address has its group before it is owned, keeps it, and loses it with the last use")
  func prepared() throws {
    try Segment.with { segment in
      guard case .v6(let address) = owned6 else { return }
      let database = {
        try segment.bridge.attempt("bridge mdb show").output.split(separator: "\n").contains {
          $0.contains("port port1 ") && $0.contains("ff02::1:ff00:10 ")
        }
      }
      try NodeAnnouncer.with(segment.nodeA) { node in
        try node { $0.prepare([address]) }
        #expect(try eventually { try database() }, "the switch knows before it is needed")
        #expect(try node { $0.owned.isEmpty })
        try node.take(owned6)
        try node { $0.prepare([]) }
        #expect(try segment.client.resolves("2001:db8::10", to: node.mac))
        try node { $0.prepare([address]) }
        try node.release(owned6)
        #expect(try database())
        try node { $0.prepare([]) }
        #expect(node.problems == [])
      }
      let joined = try segment.nodeA.run { try Self.kernelGroups() }
      #expect(!joined.contains("ff0200000000000000000001ff000010"))
    }
  }

  @Test("hundreds of prepared addresses are joined some at a time, and the last choice counts")
  func preparedInTurn() throws {
    try Segment.with { segment in
      let addresses = (1...300).map { Self.address(0x10_0000 + $0) }
      try NodeAnnouncer.with(segment.nodeA) { node in
        let joined = { try segment.nodeA.run { try Self.kernelGroups() }.count }
        let before = try joined()
        try node { $0.prepare(addresses) }
        #expect(try joined() < before + 300)
        #expect(try eventually { try joined() == before + 300 })
        try node { $0.prepare(addresses) }
        try node { $0.prepare(addresses.suffix(10)) }
        #expect(try joined() == before + 10)
        try node { $0.prepare(addresses.prefix(200)) }
        try node { $0.prepare([]) }
        #expect(try joined() == before)
        usleepMilliseconds(300)
        #expect(try joined() == before)
        #expect(node.problems == [])
      }
    }
  }

  @Test("a group that could not be joined is told once, and joined when it can be")
  func joinedLater() throws {
    try Segment.with { segment in
      // Below 1280 octets there is no IPv6.
      try segment.nodeA.ip("link set eth0 mtu 1200")
      let schedule = GratuitousSchedule.Configuration(
        repeats: (1...100).map { .milliseconds(Int64($0 * 20)) })
      try NodeAnnouncer.with(segment.nodeA, schedule: schedule) { node in
        try node.take(owned6)
        #expect(try node { $0.groupFailure } != nil)
        try segment.nodeA.ip("link set eth0 mtu 1500")
        let isJoined = try eventually { try node { $0.groupFailure } == nil }
        #expect(isJoined)
        #expect(node.problems.count == 1)
      }
    }
  }

  @Test("a refusal names the group, the interface and a likely cause, and changes nothing")
  func refused() throws {
    let namespace = try Namespace("x")
    defer { namespace.remove() }
    let (text, groups) = try namespace.run {
      let groups = SolicitedNodeGroups(interfaceName: "eth7", interfaceIndex: 4711)
      do throws(LinuxError) {
        try groups.join(Self.address(0x10))
        return ("joined", groups.groups)
      } catch {
        return (error.description, groups.groups)
      }
    }
    #expect(text.hasPrefix("joining the multicast group ff02::1:ff00:10 on eth7: "), "\(text)")
    #expect(text.contains("disable_ipv6"), "\(text)")
    #expect(groups == [])
  }
}
