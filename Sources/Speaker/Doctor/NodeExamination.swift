public import Advice
import Addresses
import LinuxIO

#if canImport(Glibc)
  import Glibc
#endif

/// Finds out the facts about this node that matter for the duties of its speaker.
///
/// It changes nothing. What it sends: a TCP connection to each peer without a session, closed at once,
/// and questions to kube-proxy on the loopback interface.
public struct NodeExamination: Sendable {
  let duties: NodeDuties

  /// An examination for these duties.
  public init(for duties: NodeDuties) { self.duties = duties }

  /// The facts, from the calling thread's network namespace; waits for peers and programs.
  public func facts() -> NodeFacts {
    var facts = NodeFacts()
    capabilities(&facts)
    kernel(&facts)
    interfaces(&facts)
    ports(&facts)
    firewall(&facts)
    clock(&facts)
    pathMTUs(&facts)
    serviceProxy(&facts)
    peers(&facts)
    return facts
  }

  private func capabilities(_ facts: inout NodeFacts) {
    guard duties.speaker != nil || !duties.isRunning else {
      facts.omissions.append(
        "Capabilities: the process of the speaker is not to be seen here; run the command in the "
          + "process namespace of the host, or in the speaker's container.")
      return
    }
    let name = duties.speaker.map { "\($0)" } ?? "self"
    let path = "/proc/\(name)/status"
    guard let text = Self.text(of: path),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
      let word = line.split(whereSeparator: \.isWhitespace).last,
      let bits = UInt64(word, radix: 16)
    else {
      facts.omissions.append("Capabilities: \(path) cannot be read.")
      return
    }
    facts.capabilities = .init(
      holder: duties.speaker.map { "The speaker (process \($0))" } ?? "This process", bits: bits)
    let setting = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
    facts.firstFreePort =
      Self.text(of: setting).flatMap { UInt16($0.prefix { $0.isNumber }) } ?? 1024
  }

  private func kernel(_ facts: inout NodeFacts) {
    let descriptor = socket(AF_PACKET, CInt(SOCK_RAW.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    if descriptor >= 0 {
      close(descriptor)
      facts.packetSockets = .works
    } else {
      facts.packetSockets =
        [EPERM, EACCES].contains(errno) ? .forbidden : .missing(String(cString: strerror(errno)))
    }
    let peer = IPAddress.v4(IPv4Address(127, 0, 0, 1))
    facts.tcpMD5 = Self.trial { () throws(TCPOptionError) in
      try MD5Support.check(.init(peer: peer, password: "trial"))
    }
    facts.tcpAO = Self.trial { () throws(TCPOptionError) in
      try AOSupport.check(
        .init(peer: peer, algorithm: .hmacSHA1, sendID: 1, receiveID: 1, password: "trial"))
    }
  }

  private static func trial(_ body: () throws(TCPOptionError) -> Void) -> NodeFacts.Trial {
    do {
      try body()
      return .works
    } catch {
      return .missing("\(error)")
    }
  }

  private func interfaces(_ facts: inout NodeFacts) {
    let found: [NetworkInterface]
    do {
      found = try NetworkInterfaces.list()
    } catch {
      facts.omissions.append("Interfaces: \(error).")
      return
    }
    let all = Self.setting("ipv4/conf/all/rp_filter")
    let defaults = InterfaceDefaults.standard(among: found)
    facts.interfaces = found.map { interface in
      .init(
        name: interface.name, isUp: interface.isUp, isRunning: interface.isRunning,
        isLoopback: interface.isLoopback, mtu: interface.mtu,
        addresses: interface.addresses.map { .init($0.address, prefixLength: $0.prefixLength) },
        reversePathFilter: max(all, Self.setting("ipv4/conf/\(interface.name)/rp_filter")),
        exclusion: Self.exclusion(of: interface, defaults))
    }
    let used = facts.interfaces.filter { interface in
      duties.interfaces.isEmpty
        ? interface.isUsedByDefault && interface.isRunning
        : duties.interfaces.contains(interface.name)
    }
    let announced = Set(duties.announced)
    facts.kernelAnswers = KernelResponder.find(
      interfaces: found, answering: Set(used.map(\.name)), arpIgnore: KernelResponder.arpIgnore,
      isAnnounced: announced.contains
    ).map { .init(address: $0.address, holder: $0.holder, interface: $0.interface) }
    if announced.isEmpty {
      facts.omissions.append(
        "arp_ignore: no announced address is known; name some with --address, or --manifests.")
    }
  }

  /// Why a speaker leaves an interface out that nobody names. One that is down is not meant to be.
  private static func exclusion(
    of interface: NetworkInterface, _ defaults: InterfaceDefaults
  ) -> String? {
    switch interface.exclusion(defaults: defaults) {
    case nil, .down, .loopback: nil
    case let reason?: reason.description
    }
  }

  private func ports(_ facts: inout NodeFacts) {
    let wanted = Set(
      duties.listenPorts + [NodeDuties.bgpPort] + (duties.peerPort.map { [$0] } ?? []))
    do {
      facts.ports = try PortHolder.find(ports: wanted).map {
        .init(
          $0.isTCP ? .tcp : .udp, address: $0.address, port: $0.port, pid: $0.pid,
          process: $0.process)
      }
    } catch {
      facts.omissions.append("Ports in use: \(error).")
    }
  }

  private func clock(_ facts: inout NodeFacts) {
    do {
      let state = try ClockState.read()
      facts.clock = .init(
        isSynchronised: state.isSynchronised, maximumError: state.maximumError,
        suspended: state.suspended)
    } catch {
      facts.omissions.append("Clock: \(error).")
    }
  }

  private func pathMTUs(_ facts: inout NodeFacts) {
    let places =
      duties.peers.compactMap { peer in peer.address.map { ("peer \(peer.name)", $0) } }
      + duties.nodes.map { ("node \($0.name)", $0.address) }
    facts.pathMTUs = places.compactMap { subject, address in
      PathMTU.toward(address).map { .init(subject: subject, address: address, octets: $0) }
    }
  }

  private func serviceProxy(_ facts: inout NodeFacts) {
    let health = Self.get("/healthz", port: 10256)
    let mode = Self.get("/proxyMode", port: 10249)
    facts.serviceProxy = .init(
      health: health.map { .answered($0.status) } ?? .silent,
      mode: mode.flatMap { $0.status == 200 ? $0.body : nil })
  }

  /// What a server on the loopback interface answers; nil for nothing, or nothing of HTTP.
  private static func get(_ path: String, port: UInt16) -> (status: Int, body: String)? {
    let probe = TCPProbe(to: .v4(IPv4Address(127, 0, 0, 1)), port: port)
    let request = "GET \(path) HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    guard case .connected(let answer) = probe.run(request: request) else { return nil }
    let text = String(decoding: answer, as: UTF8.self)
    let words = text.prefix { !$0.isNewline }.split(separator: " ")
    guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      return nil
    }
    // The mode is a single word at the end of the answer.
    let last = text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    return (status, last)
  }

  static func text(of path: String) -> String? {
    (try? BoundedFile.read(path, limit: 1 << 16)).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  private static func setting(_ name: String) -> Int {
    text(of: "/proc/sys/net/\(name)").flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
  }
}
