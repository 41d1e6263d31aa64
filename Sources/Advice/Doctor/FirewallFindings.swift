import Addresses
import Status

// What the packet filter does with the packets of a speaker.
extension Diagnosis {
  /// What a speaker sends or wants to get, and how people call it.
  private struct Traffic: Hashable {
    var name: String
    var flow: Flow
    var why: String
  }

  var firewallFindings: [DoctorFinding] {
    var seen: Set<DoctorFinding> = []
    return traffic.compactMap { traffic in
      let finding: DoctorFinding
      switch facts.firewall.outcome(for: traffic.flow) {
      case .passes: return nil
      case .dropped(let base, let cause): finding = dropped(traffic, base, cause)
      case .unclear(let base, let causes): finding = unclear(traffic, base, causes)
      }
      return seen.insert(finding).inserted ? finding : nil
    }
  }

  private func dropped(
    _ traffic: Traffic, _ base: Firewall.Chain, _ cause: String
  ) -> DoctorFinding {
    DoctorFinding(
      .error, .firewallDrops, subject: traffic.name,
      seen: "\(cause.prefix(1).uppercased())\(cause.dropFirst()) drops "
        + "\(traffic.flow.words) (\(base.backend.words)).",
      why: traffic.why, remedy: traffic.flow.acceptingCommand(in: base))
  }

  private func unclear(
    _ traffic: Traffic, _ base: Firewall.Chain, _ causes: [String]
  ) -> DoctorFinding {
    DoctorFinding(
      .note, .firewallUnclear, subject: traffic.name,
      seen: "Whether \(base.backend.words) lets \(traffic.flow.words) pass was not understood: "
        + causes.joined(separator: "; ") + ".",
      why: "If they are dropped: \(traffic.why)",
      remedy: "To be sure: " + traffic.flow.acceptingCommand(in: base))
  }

  /// The addresses of this node that a speaker speaks from.
  private var locals: [IPAddress] {
    facts.interfaces.filter { !$0.isLoopback }.flatMap(\.addresses).map(\.address)
  }

  private var traffic: [Traffic] {
    duties.peers.flatMap { traffic(of: $0) } + listening + peerPlane
  }

  private func traffic(of peer: NodeDuties.Peer) -> [Traffic] {
    guard let address = peer.address else { return [] }
    let interface = facts.interfaces.first { interface in
      interface.addresses.contains { $0.isOnLink(address) }
    }
    func flow(_ hook: Firewall.Hook, _ transport: Flow.Transport) -> Flow {
      Flow(
        hook: hook, transport: transport, family: address.family, remote: address, locals: locals,
        interface: peer.interface ?? interface?.name)
    }
    var result: [Traffic] = []
    if !peer.isPassive {
      let why = "The session with peer \(peer.name) cannot come up."
      var out = flow(.output, .tcp)
      out.destinationPort = peer.port
      var back = flow(.input, .tcp)
      back.sourcePort = peer.port
      back.isNew = false
      result.append(Traffic(name: "BGP to peer \(peer.name)", flow: out, why: why))
      result.append(Traffic(name: "BGP from peer \(peer.name)", flow: back, why: why))
    }
    guard peer.usesBFD else { return result }
    let ports: [(UInt16, String)] =
      (peer.isMultihop ?? (interface == nil) ? [(4784, "multihop BFD")] : [(3784, "BFD")])
      + (peer.usesEcho ? [(3785, "BFD echo")] : [])
    for (port, name) in ports {
      for hook in Firewall.Hook.allCases {
        var packets = flow(hook, .udp)
        packets.destinationPort = port
        let direction = hook == .input ? "from" : "to"
        result.append(
          Traffic(
            name: "\(name) \(direction) peer \(peer.name)", flow: packets,
            why: "BFD does not come up, or takes the session with peer \(peer.name) down."))
      }
    }
    return result
  }

  /// Connections that peers make.
  private var listening: [Traffic] {
    duties.listenPorts.sorted().flatMap { port in
      duties.peers.compactMap { peer in
        peer.address.map { address in
          let link = facts.interfaces.first { interface in
            interface.addresses.contains { $0.isOnLink(address) }
          }
          return Traffic(
            name: "connections of peer \(peer.name)",
            flow: Flow(
              hook: .input, transport: .tcp, family: address.family, remote: address,
              locals: locals, destinationPort: port, interface: peer.interface ?? link?.name),
            why: "The speaker awaits the peer there, and it cannot connect.")
        }
      }
    }
  }

  /// The speakers among themselves: to and from each node that is known, or any.
  private var peerPlane: [Traffic] {
    guard let port = duties.peerPort else { return [] }
    let places: [(String, IPAddress?, AddressFamily)] =
      duties.nodes.isEmpty
      ? [("other speakers", nil, .ipv4)]
      : duties.nodes.sorted { $0.name < $1.name }.map {
        ("node \($0.name)", $0.address, $0.address.family)
      }
    return places.flatMap { name, address, family in
      Firewall.Hook.allCases.map { hook in
        Traffic(
          name: "peer plane \(hook == .input ? "from" : "to") \(name)",
          flow: Flow(
            hook: hook, transport: .udp, family: family, remote: address, locals: locals,
            destinationPort: port),
          why: "Nodes that do not hear each other hold each other dead: addresses move, or nobody "
            + "may answer for them.")
      }
    }
  }
}

extension Firewall.Backend {
  fileprivate var words: String {
    switch self {
    case .nftables: "nftables"
    case .legacy(let program): program
    }
  }
}

extension Flow {
  /// The packets in words.
  fileprivate var words: String {
    let direction = hook == .input ? "from" : "to"
    let port =
      destinationPort.map { " to port \($0)" } ?? sourcePort.map { " from port \($0)" } ?? ""
    return "\(transport.rawValue) packets \(direction) \(remote.map { "\($0)" } ?? "other nodes")"
      + port
  }

  /// A command that lets the packets pass the chain `base`, before all its rules.
  fileprivate func acceptingCommand(in base: Firewall.Chain) -> String {
    let isInput = hook == .input
    let port = destinationPort.map { ("d", $0) } ?? sourcePort.map { ("s", $0) }
    switch base.backend {
    case .nftables:
      var words = ["nft insert rule", base.place]
      if let remote {
        words.append("\(family == .ipv4 ? "ip" : "ip6") \(isInput ? "saddr" : "daddr") \(remote)")
      }
      if let port { words.append("\(transport.rawValue) \(port.0)port \(port.1)") }
      return (words + ["accept"]).joined(separator: " ")
    case .legacy(let program):
      var words = ["\(program) -I \(base.name)"]
      if let remote { words.append("\(isInput ? "-s" : "-d") \(remote)") }
      words.append("-p \(transport.rawValue)")
      if let port { words.append("--\(port.0)port \(port.1)") }
      return (words + ["-j ACCEPT"]).joined(separator: " ")
    }
  }
}
