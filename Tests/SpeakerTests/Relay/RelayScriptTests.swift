import Addresses
import NIOCore
import Testing

@testable import Speaker

@Suite("the relay in the language of nft")
struct RelayScriptTests {
  private static let mac = MACAddress(rawValue: 0x0000_5E00_530B)
  private static let other = MACAddress(rawValue: 0x0000_5E00_530C)
  private static let ipv4 = IPAddress.v4(IPv4Address(192, 0, 2, 150))
  private static let ipv6 = IPAddress("2001:db8:0:2:1::150")
  private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

  private static func rules(_ end: NIODeadline? = nil) throws -> RelayRules {
    let ipv6 = try #require(ipv6)
    let station = RelayRules.Station(mac: other, end: end)
    return RelayRules(
      interfaces: ["eth0": mac, "eth1": mac], addresses: [ipv4, ipv6], speakers: [other],
      stations: ["eth0": [ipv4: station], "eth1": [ipv6: station]])
  }

  @Test func speakersComeFirstAndEachInterfaceHasItsMaps() throws {
    let empty = RelayRules(interfaces: try Self.rules().interfaces)
    #expect(
      RelayScript.batches(from: empty, to: try Self.rules(), now: Self.start) == [
        """
        add element netdev bellman speakers { 00:00:5e:00:53:0c }
        add element netdev bellman addresses4 { 192.0.2.150 }
        add element netdev bellman addresses6 { 2001:db8:0:2:1::150 }
        add element netdev bellman owners4_1 { 192.0.2.150 : 00:00:5e:00:53:0c }
        add element netdev bellman owners6_2 { 2001:db8:0:2:1::150 : 00:00:5e:00:53:0c }

        """
      ])
  }

  @Test func anOwnerBecomesAFormerOwnerInOneTransaction() throws {
    let end = Self.start + .seconds(60)
    #expect(
      RelayScript.batches(from: try Self.rules(), to: try Self.rules(end), now: Self.start) == [
        """
        delete element netdev bellman owners4_1 { 192.0.2.150 }
        add element netdev bellman owners4_1 { 192.0.2.150 timeout 60s : 00:00:5e:00:53:0c }
        delete element netdev bellman owners6_2 { 2001:db8:0:2:1::150 }
        add element netdev bellman owners6_2 { 2001:db8:0:2:1::150 timeout 60s : 00:00:5e:00:53:0c }

        """
      ])
  }

  @Test func whatTheKernelHasRemovedIsNotRemovedAgain() throws {
    let end = Self.start + .seconds(60)
    var after = try Self.rules()
    after.stations = [:]
    #expect(RelayScript.batches(from: try Self.rules(end), to: after, now: end) == [])
    let early = RelayScript.batches(from: try Self.rules(end), to: after, now: Self.start)
    #expect(
      early == [
        """
        delete element netdev bellman owners4_1 { 192.0.2.150 }
        delete element netdev bellman owners6_2 { 2001:db8:0:2:1::150 }

        """
      ])
  }

  @Test func nothingNewIsNoTransaction() throws {
    #expect(
      RelayScript.batches(from: try Self.rules(), to: try Self.rules(), now: Self.start) == [])
  }

  @Test func thousandsOfAddressesAreSeveralTransactions() throws {
    let addresses = try (0..<2500).map { number in
      try #require(IPAddress("198.51.\(number / 250).\(number % 250)"))
    }
    let empty = RelayRules(interfaces: ["eth0": Self.mac])
    var full = empty
    full.addresses = Set(addresses)
    let batches = RelayScript.batches(from: empty, to: full, now: Self.start)
    #expect(batches.map { $0.split(separator: "\n").count } == [1000, 1000, 500])
  }

  @Test func theTableReplacesTheOneBefore() {
    let lines = RelayScript.structure(["eth0": Self.mac]).split(separator: "\n")
    #expect(
      lines.prefix(3) == [
        "add table netdev bellman", "delete table netdev bellman", "add table netdev bellman",
      ])
    // What a speaker has sent on already is looked at before anything else.
    let relay = lines.filter { $0.hasPrefix("add rule netdev bellman relay4_1 ") }
    #expect(relay.first == "add rule netdev bellman relay4_1 ether saddr @speakers accept")
    #expect(relay.last?.hasSuffix("fwd to \"eth0\"") == true)
  }

  @Test(arguments: [
    ("eth0", true), ("bond0.100", true), ("wl@n-1_x", true), ("a\"b", false), ("a b", false),
  ])
  func onlyWhatCanBeQuotedIsNamed(name: String, isGood: Bool) {
    #expect(RelayScript.canName(name) == isGood)
  }

  @Test func theCountersAreAddedUp() {
    let text = """
      table netdev bellman {
      \tcounter relay4_1 {
      \t\tpackets 12 bytes 624
      \t}
      \tcounter relay6_1 {
      \t\tpackets 30 bytes 2160
      \t}
      }
      """
    #expect(Relay.packets(in: text) == 42)
    #expect(Relay.packets(in: "") == 0)
  }
}
