import Addresses
import LinuxIO
import TestSupport
import Testing

@Suite("a kernel that answers in our place")
struct KernelResponderTests {
  private static let v4 = IPAddress.v4(IPv4Address(203, 0, 113, 10))
  private static let v6 = IPAddress.v6(IPv6Address(high: 0x2001_0DB8_0001_0000, low: 0x10))
  private static let interfaces = [
    NetworkInterface(
      index: 2, name: "eth0", macAddress: .broadcast,
      addresses: [InterfaceAddress(.v4(IPv4Address(192, 0, 2, 1)), prefixLength: 24)]),
    NetworkInterface(
      index: 3, name: "kube-ipvs0", macAddress: .broadcast,
      addresses: [
        InterfaceAddress(v4, prefixLength: 32), InterfaceAddress(v6, prefixLength: 128),
      ]),
  ]

  @Test(
    "an address of kube-ipvs0 is answered for on eth0, unless arp_ignore forbids it",
    arguments: [(0, true), (1, false), (2, false), (3, true), (4, true), (8, false)])
  func otherInterface(arpIgnore: Int, isAnswered: Bool) {
    let found = KernelResponder.find(
      interfaces: Self.interfaces, answering: ["eth0"], arpIgnore: { _ in arpIgnore },
      isAnnounced: { [Self.v4, Self.v6].contains($0) })
    let expected = KernelResponder(address: Self.v4, holder: "kube-ipvs0", interface: "eth0")
    #expect(found == (isAnswered ? [expected] : []))
  }

  @Test(
    "an address of the interface itself is answered for in both families",
    arguments: [(0, true), (1, true), (2, true), (8, false)])
  func sameInterface(arpIgnore: Int, isAnswered: Bool) {
    var interfaces = Self.interfaces
    interfaces[0].addresses = interfaces[1].addresses
    interfaces[1].addresses = []
    let found = KernelResponder.find(
      interfaces: interfaces, answering: ["eth0"], arpIgnore: { _ in arpIgnore },
      isAnnounced: { _ in true })
    let v6 = KernelResponder(address: Self.v6, holder: "eth0", interface: "eth0")
    let v4 = KernelResponder(address: Self.v4, holder: "eth0", interface: "eth0")
    #expect(found == (isAnswered ? [v4, v6] : [v6]))
  }

  @Test("addresses that nobody announces do not matter, nor interfaces that take no part")
  func others() {
    let nothing = KernelResponder.find(
      interfaces: Self.interfaces, answering: ["eth0"], arpIgnore: { _ in 0 },
      isAnnounced: { _ in false })
    #expect(nothing == [])
    let nowhere = KernelResponder.find(
      interfaces: Self.interfaces, answering: [], arpIgnore: { _ in 0 }, isAnnounced: { _ in true })
    #expect(nowhere == [])
  }
}

/// What a real kernel does, and what is found of it.
@Suite(
  "a kernel that answers in our place, in a namespace", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct KernelResponderNamespaceTests {
  /// The interface stands in for kube-ipvs0, which is a dummy; a bridge without ports is as good.
  @Test("is found exactly while the kernel does answer")
  func agreesWithTheKernel() throws {
    try Segment.with { segment in
      try segment.nodeA.ip("link add ipvs0 type bridge")
      try segment.nodeA.ip("addr add 192.0.2.77/32 dev ipvs0")
      for (setting, value) in [("all", 0), ("eth0", 1), ("eth0", 0), ("all", 1), ("all", 8)] {
        try segment.nodeA.attempt("sysctl -q -w net.ipv4.conf.\(setting).arp_ignore=\(value)")
        let found = try segment.nodeA.run {
          KernelResponder.find(
            interfaces: try NetworkInterfaces.list(), answering: ["eth0"],
            arpIgnore: KernelResponder.arpIgnore,
            isAnnounced: { $0 == .v4(IPv4Address(192, 0, 2, 77)) })
        }
        let isAnswered =
          try segment.client.attempt("arping -c 1 -w 1 -f -I eth0 192.0.2.77").status == 0
        #expect(found.isEmpty != isAnswered, "\(setting) \(value)")
        #expect(found.allSatisfy { $0.holder == "ipvs0" && $0.interface == "eth0" })
      }
    }
  }
}
