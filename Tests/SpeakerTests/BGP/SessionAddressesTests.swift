import Addresses
import LinuxIO
import Testing

@testable import Speaker

@Suite struct SessionAddressesTests {
  static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  static func interface(_ name: String, _ addresses: [String]) throws -> NetworkInterface {
    NetworkInterface(
      index: 2, name: name, macAddress: MACAddress("02:00:00:00:00:01"),
      addresses: try addresses.map { InterfaceAddress(try address($0), prefixLength: 24) })
  }

  /// The neighbour is on the link of the session, so the other family's next hop must be there too.
  @Test func theOtherFamilyComesFromTheInterfaceOfTheSession() throws {
    let addresses = SessionAddresses(
      local: try Self.address("192.0.2.11"), nextHops: [],
      interfaces: [
        try Self.interface("mgmt", ["198.51.100.11", "2001:db8:1::11"]),
        try Self.interface("eth0", ["192.0.2.11", "fe80::1", "2001:db8:2::11"]),
      ])
    #expect(addresses.ipv4 == IPv4Address("192.0.2.11"))
    #expect(addresses.ipv6 == IPv6Address("2001:db8:2::11"))
    #expect(addresses.routerID(node: "n") == IPv4Address("192.0.2.11"))
  }

  @Test func aLinkLocalAddressIsNoNextHop() throws {
    let addresses = SessionAddresses(
      local: try Self.address("192.0.2.11"), nextHops: [],
      interfaces: [try Self.interface("eth0", ["192.0.2.11", "fe80::1"])])
    #expect(!addresses.has(.ipv6))
  }

  @Test func theConfiguredNextHopWins() throws {
    let addresses = SessionAddresses(
      local: try Self.address("192.0.2.11"), nextHops: [try Self.address("192.0.2.99")],
      interfaces: [try Self.interface("eth0", ["192.0.2.11"])])
    #expect(addresses.ipv4 == IPv4Address("192.0.2.99"))
  }

  @Test func aMachineWithoutIPv4HasAnIdentifierOfItsOwn() throws {
    let local = try Self.address("2001:db8::1")
    let one = SessionAddresses(local: local, nextHops: [], interfaces: [])
    #expect(one.routerID(node: "node-1").rawValue != 0)
    #expect(one.routerID(node: "node-1") != one.routerID(node: "node-2"))
  }
}
