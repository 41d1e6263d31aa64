import Addresses
import LinkLayer
import LinuxIO
import NIOCore
import TestSupport
import Testing

/// Announcing on what stands on a card: each test skips, with a printed reason, what this kernel cannot
/// make.
@Suite(
  "kinds of interfaces", .ownThread, .serialized,
  .enabled(if: Requirements.areMet, "\(Requirements.reason)"))
struct InterfaceKindTests {
  @Test("a bridge answers for its members, and announces anew when a member returns")
  func bridge() throws {
    try Segment.with { segment in
      let node = segment.nodeA
      try node.ip("link add br0 address 02:00:00:00:00:b0 type bridge")
      try node.ip("link set br0 up")
      try node.ip("link set eth0 master br0")
      #expect(try node.interface().exclusion() == .memberOf("br0"))
      try expectAnswers(on: "br0", of: node, in: segment)
    }
  }

  @Test("a macvlan interface has its own MAC address, and stands on its card")
  func macvlan() throws {
    try Segment.with { segment in
      let node = segment.nodeA
      guard made(try node.attempt("ip link add lan0 link eth0 type macvlan mode bridge")) else {
        return
      }
      try node.ip("link set lan0 up")
      let card = try node.interface()
      let interface = try node.interface("lan0")
      #expect(interface.kind == "macvlan" && interface.lowerIndex == card.index)
      #expect(interface.macAddress != card.macAddress)
      let all = try node.run { try NetworkInterfaces.list() }
      #expect(InterfaceStack.above([card.index], in: all) == [card.index, interface.index])
      try expectAnswers(on: "lan0", of: node, in: segment)
    }
  }

  @Test("a VLAN is a segment of its own")
  func vlan() throws {
    try Segment.with { segment in
      guard made(try segment.nodeA.attempt("ip link add eth0.7 link eth0 type vlan id 7")) else {
        return
      }
      try segment.client.ip("link add eth0.7 link eth0 type vlan id 7")
      for (namespace, host) in [(segment.nodeA, 1), (segment.client, 99)] {
        try namespace.ip("addr add 198.51.100.\(host)/24 dev eth0.7")
        try namespace.ip("link set eth0.7 up")
      }
      let address = IPAddress.v4(IPv4Address(198, 51, 100, 10))
      try NodeAnnouncer.with(segment.nodeA, interface: "eth0.7") { onVLAN in
        try onVLAN.take(address)
        let inside = try segment.client.attempt("arping -c 2 -w 2 -f -I eth0.7 198.51.100.10")
        #expect(inside.status == 0, "\(inside.output)")
        #expect(try segment.client.attempt("arping -c 1 -w 1 -I eth0 198.51.100.10").status == 1)
      }
      try NodeAnnouncer.with(segment.nodeA) { onCard in
        try onCard.take(address)
        #expect(try segment.client.attempt("arping -c 1 -w 1 -I eth0.7 198.51.100.10").status == 1)
        #expect(try segment.client.attempt("arping -c 2 -w 2 -f -I eth0 198.51.100.10").status == 0)
      }
    }
  }

  @Test("a bond answers, and its fail-over is told and seen")
  func bond() throws {
    let kernelHasBonds = try Segment.with { segment in
      made(try segment.nodeA.attempt("ip link add bond0 type bond mode active-backup miimon 50"))
    }
    guard kernelHasBonds else { return }
    try Segment.with { segment in
      let node = segment.nodeA
      try node.ip("link add bond0 type bond mode active-backup miimon 50")
      try segment.bridge.ip("link add port7 type veth peer name eth7 netns \(node.name)")
      try segment.bridge.ip("link set port7 master br0 up")
      for member in ["eth0", "eth7"] {
        try node.ip("link set \(member) down")
        try node.ip("link set \(member) master bond0")
      }
      try node.ip("link set bond0 up")
      let before = try #require(try node.interface("bond0").activeMember)
      let watch = try node.run { try InterfaceWatch() }
      defer { watch.close() }
      try NodeAnnouncer.with(node, interface: "bond0") { announcer in
        try announcer.take(owned4)
        #expect(try segment.client.resolves("192.0.2.10", to: announcer.mac))
        let port = before == (try node.interface("eth0").index) ? "port1" : "port7"
        try segment.bridge.ip("link set \(port) down")
        let hasMoved = try eventually {
          let now = try node.interface("bond0").activeMember
          return now != nil && now != before
        }
        #expect(hasMoved)
        let index = try node.interface("bond0").index
        #expect(watch.takeMoved().contains(index))
        let sent = try announcer.statistics.gratuitousSent
        let changed = try node.interface("bond0")
        try announcer { $0.interfaceChanged(to: changed) }
        #expect(try announcer.statistics.gratuitousSent > sent)
        #expect(try segment.client.resolves("192.0.2.10", to: announcer.mac))
      }
    }
  }

  private func expectAnswers(on name: String, of node: Namespace, in segment: Segment) throws {
    let mac = try #require(try node.interface(name).macAddress)
    try NodeAnnouncer.with(node, interface: name) { announcer in
      #expect(announcer.mac == mac)
      try announcer.take(owned4, owned6)
      #expect(try segment.client.resolves("192.0.2.10", to: mac))
      #expect(try segment.client.resolves("2001:db8::10", to: mac))
      #expect(announcer.problems == [])
    }
  }

  /// Whether the kernel made an interface; where it cannot, that is printed.
  private func made(_ result: CommandResult) -> Bool {
    if result.status != 0 { print("skipped: this kernel says: \(result.output)") }
    return result.status == 0
  }
}
