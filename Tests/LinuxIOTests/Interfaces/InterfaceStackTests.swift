import Addresses
import LinuxIO
import Testing

@Suite("interfaces that stand on each other")
struct InterfaceStackTests {
  /// Two members of a bond, a VLAN on the bond, a bridge on the VLAN, and beside them a card with a
  /// macvlan.
  private static let interfaces = [
    interface(2, "eth0", master: "bond0"), interface(3, "eth1", master: "bond0"),
    interface(4, "bond0", kind: "bond"),
    interface(5, "bond0.7", kind: "vlan", master: "br0", lower: 4),
    interface(6, "br0", kind: "bridge"), interface(7, "eth2"),
    interface(8, "lan0", kind: "macvlan", lower: 7),
  ]

  private static func interface(
    _ index: Int, _ name: String, kind: String? = nil, master: String? = nil, lower: Int? = nil,
    isRunning: Bool = true
  ) -> NetworkInterface {
    NetworkInterface(
      index: index, name: name, macAddress: MACAddress(rawValue: 0x0200_0000_0000), isUp: true,
      isRunning: isRunning, kind: kind, master: master.map { .init(name: $0) }, lowerIndex: lower)
  }

  @Test(
    "what stands on an interface",
    arguments: [
      ([2], [2, 4, 5, 6]), ([4], [4, 5, 6]), ([6], [6]), ([7], [7, 8]), ([8], [8]),
      ([2, 7], [2, 4, 5, 6, 7, 8]), ([], []), ([99], [99]),
    ] as [(Set<Int>, Set<Int>)])
  func above(indices: Set<Int>, expected: Set<Int>) {
    #expect(InterfaceStack.above(indices, in: Self.interfaces) == expected)
    #expect(InterfaceStack.above(indices, in: Self.interfaces.reversed()) == expected)
  }

  @Test(
    "of a card and its macvlans one takes part: that with networks of most families",
    arguments: [
      // The addresses of eth0, of lan0 and of lan1, and who takes part.
      ([], [], [], "eth0"), (["192.0.2.1/24"], ["192.0.2.2/24"], [], "eth0"),
      (["192.0.2.1/24"], ["192.0.2.2/32"], [], "eth0"),
      (["fe80::1/64"], ["192.0.2.2/24"], [], "lan0"), ([], [], ["192.0.2.2/24"], "lan1"),
      ([], ["192.0.2.2/24"], ["192.0.2.3/24", "2001:db8::3/64"], "lan1"),
      (["2001:db8::1/64"], ["192.0.2.2/24", "2001:db8::2/64"], [], "lan0"),
    ] as [([String], [String], [String], String)])
  func sharedSegment(card: [String], first: [String], second: [String], speaks: String) throws {
    var interfaces = [
      Self.interface(7, "eth2"), Self.interface(2, "eth0"),
      Self.interface(3, "lan0", kind: "macvlan", lower: 2),
      Self.interface(4, "lan1", kind: "macvlan", lower: 2),
    ]
    for (index, texts) in [(1, card), (2, first), (3, second)] {
      interfaces[index].addresses = try texts.map { text in
        let parts = text.split(separator: "/")
        return InterfaceAddress(
          try #require(IPAddress(parts[0])), prefixLength: try #require(Int(parts[1])))
      }
    }
    func participants() -> [String] {
      let defaults = InterfaceDefaults.standard(among: interfaces)
      return interfaces.filter { $0.exclusion(defaults: defaults) == nil }.map(\.name)
    }
    #expect(participants() == ["eth2", speaks])
    for interface in interfaces[1...] where interface.name != speaks {
      let defaults = InterfaceDefaults.standard(among: interfaces)
      #expect(interface.exclusion(defaults: defaults) == .sharesSegment(speaks))
      #expect(interface.exclusion(defaults: .none) == nil)
    }
    // Who is down leaves it to another.
    let index = try #require(interfaces.firstIndex { $0.name == speaks })
    interfaces[index].isUp = false
    #expect(participants().count == 2 && !participants().contains(speaks))
  }

  @Test("the macvlan of a container is on no segment of this host")
  func macvlanOfAContainer() {
    var other = Self.interface(3, "lan0", kind: "macvlan", lower: 2)
    other.leadsElsewhere = true
    let interfaces = [Self.interface(2, "eth0"), other]
    #expect(InterfaceDefaults.standard(among: interfaces).replacements == [:])
  }

  @Test("a member of a bridge or bond that runs again has returned; a pod has not")
  func returnedMembers() {
    let before = [
      Self.interface(2, "eth0", master: "br0", isRunning: false),
      Self.interface(3, "eth1", master: "br0"),
      Self.interface(4, "veth7", kind: "veth", master: "br0", isRunning: false),
      Self.interface(5, "tap0", kind: "tun", master: "br0", isRunning: false),
      Self.interface(6, "eth2", isRunning: false),
    ]
    var after = before
    for index in after.indices { after[index].isRunning = true }
    #expect(InterfaceStack.returnedMembers(from: before, to: after) == [2])
    #expect(InterfaceStack.returnedMembers(from: after, to: before) == [])
    #expect(InterfaceStack.returnedMembers(from: [], to: after) == [2, 3])
  }

  /// struct ifinfomsg of interface 7, then attributes.
  private static func message(_ attributes: [(type: UInt16, value: UInt32)]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 1, 0, 7, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
    for (type, value) in attributes {
      withUnsafeBytes(of: (UInt16(8), type)) { bytes += $0 }
      withUnsafeBytes(of: value) { bytes += $0 }
    }
    return bytes
  }

  @Test(
    "the kernel's notice of a move",
    arguments: [
      // IFLA_EVENT is 44; 3 is a bond that failed over, 4 asks to notify the peers.
      ([(44, 3)], 7), ([(44, 4)], 7), ([(4, 1500), (44, 4)], 7), ([(44, 5)], nil), ([(44, 0)], nil),
      ([(4, 4)], nil), ([], nil),
    ] as [([(UInt16, UInt32)], Int?)])
  func notices(attributes: [(UInt16, UInt32)], expected: Int?) {
    let bytes = Self.message(attributes.map { (type: $0.0, value: $0.1) })
    #expect(MoveNotice.interface(in: bytes.span.bytes) == expected)
    for count in 0..<bytes.count {
      // What is cut off is not read.
      #expect(MoveNotice.interface(in: bytes.span.bytes.extracting(0..<count)) == nil)
    }
  }
}
