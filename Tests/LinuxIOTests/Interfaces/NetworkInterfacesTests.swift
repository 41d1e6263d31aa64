import Addresses
import LinuxIO
import TestSupport
import Testing

@Suite(
  "interfaces of a namespace", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct NetworkInterfacesTests {
  @Test("lists what the kernel has, with masters, kinds and addresses")
  func list() throws {
    let namespace = try Namespace("i")
    defer { namespace.remove() }
    try namespace.ip("link add br0 address 02:00:00:00:00:0b type bridge")
    try namespace.ip("link add eth0 address 02:00:00:00:00:0e type veth peer name eth1")
    try namespace.ip("link set eth0 master br0 up")
    try namespace.ip("link set br0 up")
    try namespace.ip("addr add 192.0.2.7/25 dev br0")
    try namespace.ip("addr add 2001:db8::7/48 dev br0 nodad")
    try namespace.ip("tuntap add tun0 mode tun")
    let all = try namespace.run { try NetworkInterfaces.list() }
    #expect(all.map(\.index) == all.map(\.index).sorted())
    func interface(_ name: String) throws -> NetworkInterface {
      try #require(all.first { $0.name == name })
    }

    let loopback = try interface("lo")
    #expect(loopback.isLoopback && loopback.isUp && loopback.macAddress == nil)
    #expect(loopback.exclusion() == .loopback)

    let bridge = try interface("br0")
    #expect(bridge.macAddress == MACAddress("02:00:00:00:00:0b"))
    #expect(bridge.kind == "bridge")
    #expect(bridge.master == nil)
    #expect(bridge.isUp && bridge.resolvesNeighbors && !bridge.isLoopback)
    let expected = [
      InterfaceAddress(.v4(IPv4Address(192, 0, 2, 7)), prefixLength: 25),
      InterfaceAddress(
        .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: 7)), prefixLength: 48),
    ]
    #expect(Array(bridge.addresses.prefix(2)) == expected)
    #expect(bridge.exclusion() == nil)

    let member = try interface("eth0")
    #expect(member.kind == "veth")
    #expect(member.master == .init(name: "br0", kind: "bridge"))
    #expect(member.isUp && !member.isRunning && !member.leadsElsewhere)
    #expect(member.exclusion() == .memberOf("br0"))
    #expect(try interface("eth1").exclusion() == .down)

    let tunnel = try interface("tun0")
    #expect(tunnel.kind == "tun" && tunnel.macAddress == nil && !tunnel.resolvesNeighbors)
    #expect(tunnel.exclusion() == .noNeighborResolution)
  }

  @Test(
    "the end of a veth that leads to another namespace is known, and left out without a network")
  func cables() throws {
    try Link.with { link in
      var interface = try link.near.interface()
      #expect(interface.kind == "veth" && interface.leadsElsewhere)
      #expect(interface.exclusion() == nil)
      try link.near.ip("addr flush dev eth0 scope global")
      try link.near.ip("addr add 192.0.2.1/32 dev eth0")
      interface = try link.near.interface()
      #expect(interface.exclusion() == .podCable)
    }
  }

  @Test("more interfaces than one answer of the kernel holds")
  func many() throws {
    let namespace = try Namespace("m")
    defer { namespace.remove() }
    for number in 0..<100 { try namespace.ip("link add pod\(number) type bridge") }
    let names = try namespace.run { try NetworkInterfaces.list().map(\.name) }
    #expect(names.filter { $0.hasPrefix("pod") }.count == 100)
  }

  @Test("a change of links or addresses is told", .timeLimit(.minutes(1)))
  func watch() async throws {
    let namespace = try Namespace("w")
    defer { namespace.remove() }
    let watch = try namespace.run { try InterfaceWatch() }
    var changes = watch.changes.makeAsyncIterator()
    try namespace.ip("link add br0 type bridge")
    #expect(await changes.next() != nil)
    #expect(try namespace.interface("br0").kind == "bridge")
    try namespace.ip("addr add 192.0.2.7/24 dev br0")
    #expect(await changes.next() != nil)
    try namespace.ip("addr add 2001:db8::7/64 dev br0 nodad")
    #expect(await changes.next() != nil)

    watch.close()
    // One change may still wait to be read; after it comes the end.
    if await changes.next() != nil { #expect(await changes.next() == nil) }
  }
}
