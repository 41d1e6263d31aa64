import Addresses
import Status
import Testing

@testable import Advice

/// Each finding, planted in the facts of a node where nothing else is wrong.
@Suite("The diagnosis of a node")
struct DiagnosisTests {
  static let router = IPAddress.v4(IPv4Address(192, 0, 2, 254))
  static let far = IPAddress.v4(IPv4Address(198, 51, 100, 1))
  static let announced = IPAddress.v4(IPv4Address(203, 0, 113, 10))

  /// A node with one router and another node.
  static var duties: NodeDuties {
    NodeDuties(
      node: "a", announced: [announced], listenPorts: [179],
      peers: [
        .init(
          name: "tor", address: router, timeToLive: 1, mustBeOnLink: true, usesBFD: true,
          usesEcho: true)
      ],
      nodes: [.init(name: "b", address: .v4(IPv4Address(192, 0, 2, 2)))], speaker: 77)
  }

  static var facts: NodeFacts {
    NodeFacts(
      capabilities: .init(holder: "The speaker (process 77)", bits: 0x80_3400),
      packetSockets: .works, tcpMD5: .works, tcpAO: .missing("not there"),
      interfaces: [
        .init(
          name: "lo", isLoopback: true, mtu: 65536,
          addresses: [.init(.v4(IPv4Address(127, 0, 0, 1)), prefixLength: 8)]),
        .init(
          name: "eth0",
          addresses: [.init(.v4(IPv4Address(192, 0, 2, 1)), prefixLength: 24)],
          reversePathFilter: 1),
      ],
      ports: [
        .init(.udp, address: .v4(IPv4Address(0, 0, 0, 0)), port: 7946, pid: 77, process: "bellman"),
        .init(.tcp, address: .v4(IPv4Address(0, 0, 0, 0)), port: 179, pid: 77, process: "bellman"),
      ],
      clock: .init(isSynchronised: true, maximumError: 1000, suspended: 0),
      pathMTUs: [.init(subject: "peer tor", address: router, octets: 1500)],
      serviceProxy: .init(health: .answered(200), mode: "iptables"),
      peerAnswers: ["tor": .connected])
  }

  static func second(_ name: String = "eth1") -> NodeFacts.Interface {
    .init(
      name: name, addresses: [.init(.v4(IPv4Address(198, 51, 100, 9)), prefixLength: 24)])
  }

  static func dropping(_ transport: String, _ port: UInt16, _ hook: Firewall.Hook) -> Firewall {
    Firewall(chains: [
      .init(
        family: "inet", table: "f", name: "c", hook: hook,
        rules: [
          .init(
            label: "handle 9",
            conditions: [.transportPort(transport, .port(.destination, [port...port]))],
            verdict: .drop)
        ])
    ])
  }

  /// What is planted, and what has to be found, and nothing else: severity, kind, subject, and words
  /// of what was seen and of the remedy.
  struct Planted: Sendable {
    var severity: Finding.Severity
    var kind: DoctorFinding.Kind
    var subject: String?
    var seen: String
    var remedy: String
    var plant: @Sendable (inout NodeFacts, inout NodeDuties) -> Void
  }

  static let planted: [Planted] = [
    .init(
      severity: .error, kind: .capabilityMissing, subject: "CAP_NET_RAW", seen: "process 77",
      remedy: "add: [NET_RAW]"
    ) { facts, _ in facts.capabilities?.bits = 0x80_1400 },
    .init(
      severity: .error, kind: .capabilityMissing, subject: "CAP_NET_ADMIN", seen: "CAP_NET_ADMIN",
      remedy: "add: [NET_ADMIN]"
    ) { facts, duties in
      facts.capabilities?.bits = 0x80_2400
      duties.relays = true
    },
    .init(
      severity: .error, kind: .capabilityMissing, subject: "CAP_NET_BIND_SERVICE",
      seen: "CAP_NET_BIND_SERVICE", remedy: "add: [NET_BIND_SERVICE]"
    ) { facts, _ in facts.capabilities?.bits = 0x80_3000 },
    .init(
      severity: .warning, kind: .capabilityMissing, subject: "CAP_SYS_NICE", seen: "CAP_SYS_NICE",
      remedy: "add: [SYS_NICE]"
    ) { facts, _ in facts.capabilities?.bits = 0x3400 },
    .init(
      severity: .error, kind: .packetSocketsUnavailable, seen: "not supported",
      remedy: "modprobe af_packet"
    ) { facts, _ in facts.packetSockets = .missing("not supported") },
    .init(severity: .note, kind: .tcpMD5Unavailable, seen: "no option", remedy: "CONFIG_TCP_MD5SIG")
    {
      facts, _ in facts.tcpMD5 = .missing("no option")
    },
    .init(
      severity: .error, kind: .tcpMD5Unavailable, seen: "no option", remedy: "CONFIG_TCP_MD5SIG"
    ) {
      facts, duties in
      facts.tcpMD5 = .missing("no option")
      duties.peers[0].protection = .md5(password: "secret")
    },
    .init(
      severity: .error, kind: .tcpAOUnavailable, seen: "not there",
      remedy: "annotate bgppeer tor bellman.dev/tcp-ao-"
    ) { _, duties in duties.peers[0].protection = .tcpAO },
    .init(
      severity: .error, kind: .interfaceMissing, subject: "interface eth7", seen: "eth0, lo",
      remedy: "ip -br link"
    ) { _, duties in duties.interfaces = ["eth0", "eth7"] },
    .init(
      severity: .warning, kind: .interfaceDown, subject: "interface eth1", seen: "eth1 is down",
      remedy: "ip link set eth1 up"
    ) { facts, _ in
      var interface = second()
      interface.isUp = false
      interface.isRunning = false
      facts.interfaces.append(interface)
    },
    .init(
      severity: .error, kind: .interfaceDown, subject: "interface eth1", seen: "no carrier",
      remedy: "ip -d link show eth1"
    ) { facts, duties in
      var interface = second()
      interface.isRunning = false
      facts.interfaces.append(interface)
      duties.interfaces = ["eth0", "eth1"]
    },
    .init(
      severity: .error, kind: .portTaken, subject: "tcp port 179", seen: "process 5 (bird, BIRD",
      remedy: "systemctl status 5"
    ) { facts, _ in
      facts.ports[1] = .init(.tcp, address: router, port: 179, pid: 5, process: "bird")
    },
    .init(
      severity: .note, kind: .portTaken, subject: "tcp port 179",
      seen: "process 5 (bird, BIRD, which is Calico's too) has tcp port 179 on 0.0.0.0, ::.",
      remedy: "spec.sourceAddress"
    ) { facts, duties in
      duties.listenPorts = []
      facts.ports[1].pid = 5
      facts.ports[1].process = "bird"
      var other = facts.ports[1]
      other.address = .v6(IPv6Address(high: 0, low: 0))
      facts.ports.append(other)
    },
    .init(
      severity: .error, kind: .portTaken, subject: "udp port 7946", seen: "does not show",
      remedy: "ss -lunp 'sport = :7946'"
    ) { facts, _ in
      facts.ports[0] = .init(.udp, address: router, port: 7946, pid: nil, process: nil)
    },
    .init(
      severity: .error, kind: .kernelAnswers, subject: "address 203.0.113.10", seen: "arp_ignore",
      remedy: "sysctl -w net.ipv4.conf.all.arp_ignore=1"
    ) { facts, _ in
      facts.kernelAnswers = [.init(address: announced, holder: "lo", interface: "eth0")]
    },
    .init(
      severity: .error, kind: .kernelAnswers, subject: "address 203.0.113.10", seen: "eth0 has",
      remedy: "ip addr del 203.0.113.10/32 dev eth0"
    ) { facts, _ in
      facts.kernelAnswers = [.init(address: announced, holder: "eth0", interface: "eth0")]
    },
    .init(
      severity: .warning, kind: .strictReversePath, subject: "interface eth0",
      seen: "rp_filter is 1", remedy: "net.ipv4.conf.eth0.rp_filter=2"
    ) { facts, _ in facts.interfaces.append(second()) },
    .init(
      severity: .warning, kind: .strictReversePath, subject: "interface eth0",
      seen: "other interfaces: eth1", remedy: "net.ipv4.conf.eth0.rp_filter=2"
    ) { facts, duties in
      facts.interfaces.append(second())
      duties.interfaces = ["eth0"]
    },
    .init(
      severity: .error, kind: .interfaceMissing, seen: "docker0 is left out by its name",
      remedy: "ip addr add"
    ) { facts, duties in
      duties.peers[0].mustBeOnLink = false
      facts.interfaces[1] = second("docker0")
      facts.interfaces[1].exclusion = "is left out by its name, 'docker*'"
      facts.peerAnswers = [:]
      facts.pathMTUs = []
    },
    .init(
      severity: .error, kind: .firewallDrops, subject: "BGP to peer tor",
      seen: "Rule handle 9 of chain inet f c drops tcp packets to 192.0.2.254 to port 179",
      remedy: "nft insert rule inet f c ip daddr 192.0.2.254 tcp dport 179 accept"
    ) { facts, _ in facts.firewall = dropping("tcp", 179, .output) },
    .init(
      severity: .error, kind: .firewallDrops, subject: "connections of peer tor",
      seen: "from 192.0.2.254 to port 179",
      remedy: "nft insert rule inet f c ip saddr 192.0.2.254 tcp dport 179 accept"
    ) { facts, _ in facts.firewall = dropping("tcp", 179, .input) },
    .init(
      severity: .error, kind: .firewallDrops, subject: "BFD from peer tor", seen: "port 3784",
      remedy: "udp dport 3784 accept"
    ) { facts, _ in facts.firewall = dropping("udp", 3784, .input) },
    .init(
      severity: .error, kind: .firewallDrops, subject: "BFD echo from peer tor", seen: "port 3785",
      remedy: "udp dport 3785 accept"
    ) { facts, _ in facts.firewall = dropping("udp", 3785, .input) },
    .init(
      severity: .error, kind: .firewallDrops, subject: "multihop BFD to peer tor",
      seen: "port 4784", remedy: "udp dport 4784 accept"
    ) { facts, duties in
      facts.firewall = dropping("udp", 4784, .output)
      duties.peers[0].isMultihop = true
    },
    .init(
      severity: .error, kind: .firewallDrops, subject: "peer plane from node b",
      seen: "from 192.0.2.2 to port 7946", remedy: "ip saddr 192.0.2.2 udp dport 7946 accept"
    ) { facts, _ in facts.firewall = dropping("udp", 7946, .input) },
    .init(
      severity: .error, kind: .firewallDrops, subject: "peer plane to node b",
      seen: "iptables-legacy",
      remedy: "iptables-legacy -I c -d 192.0.2.2 -p udp --dport 7946 -j ACCEPT"
    ) { facts, _ in
      facts.firewall = dropping("udp", 7946, .output)
      facts.firewall.chains[0].backend = .legacy(program: "iptables-legacy")
    },
    .init(
      severity: .note, kind: .firewallUnclear, subject: "BFD to peer tor", seen: "(limit)",
      remedy: "To be sure: nft insert rule"
    ) { facts, _ in
      facts.firewall = dropping("udp", 3784, .output)
      facts.firewall.chains[0].rules[0].conditions.append(.notUnderstood("limit"))
    },
    .init(
      severity: .warning, kind: .clockNotSynchronised, seen: "16000 ms off",
      remedy: "timedatectl set-ntp true"
    ) { facts, _ in
      facts.clock = .init(isSynchronised: false, maximumError: 16_000_000, suspended: 0)
    },
    .init(
      severity: .note, kind: .nodeWasSuspended, seen: "60000 ms", remedy: "systemctl mask"
    ) { facts, _ in facts.clock?.suspended = 60_000 },
    .init(
      severity: .warning, kind: .mtuTooSmall, subject: "interface eth0", seen: "is 1450",
      remedy: "ip link set eth0 mtu 1500"
    ) { facts, _ in
      facts.interfaces[1].mtu = 1450
      facts.pathMTUs = []
    },
    .init(
      severity: .error, kind: .mtuTooSmall, subject: "interface eth0", seen: "is 1200",
      remedy: "ip link set eth0 mtu 1500"
    ) { facts, _ in
      facts.interfaces[1].mtu = 1200
      facts.interfaces[1].addresses.append(
        .init(.v6(IPv6Address(high: 0x2001_0DB8 << 32, low: 1)), prefixLength: 64))
      facts.pathMTUs = []
    },
    .init(
      severity: .warning, kind: .pathMTUSmaller, subject: "peer tor", seen: "1400 octets",
      remedy: "tracepath -n 192.0.2.254"
    ) { facts, _ in facts.pathMTUs[0].octets = 1400 },
    .init(
      severity: .error, kind: .serviceProxyUnhealthy, subject: "kube-proxy", seen: "503",
      remedy: "kubectl -n kube-system get pods"
    ) { facts, _ in facts.serviceProxy?.health = .answered(503) },
    .init(
      severity: .warning, kind: .serviceProxySilent, subject: "kube-proxy", seen: "10256",
      remedy: "spec.nodeName=a"
    ) { facts, _ in facts.serviceProxy?.health = .silent },
    .init(
      severity: .error, kind: .peerNotOnLink, subject: "peer tor", seen: "192.0.2.0/24 on eth0",
      remedy: "ebgpMultiHop"
    ) { facts, duties in
      duties.peers[0].address = far
      facts.pathMTUs = []
    },
    .init(
      severity: .error, kind: .noRoute, subject: "peer tor", seen: "no route to 192.0.2.254",
      remedy: "ip route get 192.0.2.254"
    ) { facts, _ in facts.peerAnswers["tor"] = .noRoute },
    .init(
      severity: .error, kind: .peerRefuses, subject: "peer tor", seen: "port 179 of 192.0.2.254",
      remedy: "configure a neighbour"
    ) { facts, _ in facts.peerAnswers["tor"] = .refused },
    .init(
      severity: .error, kind: .peerUnreachable, subject: "peer tor", seen: "TTL 1 for 2000 ms",
      remedy: "tcpdump -ni any tcp port 179 and host 192.0.2.254"
    ) { facts, _ in facts.peerAnswers["tor"] = .silent(milliseconds: 2000) },
    .init(
      severity: .error, kind: .peerUnreachable, subject: "peer tor", seen: "No route to host",
      remedy: "tcpdump"
    ) { facts, _ in facts.peerAnswers["tor"] = .failed("No route to host") },
  ]

  @Test(arguments: planted.indices)
  func whatIsPlantedIsFoundAndNothingElse(_ index: Int) throws {
    let planted = Self.planted[index]
    var (facts, duties) = (Self.facts, Self.duties)
    planted.plant(&facts, &duties)
    let findings = Diagnosis(of: facts, for: duties).document.findings
    #expect(findings.count == 1, "\(findings)")
    let finding = try #require(findings.first)
    #expect(finding.severity == planted.severity)
    #expect(finding.kind == planted.kind)
    #expect(finding.subject == planted.subject)
    #expect(finding.seen.contains(planted.seen), "\(finding.seen)")
    #expect(finding.remedy.contains(planted.remedy), "\(finding.remedy)")
    #expect(!finding.why.isEmpty)
  }

  @Test func everyFindingIsPlanted() {
    #expect(Set(Self.planted.map(\.kind)) == Set(DoctorFinding.Kind.allCases))
  }

  @Test func nothingIsFoundOnACleanNode() {
    let document = Diagnosis(of: Self.facts, for: Self.duties).document
    #expect(document.findings == [])
    #expect(!document.hasErrors)
  }

  /// A tunnel of the pods has a smaller MTU, and strict filtering does it no harm.
  @Test func interfacesThatAreLeftOutByDefaultAreNotLookedAt() {
    var facts = Self.facts
    var tunnel = Self.second("flannel.1")
    tunnel.mtu = 1450
    tunnel.isRunning = false
    tunnel.exclusion = "is left out by its kind, vxlan"
    facts.interfaces.append(tunnel)
    tunnel.isRunning = true
    tunnel.name = "docker0"
    tunnel.reversePathFilter = 1
    facts.interfaces.append(tunnel)
    #expect(Diagnosis(of: facts, for: Self.duties).document.findings == [])
    var duties = Self.duties
    duties.interfaces = ["eth0", "docker0"]
    #expect(
      Diagnosis(of: facts, for: duties).document.findings.map(\.kind)
        == [.mtuTooSmall, .strictReversePath, .strictReversePath])
  }

  /// Its number in a container is not the one here, where another process may have that.
  @Test func aSpeakerIsKnownByItsProcessHereOrElseByItsName() {
    var (facts, duties) = (Self.facts, Self.duties)
    duties.speaker = 4711
    #expect(
      Diagnosis(of: facts, for: duties).document.findings.map(\.kind) == [.portTaken, .portTaken])
    for index in facts.ports.indices { facts.ports[index].pid = 4711 }
    #expect(Diagnosis(of: facts, for: duties).document.findings == [])
    duties.speaker = nil
    #expect(Diagnosis(of: facts, for: duties).document.findings == [])
  }

  @Test func aPeerWithASessionIsNotDoubted() {
    var (facts, duties) = (Self.facts, Self.duties)
    duties.peers[0].isEstablished = true
    facts.peerAnswers["tor"] = .refused
    #expect(Diagnosis(of: facts, for: duties).document.findings == [])
  }

  @Test func theLoopbackInterfaceTakesMoreThanAPacketCanHave() {
    var (facts, duties) = (Self.facts, Self.duties)
    duties.peers[0].address = .v4(IPv4Address(127, 0, 0, 1))
    duties.peers[0].mustBeOnLink = false
    facts.pathMTUs = [
      .init(subject: "peer tor", address: .v4(IPv4Address(127, 0, 0, 1)), octets: 65535)
    ]
    #expect(Diagnosis(of: facts, for: duties).document.findings == [])
  }

  @Test func whatCouldNotBeLookedAtIsSaid() {
    var facts = Self.facts
    facts.omissions = ["Firewall: nobody knows."]
    #expect(
      Diagnosis(of: facts, for: Self.duties).document.omissions == ["Firewall: nobody knows."])
  }

  @Test func aPasswordIsNeverShown() throws {
    var (facts, duties) = (Self.facts, Self.duties)
    duties.peers[0].protection = .md5(password: "confidential")
    facts.peerAnswers["tor"] = .silent(milliseconds: 2000)
    let document = Diagnosis(of: facts, for: duties).document
    #expect(document.findings.count == 1)
    #expect(try !StatusRenderer.json(document).contains("confidential"))
  }

  @Test func theTableShowsWhatWasSeenAndTheRemedyLineByLine() throws {
    var facts = Self.facts
    facts.clock = .init(isSynchronised: false, maximumError: 16_000_000, suspended: 0)
    let document = Diagnosis(of: facts, for: Self.duties).document
    let text = try StatusRenderer(format: .table, now: .init(secondsSince1970: 0)).doctor(document)
    let lines = text.split(separator: "\n")
    #expect(lines.first == "a: 1 warning")
    #expect(lines.contains("warning: clock-not-synchronised"))
    #expect(lines.contains("    timedatectl set-ntp true"))
    #expect(lines.last == "  Documentation/doctor.md#clock-not-synchronised")
    let clean = Diagnosis(of: Self.facts, for: Self.duties).document
    let renderer = StatusRenderer(format: .table, now: .init(secondsSince1970: 0))
    #expect(try renderer.doctor(clean) == "a: nothing found\n")
    let json = try StatusRenderer.json(document)
    #expect(try StatusRenderer.parse(json, as: DoctorDocument.self) == document)
  }
}
