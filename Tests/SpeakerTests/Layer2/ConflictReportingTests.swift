import Addresses
import LinuxIO
import Status
import Testing

@testable import Speaker

@Suite("what the status says of conflicts and of the kernel")
struct ConflictReportingTests {
  private static let address = IPAddress.v4(IPv4Address(203, 0, 113, 10))
  private static let mac = MACAddress(rawValue: 0x0200_0000_0066)
  private static let time = Timestamp(secondsSince1970: 1_767_225_600)

  private static func conflict(
    claims: UInt64, probes: UInt64 = 0, yielded: Bool = false
  ) -> ConflictStatus {
    ConflictStatus(
      mac: mac, interface: "eth0", claims: claims, probes: probes, yielded: yielded,
      firstSeen: time, lastSeen: time)
  }

  @Test(
    "a problem names the address, the MAC address, the interface and what is done",
    arguments: [
      (
        conflict(claims: 3), Problem.Severity.error,
        "02:00:00:00:00:66 on eth0 says that it has the address (3 times, the last time at "
          + "2026-01-01T00:00:00Z); this node answers on and defends it; take the address from the "
          + "host with that MAC address, or from the pool"
      ),
      (
        conflict(claims: 1, yielded: true), .error,
        "02:00:00:00:00:66 on eth0 says that it has the address (once, the last time at "
          + "2026-01-01T00:00:00Z); this node gave way and does not answer; take the address from "
          + "the host with that MAC address, or from the pool"
      ),
      (
        conflict(claims: 0, probes: 2), .warning,
        "02:00:00:00:00:66 on eth0 asked for it 2 times, the last time at 2026-01-01T00:00:00Z, "
          + "and was told that it is taken; find out who wants to use an address of a service"
      ),
    ])
  func texts(status: ConflictStatus, severity: Problem.Severity, message: String) {
    let problems = Problem.list(of: [(Self.address, status)])
    #expect(
      problems == [
        Problem(severity: severity, object: "address 203.0.113.10", message: message)
      ])
  }

  @Test("of very many conflicts the number is told")
  func many() {
    let problems = Problem.list(
      of: Array(repeating: (Self.address, Self.conflict(claims: 1)), count: 500))
    #expect(problems.count == 21)
    #expect(problems.last?.message == "and 480 more conflicts: see 'bellman explain'")
  }

  @Test("the addresses of one interface are one problem, with the remedy that fits")
  func kernel() {
    func responder(_ last: UInt8, holder: String) -> KernelResponder {
      KernelResponder(
        address: .v4(IPv4Address(203, 0, 113, last)), holder: holder, interface: "eth0")
    }
    let problems = Problem.list(
      of: [
        responder(9, holder: "eth0"), responder(10, holder: "kube-ipvs0"),
        responder(11, holder: "kube-ipvs0"), responder(12, holder: "kube-ipvs0"),
      ])
    #expect(problems.map(\.object) == ["interface eth0", "interface eth0"])
    #expect(problems.allSatisfy { $0.severity == .warning })
    #expect(
      problems.map(\.message) == [
        "the kernel answers for 203.0.113.9 on eth0 whether this node owns it or not, because eth0 "
          + "has it as its own address; remove it: ip address del 203.0.113.9 dev eth0",
        "the kernel answers for 203.0.113.10 and 2 more on eth0 whether this node owns it or not, "
          + "because kube-ipvs0 has it as its own address and arp_ignore is 0; set ipvs.strictARP "
          + "to true in the configuration of kube-proxy, or net.ipv4.conf.all.arp_ignore=1 and "
          + "net.ipv4.conf.all.arp_announce=2",
      ])
  }
}
