import Addresses
import Lab
import LinuxIO
import NIOCore
import Status
import Synchronization
import TestSupport
import Testing

extension InteropTests {
  /// What happens on the segment itself: interfaces that come and change, foreign hosts with our
  /// addresses, and kernels that answer in our place. Each test leaves the lab as it was.
  @Suite(.lab(edit: { $0.configuration.additions = secondInterface }), .serialized)
  struct SegmentOfALab {
    @Test func aNewInterfaceAndAChangedOneAreAnnouncedOnAtOnce() async throws {
      let lab = try lab()
      let node = try lab.topology.node("node-1")
      let client = lab.topology.client
      let address = try await lab.address("l2-local")
      try await Command.run(
        [
          "ip", "link", "add", "eth7", "type", "veth", "peer", "name", "eth7", "netns",
          client.namespace,
        ], in: node.namespace)
      try await Command.run(["ip", "link", "set", "eth7", "up"], in: client.namespace)
      let heard = Announcements()
      let socket = try NetworkNamespace.run(client.namespace) {
        try PacketSocket(
          interface: "eth7", filter: "arp", onFailure: { _ in }, handler: { heard.note($0) })
      }
      defer { socket.close() }

      func expectAnnouncement(
        after seconds: Double, by mac: MACAddress, _ change: () async throws -> Void
      ) async throws {
        let start = NIODeadline.now()
        try await change()
        try await eventually("\(mac) announces \(address)", every: .milliseconds(5)) {
          heard.first(of: address, by: mac, after: start) != nil
        }
        let delay = try #require(heard.first(of: address, by: mac, after: start)) - start
        #expect(Double(delay.nanoseconds) / 1e9 < seconds, "\(delay)")
      }
      let first = try #require(MACAddress("02:00:00:00:07:01"))
      try await expectAnnouncement(after: 1, by: first) {
        try await Command.run(
          ["ip", "link", "set", "eth7", "address", "\(first)", "up"], in: node.namespace)
      }
      let second = try #require(MACAddress("02:00:00:00:07:02"))
      try await expectAnnouncement(after: 1, by: second) {
        try await Command.run(
          ["ip", "link", "set", "eth7", "address", "\(second)"], in: node.namespace)
      }
      // The cable is pulled and put back.
      try await Command.run(["ip", "link", "set", "eth7", "down"], in: client.namespace)
      try await eventually("the carrier is gone") {
        try await lab.status("node-1").interfaces.contains { $0.name == "eth7" && !$0.up }
      }
      try await expectAnnouncement(after: 1, by: second) {
        try await Command.run(["ip", "link", "set", "eth7", "up"], in: client.namespace)
      }
      try await Command.run(["ip", "link", "del", "eth7"], in: node.namespace)
      try await eventually("the interface is forgotten") {
        try await lab.status("node-1").interfaces.allSatisfy { $0.name != "eth7" }
      }
      #expect(try await lab.speaker("node-1").exitStatus == nil)
    }

    @Test func aForeignHostIsShownWithItsMACAddress() async throws {
      let lab = try lab()
      let client = lab.topology.client
      let address = try await lab.address("l2-local")
      try await Command.run(
        ["ip", "addr", "add", "\(address)/32", "dev", "eth0"], in: client.namespace)
      _ = try await Command.output(
        ["arping", "-U", "-c", "2", "-w", "2", "-I", "eth0", "\(address)"], in: client.namespace)
      try await eventually("the owner shows the conflict") {
        try await lab.explain(address, node: "node-1").conflicts.contains {
          $0.mac == client.mac && $0.interface == "eth0" && $0.claims > 0 && $0.defences == 1
        }
      }
      let status = try await lab.status("node-1")
      let shown = try #require(status.addresses.first { $0.address == address })
      #expect(shown.layer2.conflicts.map(\.mac) == [client.mac])
      #expect(status.interfaces.first { $0.name == "eth0" }?.counters.foreignClaims ?? 0 > 0)
      let problem = try #require(status.problems.first { $0.object == "address \(address)" })
      #expect(problem.severity == .error)
      #expect(problem.message.hasPrefix("\(client.mac) on eth0 says that it has the address"))
      // The others do not own it, and see nothing of it.
      #expect(try await lab.explain(address, node: "node-2").conflicts == [])
      try await Command.run(
        ["ip", "addr", "del", "\(address)/32", "dev", "eth0"], in: client.namespace)
      try await lab.flushNeighbours(of: client)
      #expect(try await lab.curl(address, from: client).status == 200)
    }

    @Test func aKernelThatAnswersInOurPlaceIsNamedWithItsRemedy() async throws {
      let lab = try lab()
      let node = try lab.topology.node("node-2")
      let address = try await lab.address("l2-local")
      @Sendable func problems() async throws -> [String] {
        try await lab.status("node-2").problems.filter { $0.object == "interface eth0" }
          .map(\.message)
      }
      #expect(try await problems() == [])
      // What kube-proxy does in its mode IPVS, on an interface that every kernel can make.
      try await Command.run(
        ["ip", "link", "add", "kube-ipvs0", "type", "bridge"], in: node.namespace)
      try await Command.run(
        ["ip", "addr", "add", "\(address)/32", "dev", "kube-ipvs0"], in: node.namespace)
      try await eventually("the kernel is named") { try await problems().count == 1 }
      let message = try #require(try await problems().first)
      #expect(message.contains("\(address) on eth0") && message.contains("kube-ipvs0"))
      #expect(message.contains("ipvs.strictARP") && message.contains("arp_ignore=1"))

      try await Command.run(
        ["sysctl", "-q", "-w", "net.ipv4.conf.all.arp_ignore=1"], in: node.namespace)
      try await eventually("the remedy is seen") { try await problems() == [] }
      try await Command.run(
        ["sysctl", "-q", "-w", "net.ipv4.conf.all.arp_ignore=0"], in: node.namespace)
      try await Command.run(["ip", "link", "del", "kube-ipvs0"], in: node.namespace)
      try await eventually("the address is gone") { try await problems() == [] }
    }
  }
}

/// Announces on eth7 too, which no node has at first.
private let secondInterface = """
  ---
  apiVersion: metallb.io/v1beta1
  kind: L2Advertisement
  metadata:
    name: second
    namespace: metallb-system
  spec:
    ipAddressPools:
    - layer2
    interfaces:
    - eth7

  """

/// Announcements of addresses that a capture saw, and when.
private final class Announcements: Sendable {
  private let seen = Mutex<[(time: NIODeadline, address: IPv4Address, mac: MACAddress)]>([])

  func note(_ frame: RawSpan) -> ByteBuffer? {
    let now = NIODeadline.now()
    guard frame.byteCount >= 42 else { return nil }
    let bytes = frame.withUnsafeBytes { ByteBuffer(bytes: $0) }
    guard let sender = bytes.getInteger(at: 28, as: UInt32.self),
      let target = bytes.getInteger(at: 38, as: UInt32.self), sender == target,
      let high = bytes.getInteger(at: 22, as: UInt16.self),
      let low = bytes.getInteger(at: 24, as: UInt32.self)
    else { return nil }
    let mac = MACAddress(rawValue: UInt64(high) << 32 | UInt64(low))
    seen.withLock { $0.append((now, IPv4Address(rawValue: sender), mac)) }
    return nil
  }

  func first(of address: IPAddress, by mac: MACAddress, after start: NIODeadline) -> NIODeadline? {
    seen.withLock { seen in
      seen.first { .v4($0.address) == address && $0.mac == mac && $0.time >= start }?.time
    }
  }
}
