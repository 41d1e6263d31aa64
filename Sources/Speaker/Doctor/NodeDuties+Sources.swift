import Addresses
public import Advice
import Resources
public import Status

// What a speaker is to do, as its configuration or it itself says.
extension NodeDuties {
  /// Takes over what the manifests say about the node: its peers with the TTL that they ask for, the
  /// announced addresses, and the other nodes.
  public mutating func add(_ snapshot: Snapshot) {
    let configuration = snapshot.configuration
    let labels = snapshot.nodes.first { $0.name == node }?.metadata.labels
    announcesLayer2 = !configuration.l2Advertisements.isEmpty
    for peer in configuration.peers {
      // Without the Node object nobody knows its labels: all peers count then.
      if let labels, !peer.nodeSelectors.isEmpty,
        !peer.nodeSelectors.contains(where: { $0.matches(labels) })
      {
        continue
      }
      peers.removeAll { $0.name == peer.name }
      peers.append(
        Peer(
          peer, password: configuration.passwords[peer.name],
          profile: peer.bfdProfile.flatMap { configuration.bfdProfiles[$0] }))
    }
    let known = Set(announced)
    announced += snapshot.services.filter { $0.type == .loadBalancer }.flatMap(\.ingress)
      .filter { !known.contains($0) }
    nodes = snapshot.nodes.filter { $0.name != node }.flatMap { other in
      other.internalAddresses.map { Node(name: other.name, address: $0) }
    }
  }

  /// Takes over what a running speaker says of itself. What the configuration said about a peer stays.
  ///
  /// - Parameter process: its number in the process namespace of the caller. That in the status is of
  ///   the speaker's own, which may be a container's.
  public mutating func add(_ status: StatusDocument, process: Int32?) {
    node = status.node
    isRunning = true
    speaker = process
    let known = Set(announced)
    announced += status.addresses.map(\.address).filter { !known.contains($0) }
    if interfaces.isEmpty {
      interfaces = status.interfaces.filter(\.takesPart).map(\.name)
    }
    for listener in status.listeners ?? [] {
      let digits = listener.address.reversed().prefix { $0.isNumber }.reversed()
      if let port = UInt16(String(digits)), !listenPorts.contains(port) { listenPorts.append(port) }
    }
    for peer in status.peers {
      let index = peers.firstIndex { $0.name == peer.name }
      var duty = index.map { peers[$0] } ?? Peer(told: peer)
      duty.address = duty.address ?? peer.address
      duty.interface = duty.interface ?? peer.interface
      duty.port = peer.port
      duty.isEstablished = peer.state == .established
      duty.usesBFD = peer.bfd != nil
      if let index { peers[index] = duty } else { peers.append(duty) }
    }
  }
}

extension NodeDuties.Peer {
  /// What a speaker says of it.
  init(told peer: PeerStatus) {
    self.init(name: peer.name, address: peer.address)
    guard let connection = peer.connection else {
      isConnectionKnown = false
      return
    }
    isPassive = connection.isPassive
    source = connection.source
    device = connection.device
    timeToLive = connection.timeToLive
    minimumTimeToLive = connection.minimumTimeToLive
    // Nothing with TTL 1 comes further, and nothing from further off arrives with 255.
    mustBeOnLink = timeToLive == 1 || minimumTimeToLive == 255
    switch connection.protection {
    case .none: protection = .none
    case .md5: protection = .md5(password: nil)
    case .ao: protection = .tcpAO
    }
  }

  /// What a BGPPeer asks for.
  init(_ peer: BGPPeer, password: String?, profile: BFDProfile?) {
    let localAS = peer.localASN ?? peer.myASN
    let isExternal =
      switch peer.remoteAS {
      case .number(let number): number != localAS
      case .internal: false
      case .external: true
      }
    var address: IPAddress?
    var interface: String?
    switch peer.endpoint {
    case .address(let known): address = known
    case .interface(let name): interface = name
    }
    self.init(
      name: peer.name, address: address, interface: interface, port: peer.peerPort,
      source: peer.sourceAddress, device: peer.options.device ?? peer.vrf,
      isPassive: peer.options.isPassive, usesBFD: peer.bfdProfile != nil,
      usesEcho: profile?.echoMode ?? false)
    isMultihop = peer.ebgpMultiHop
    mustBeOnLink = interface != nil || isExternal && !peer.ebgpMultiHop
    if let hops = peer.options.ttlSecurity {
      timeToLive = 255
      minimumTimeToLive = 255 - hops + 1
      mustBeOnLink = mustBeOnLink && hops == 1
    } else if isExternal, !peer.ebgpMultiHop {
      timeToLive = 1
    }
    if peer.password != nil {
      protection = peer.options.tcpAuthentication == nil ? .md5(password: password) : .tcpAO
    }
  }
}
