import Addresses
import Status
import Testing

@Suite("bellman status interfaces")
struct InterfacesViewTests {
  static func document(_ node: String = "node1") throws -> InterfacesDocument {
    let conflict = ConflictStatus(
      mac: MACAddress(rawValue: 0x0200_0000_0042), interface: "eth0", claims: 3,
      firstSeen: ago(90), lastSeen: ago(5))
    return InterfacesDocument(
      node: node,
      interfaces: [
        InterfaceUse(
          InterfaceStatus(
            name: "lo", mac: nil, up: true, takesPart: false, reason: "is the loopback interface"),
          mtu: 65536, addresses: ["127.0.0.1/8"]),
        InterfaceUse(
          InterfaceStatus(
            name: "eth0", mac: MACAddress(rawValue: 0x0200_0000_000a), up: true, takesPart: true,
            reason: "listens and answers",
            counters: Layer2Counters(requestsReceived: 9, repliesSent: 8, gratuitousSent: 12)),
          mtu: 1500, addresses: ["192.0.2.11/24"],
          announced: [try address("192.0.2.131"), try address("192.0.2.130")],
          peers: ["tor-b", "tor-a"],
          conflicts: [InterfaceConflict(try address("192.0.2.130"), conflict)]),
        InterfaceUse(
          InterfaceStatus(
            name: "veth1", mac: MACAddress(rawValue: 0x0200_0000_000b), up: true, takesPart: false,
            reason: "is left out by its name, 'veth*'"), kind: "veth"),
      ])
  }

  @Test("uses, counts and why one is left out") func table() throws {
    #expect(
      try StatusRenderer(format: .table, now: now).interfaces(Self.document()) == """
        INTERFACE  LINK  USED FOR                   ANNOUNCES  GRATUITOUS  CONFLICTS  MAC                ADDRESSES      LAYER 2
        eth0       up    layer 2, BGP: tor-a tor-b          2          12          1  02:00:00:00:00:0a  192.0.2.11/24  listens and answers
        lo         up    -                                  -           -          -  -                  127.0.0.1/8    is the loopback interface
        veth1      up    -                                  -           -          -  02:00:00:00:00:0b  -              is left out by its name, 'veth*'

        Somebody else uses our addresses
        ADDRESS      MAC                WHERE  CLAIMS  LAST SEEN
        192.0.2.130  02:00:00:00:00:42  eth0        3  5s ago

        """)
  }

  @Test("wide tells the announced addresses, name the names") func others() throws {
    let wide = try StatusRenderer(format: .wide, now: now).interfaces(Self.document())
    #expect(wide.contains("192.0.2.130,192.0.2.131\n"))
    #expect(
      try StatusRenderer(format: .name, now: now).interfaces(Self.document())
        == "eth0\nlo\nveth1\n")
    let none = InterfacesDocument(node: "node1", interfaces: [])
    #expect(
      try StatusRenderer(format: .table, now: now).interfaces(none)
        == "The speaker of node1 has not found an interface yet.\n")
  }

  @Test("of a cluster those of pods are left out") func cluster() throws {
    let told = ClusterDocument(
      server: "https://192.0.2.1:6443", askedAt: now,
      speakers: ["node2", "node1"].map(ClusterFixture.answered),
      nodes: [try Self.document("node2"), try Self.document("node1")])
    let text = try StatusRenderer(format: .table, now: now).clusterInterfaces(told)
    #expect(text.contains("\nnode1  eth0 ") && text.contains("\nnode2  eth0 "))
    #expect(!text.contains("veth1") && text.contains("node1 eth0 "))
    #expect(
      try StatusRenderer(format: .wide, now: now).clusterInterfaces(told).contains("veth1"))
    #expect(
      try StatusRenderer(format: .name, now: now).clusterInterfaces(told)
        .hasPrefix("node1/eth0\nnode1/lo\n"))
  }
}
