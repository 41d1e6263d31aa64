import Addresses
import Advice
import Foundation
import LinuxIO
import Status
import TestSupport
import Testing

@testable import Speaker

/// What is really wrong in a network namespace is found there.
@Suite(
  "The examination of a node, in a namespace", .ownThread, .serialized,
  .enabled(if: ExaminedNode.areMet, "\(ExaminedNode.reason)"))
struct NodeExaminationTests {
  private static func duties(_ peer: NodeDuties.Peer? = nil) -> NodeDuties {
    NodeDuties(node: "a", peers: peer.map { [$0] } ?? [])
  }

  private static func neighbour(ttl: UInt8 = 1, minimum: UInt8? = nil) -> NodeDuties.Peer {
    .init(
      name: "tor", address: ExaminedNode.router, timeToLive: ttl, minimumTimeToLive: minimum,
      mustBeOnLink: true)
  }

  @Test func nothingIsFoundOnACleanNode() throws {
    try ExaminedNode.with { pair in
      let listener = try pair.holding(179, tcp: true, in: pair.router)
      defer { close(listener) }
      #expect(try pair.findings(Self.duties(Self.neighbour()), once: []) == [])
    }
  }

  @Test func aRuleThatDropsBGPIsNamed() throws {
    try ExaminedNode.with { pair in
      let listener = try pair.holding(179, tcp: true, in: pair.router)
      defer { close(listener) }
      try pair.onNode(
        "nft", "-f -",
        input: """
          table inet guard {
            chain out {
              type filter hook output priority 0
              udp dport 53 drop
              tcp dport 179 counter drop
            }
          }
          """)
      let peer = Self.duties(Self.neighbour())
      let found = try pair.findings(peer)
      let finding = try #require(found.first { $0.kind == .firewallDrops })
      let listing = try pair.onNode("nft", "-a list chain inet guard out")
      let handle = try #require(
        listing.split(separator: "\n").first { $0.contains("179") }?.split(separator: " ").last)
      #expect(finding.seen.contains("Rule handle \(handle) of chain inet guard out drops"))
      #expect(finding.subject == "BGP to peer tor")
      #expect(found.contains { $0.kind == .peerUnreachable })

      // The remedy does what it says.
      let words = finding.remedy.split(separator: " ", maxSplits: 1)
      #expect(words.first == "nft")
      try pair.onNode("nft", String(words[1]))
      #expect(try pair.findings(peer, once: []) == [])
    }
  }

  @Test func aPolicyThatDropsThePeerPlaneIsFoundInBothDirections() throws {
    try ExaminedNode.with { pair in
      try pair.onNode(
        "nft", "-f -",
        input: """
          table ip guard {
            chain in { type filter hook input priority 0; policy drop; ct state established accept; }
            chain out { type filter hook output priority 0; policy accept; udp dport 7946 reject; }
          }
          """)
      let found = try pair.findings(Self.duties())
      #expect(found.map(\.kind) == [.firewallDrops, .firewallDrops])
      #expect(
        found.map(\.subject) == ["peer plane from other speakers", "peer plane to other speakers"])
      #expect(found.first?.seen.contains("The policy of chain ip guard in") == true)
    }
  }

  @Test func whoHasAPortIsNamed() throws {
    try ExaminedNode.with { pair in
      let udp = try pair.holding(7946, tcp: false, in: pair.node)
      let tcp = try pair.holding(179, tcp: true, in: pair.node)
      defer {
        close(udp)
        close(tcp)
      }
      var duties = Self.duties()
      duties.listenPorts = [179]
      // Process 1 is another one than that of the tests, which holds the ports.
      duties.speaker = 1
      let found = try pair.findings(duties).filter { $0.kind == .portTaken }
      #expect(found.map(\.subject) == ["tcp port 179", "udp port 7946"])
      #expect(found.allSatisfy { $0.seen.contains("process \(getpid()) (") }, "\(found)")

      duties.speaker = getpid()
      #expect(try pair.findings(duties).allSatisfy { $0.kind != .portTaken })
    }
  }

  @Test func aKernelThatAnswersForAnAddressOfTheLoopbackIsFound() throws {
    try ExaminedNode.with { pair in
      let address = IPAddress.v4(IPv4Address(203, 0, 113, 10))
      try pair.onNode("ip", "addr add 203.0.113.10/32 dev lo")
      try pair.onNode("sysctl", "-q -w net.ipv4.conf.all.arp_ignore=0")
      var duties = Self.duties()
      duties.announced = [address]
      let found = try pair.findings(duties)
      #expect(found.map(\.kind) == [.kernelAnswers])
      #expect(found.first?.seen.contains("lo has the address 203.0.113.10") == true)
      try pair.onNode("sysctl", "-q -w net.ipv4.conf.all.arp_ignore=1")
      #expect(try pair.findings(duties) == [])
    }
  }

  @Test func strictReversePathFilteringIsFoundOnceThereAreTwoInterfaces() throws {
    try ExaminedNode.with { pair in
      try pair.onNode("sysctl", "-q -w net.ipv4.conf.eth0.rp_filter=1")
      #expect(try pair.findings(Self.duties()) == [])
      try pair.onNode("ip", "link add eth1 type veth peer name eth1 netns \(pair.router)")
      try pair.onNode("ip", "addr add 198.51.100.1/24 dev eth1")
      try pair.onNode("ip", "link set eth1 up")
      try pair.onRouter("ip", "link set eth1 up")
      try pair.onNode(
        "sysctl", "-q -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=2")
      let found = try pair.findings(Self.duties(), once: [.strictReversePath])
      #expect(found.map(\.kind) == [.strictReversePath])
      #expect(found.first?.subject == "interface eth0")
    }
  }

  @Test func aPeerThatIsNotOnLinkIsFound() throws {
    try ExaminedNode.with { pair in
      try pair.onNode("ip", "route add default via 192.0.2.254")
      var peer = Self.neighbour()
      peer.address = .v4(IPv4Address(198, 51, 100, 1))
      let found = try pair.findings(Self.duties(peer))
      #expect(found.map(\.kind) == [.peerNotOnLink])
      #expect(found.first?.seen.contains("192.0.2.0/24 on eth0") == true)
    }
  }

  @Test func aPeerWithoutARouteIsFound() throws {
    try ExaminedNode.with { pair in
      var peer = Self.neighbour()
      peer.address = .v4(IPv4Address(198, 51, 100, 1))
      peer.mustBeOnLink = false
      let found = try pair.findings(Self.duties(peer))
      #expect(found.map(\.kind) == [.noRoute])
    }
  }

  @Test func aPeerThatRefusesAndOneThatIsSilentAreToldApart() throws {
    try ExaminedNode.with { pair in
      let duties = Self.duties(Self.neighbour())
      #expect(try pair.findings(duties, once: [.peerRefuses]).map(\.kind) == [.peerRefuses])
      try pair.onRouter(
        "nft", "-f -",
        input: """
          table ip f {
            chain c {
              type filter hook input priority 0
              tcp dport 179 drop
            }
          }
          """)
      #expect(try pair.findings(duties, once: [.peerUnreachable]).map(\.kind) == [.peerUnreachable])
    }
  }

  @Test func answersWithALowerTTLThanIsDemandedDoNotCount() throws {
    try ExaminedNode.with { pair in
      let listener = try pair.holding(179, tcp: true, in: pair.router)
      defer { close(listener) }
      let duties = Self.duties(Self.neighbour(ttl: 255, minimum: 255))
      let found = try pair.findings(duties)
      #expect(found.map(\.kind) == [.peerUnreachable])
      #expect(found.first?.why.contains("a TTL of less than 255") == true)
      try pair.onRouter("sysctl", "-q -w net.ipv4.ip_default_ttl=255")
      #expect(try pair.findings(duties, once: []) == [])
    }
  }

  @Test func aSmallMTUIsFound() throws {
    try ExaminedNode.with { pair in
      try pair.onNode("ip", "link set eth0 mtu 1200")
      let found = try pair.findings(Self.duties())
      #expect(found.map(\.kind) == [.mtuTooSmall])
      #expect(found.first?.seen == "The MTU of eth0 is 1200.")
    }
  }

  @Test func aRouteWithASmallerMTUIsFound() throws {
    try ExaminedNode.with { pair in
      let listener = try pair.holding(179, tcp: true, in: pair.router)
      defer { close(listener) }
      try pair.onNode("ip", "route add 192.0.2.254/32 dev eth0 mtu 1400")
      let found = try pair.findings(Self.duties(Self.neighbour()), once: [.pathMTUSmaller])
      #expect(found.map(\.kind) == [.pathMTUSmaller])
      #expect(found.first?.seen.contains("1400") == true)
    }
  }

  @Test func anInterfaceThatIsDownIsFound() throws {
    try ExaminedNode.with { pair in
      try pair.onRouter("ip", "link set eth0 down")
      var duties = Self.duties()
      duties.interfaces = ["eth0", "eth5"]
      let kinds = [DoctorFinding.Kind.interfaceDown, .interfaceMissing]
      #expect(try pair.findings(duties, once: kinds).map(\.kind) == kinds)
    }
  }

  @Test(
    "what a speaker may not is found",
    arguments: ["net_raw", "net_admin", "net_bind_service"])
  func aMissingCapabilityIsFound(_ name: String) throws {
    try ExaminedNode.with { pair in
      let child = Process()
      child.executableURL = URL(filePath: "/usr/bin/setpriv")
      child.arguments = ["--bounding-set", "-\(name)", "--inh-caps", "-\(name)", "sleep", "60"]
      try child.run()
      defer {
        // Threads of the test runner block other signals, and the program inherits that.
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
      }
      // Until the program has become `sleep`, it has all capabilities.
      let comm = "/proc/\(child.processIdentifier)/comm"
      let end = Date() + 20
      while try String(contentsOfFile: comm, encoding: .utf8) != "sleep\n", Date() < end {
        usleep(5000)
      }
      var duties = Self.duties()
      duties.relays = true
      duties.listenPorts = [179]
      duties.speaker = child.processIdentifier
      let found = try pair.findings(duties)
      #expect(found.map(\.kind) == [.capabilityMissing])
      #expect(found.first?.subject == "CAP_\(name.uppercased())")
      #expect(found.first?.seen.contains("process \(child.processIdentifier)") == true)
    }
  }

  @Test(
    "the health of kube-proxy", arguments: [(200, nil), (503, "answers 503; the mode is ipvs.")])
  func serviceProxy(_ status: Int, _ seen: String?) throws {
    try ExaminedNode.with { pair in
      let loopback: UInt32 = 0x7F00_0001
      let health = try pair.holding(10256, tcp: true, at: loopback, in: pair.node)
      let mode = try pair.holding(10249, tcp: true, at: loopback, in: pair.node)
      for (listener, answer) in [(health, "\(status) X\r\n\r\n{}"), (mode, "200 OK\r\n\r\nipvs")] {
        Thread.detachNewThread {
          let connection = accept(listener, nil, nil)
          let bytes = Array("HTTP/1.1 \(answer)".utf8)
          var request = [UInt8](repeating: 0, count: 1024)
          _ = recv(connection, &request, request.count, 0)
          _ = send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL))
          close(connection)
          close(listener)
        }
      }
      let found = try pair.document(Self.duties()).findings.filter {
        [.serviceProxySilent, .serviceProxyUnhealthy].contains($0.kind)
      }
      #expect(found.count == (seen == nil ? 0 : 1))
      if let seen { #expect(found.first?.seen.contains(seen) == true, "\(found)") }
    }
  }
}
