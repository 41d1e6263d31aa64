import Status

// Capabilities, the kernel, ports, clocks and kube-proxy.
extension Diagnosis {
  var capabilityFindings: [DoctorFinding] {
    guard let held = facts.capabilities else { return [] }
    var needs: [(NodeFacts.Capability, String)] = []
    if duties.announcesLayer2 {
      needs.append((.netRaw, "ARP and NDP are sent and received by packet sockets."))
    } else if duties.peers.contains(where: { $0.device != nil }) {
      needs.append((.netRaw, "A peer's connection is bound to an interface."))
    }
    if duties.relays {
      needs.append((.netAdmin, "--relay writes rules of nftables."))
    }
    if let port = duties.listenPorts.min(), port < facts.firstFreePort {
      needs.append((.netBindService, "Peers are awaited on port \(port)."))
    }
    if duties.peerPort != nil || duties.peers.contains(where: \.usesBFD) {
      needs.append(
        (
          .sysNice,
          "With it the threads of the election and of BFD go before others. On a busy node one that "
            + "is late is taken for dead: addresses move, and sessions of BFD end."
        ))
    }
    return needs.filter { !held.has($0.0) }.map { capability, why in
      DoctorFinding(
        capability == .sysNice ? .warning : .error, .capabilityMissing, subject: capability.name,
        seen: "\(held.holder) does not have \(capability.name).", why: why,
        remedy: """
          In the DaemonSet, under securityContext of the container:
          capabilities: {add: [\(capability.name.dropFirst(4))]}
          As a systemd unit:
          AmbientCapabilities=\(capability.name)
          """)
    }
  }

  var kernelFindings: [DoctorFinding] {
    var findings: [DoctorFinding] = []
    if duties.announcesLayer2, case .missing(let message) = facts.packetSockets {
      findings.append(
        DoctorFinding(
          .error, .packetSocketsUnavailable, seen: "Opening a packet socket failed: \(message).",
          why: "ARP and NDP are sent and received by packet sockets (AF_PACKET).",
          remedy: "modprobe af_packet"))
    }
    let md5 = duties.peers.filter { if case .md5 = $0.protection { true } else { false } }
    if case .missing(let message) = facts.tcpMD5 {
      findings.append(
        DoctorFinding(
          md5.isEmpty ? .note : .error, .tcpMD5Unavailable,
          seen: "Setting a password of TCP MD5 on a socket failed: \(message).",
          why: md5.isEmpty
            ? "No peer has a password now; one with a password would get no session."
            : "\(names(md5)): there is no session without the password.",
          remedy: "Use a kernel that is built with CONFIG_TCP_MD5SIG; this one says:\n"
            + "zgrep TCP_MD5SIG /proc/config.gz /boot/config-$(uname -r)"))
    }
    let ao = duties.peers.filter { $0.protection == .tcpAO }
    if !ao.isEmpty, case .missing(let message) = facts.tcpAO {
      findings.append(
        DoctorFinding(
          .error, .tcpAOUnavailable,
          seen: "Setting a key of TCP-AO on a socket failed: \(message).",
          why: "\(names(ao)): there is no session without the key.",
          remedy: "Use Linux 6.7 or newer, built with CONFIG_TCP_AO, or TCP MD5:\n"
            + ao.map { "kubectl -n metallb-system annotate bgppeer \($0.name) bellman.dev/tcp-ao-" }
            .joined(separator: "\n")))
    }
    return findings
  }

  private func names(_ peers: [NodeDuties.Peer]) -> String {
    (peers.count == 1 ? "Peer " : "Peers ") + peers.map(\.name).sorted().joined(separator: ", ")
  }

  var portFindings: [DoctorFinding] {
    var wanted = duties.listenPorts.map { (NodeFacts.Transport.tcp, $0, "Peers are awaited there") }
    if let port = duties.peerPort {
      wanted.append((.udp, port, "The speakers hear each other there"))
    }
    return wanted.flatMap { transport, port, purpose in
      facts.ports.filter { $0.transport == transport && $0.port == port && !isSpeaker($0) }
        .map { taken($0, purpose: purpose) }
    } + otherSpeakers
  }

  /// Who speaks BGP beside us, where we do not need the port.
  private var otherSpeakers: [DoctorFinding] {
    guard !duties.listenPorts.contains(NodeDuties.bgpPort) else { return [] }
    let holders = facts.ports.filter {
      $0.transport == .tcp && $0.port == NodeDuties.bgpPort && !isSpeaker($0)
    }
    return Dictionary(grouping: holders, by: \.pid).values.compactMap { sockets in
      guard let first = sockets.first else { return nil }
      let places = Set(sockets.map { "\($0.address)" }).sorted().joined(separator: ", ")
      return DoctorFinding(
        .note, .portTaken, subject: "tcp port \(first.port)",
        seen: "\(who(first)) has tcp port \(first.port) on \(places).",
        why:
          "Bellman dials its peers and does not need the port, unless --bgp-listen is given. But a "
          + "router that has a session with that process takes no second one from the same address.",
        remedy:
          "Where a router is the peer of both: give the BGPPeer a spec.sourceAddress of its own, "
          + "or see the other ways in Documentation/beside-calico-or-cilium.md")
    }
  }

  /// The programs that are known to speak BGP on nodes, by the names of their processes.
  private static let speakersOfBGP = [
    "bird": "BIRD, which is Calico's too", "bird6": "BIRD, which is Calico's too",
    "bgpd": "FRR, which is MetalLB's too, or OpenBGPD", "cilium-agent": "Cilium",
    "gobgpd": "GoBGP", "kube-router": "kube-router", "kube-vip": "kube-vip",
    "speaker": "MetalLB's speaker",
  ]

  private func who(_ holder: NodeFacts.PortHolder) -> String {
    guard let pid = holder.pid else { return "a process that /proc does not show" }
    let program = holder.process.flatMap { Self.speakersOfBGP[$0] }.map { ", \($0)" } ?? ""
    return "process \(pid) (\(holder.process ?? "of unknown name")\(program))"
  }

  /// Where the process of a running speaker is not known, its name has to do.
  private func isSpeaker(_ holder: NodeFacts.PortHolder) -> Bool {
    if let speaker = duties.speaker { return holder.pid == speaker }
    return holder.process == "bellman"
  }

  private func taken(_ holder: NodeFacts.PortHolder, purpose: String) -> DoctorFinding {
    let what = "\(holder.transport.rawValue) port \(holder.port)"
    let isTCP = holder.transport == .tcp
    let stop =
      holder.pid.map { "systemctl status \($0)   # names its unit; then: systemctl stop UNIT\n" }
      ?? "ss -l\(isTCP ? "t" : "u")np 'sport = :\(holder.port)'   # as root, on the node\n"
    return DoctorFinding(
      .error, .portTaken, subject: what,
      seen: "\(who(holder)) has \(what) on \(holder.address).",
      why: "\(purpose), and a port has one holder.",
      remedy: stop + "Or have the speaker use another: "
        + (isTCP ? "--bgp-listen ADDRESS:PORT." : "--peer-port, the same on all nodes."))
  }

  var clockFindings: [DoctorFinding] {
    guard let clock = facts.clock else { return [] }
    var findings: [DoctorFinding] = []
    if !clock.isSynchronised {
      findings.append(
        DoctorFinding(
          .warning, .clockNotSynchronised,
          seen:
            "The kernel does not hold the wall clock for synchronised (STA_UNSYNC), and it may be "
            + "\(clock.maximumError / 1000) ms off.",
          why:
            "Leases go by another clock and are safe. But the lives of speakers are told apart by "
            + "their starts, certificates and tokens by their dates, and histories of several nodes "
            + "by the time.",
          remedy: "timedatectl set-ntp true\n"
            + "or, where chrony does that: systemctl enable --now chrony && chronyc tracking"))
    }
    if clock.suspended > 1000 {
      findings.append(
        DoctorFinding(
          .note, .nodeWasSuspended,
          seen: "CLOCK_BOOTTIME is \(clock.suspended) ms ahead of CLOCK_MONOTONIC.",
          why:
            "The machine was suspended for so long since it started. Its addresses went to other "
            + "nodes each time, and its sessions ended.",
          remedy: "systemctl mask sleep.target suspend.target hibernate.target"))
    }
    return findings
  }

  var serviceProxyFindings: [DoctorFinding] {
    guard let proxy = facts.serviceProxy else { return [] }
    switch proxy.health {
    case .answered(200): return []
    case .answered(let status):
      return [
        DoctorFinding(
          .error, .serviceProxyUnhealthy, subject: "kube-proxy",
          seen: "http://127.0.0.1:10256/healthz answers \(status)"
            + (proxy.mode.map { "; the mode is \($0)." } ?? "."),
          why: "Its rules are old, or its node is being deleted: what is sent to this node may go "
            + "nowhere.",
          remedy: "kubectl -n kube-system get pods -l k8s-app=kube-proxy -o name "
            + "--field-selector spec.nodeName=\(duties.node) | "
            + "xargs -n 1 kubectl -n kube-system logs --tail=50")
      ]
    case .silent:
      return [
        DoctorFinding(
          .warning, .serviceProxySilent, subject: "kube-proxy",
          seen: "Nobody answers on http://127.0.0.1:10256/healthz.",
          why: "Somebody has to bring what is sent to an address to its pods. This is right where "
            + "another program does that, such as Cilium or Calico by eBPF.",
          remedy: "kubectl -n kube-system get pods -l k8s-app=kube-proxy "
            + "--field-selector spec.nodeName=\(duties.node)")
      ]
    }
  }
}
