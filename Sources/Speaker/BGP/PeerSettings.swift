import Addresses
import BGP
import LinuxIO
import NIOCore
import Resources

/// What a BGPPeer asks for, as the session machine and the transport take it.
struct PeerSettings: Hashable {
  var configuration: PeerConfiguration
  var endpoint: PeerEndpoint

  /// - Parameters:
  ///   - peer: the peer.
  ///   - address: where it is, and on which interface if that is link-local.
  ///   - password: its password, if it has one.
  ///   - node: the name of this node.
  ///   - nodeAddresses: the addresses of the Node object.
  ///   - interfaces: those of this machine.
  init(
    _ peer: BGPPeer, at address: IPAddress, scope: PeerEndpoint.Scope?, password: String?,
    node: String, nodeAddresses: [IPAddress], interfaces: [NetworkInterface]
  ) {
    let localAS = peer.localASN ?? peer.myASN
    let remoteAS: PeerConfiguration.RemoteAS
    let isExternal: Bool
    switch peer.remoteAS {
    case .number(let number): (remoteAS, isExternal) = (.number(number), number != localAS)
    case .internal: (remoteAS, isExternal) = (.internal, false)
    case .external: (remoteAS, isExternal) = (.external, true)
    }
    let device = peer.options.device ?? peer.vrf
    let local =
      address.isLinkLocal
      ? nil : peer.sourceAddress ?? Self.local(toward: address, device: device, interfaces)
    let addresses = SessionAddresses(local: local, nextHops: [], interfaces: interfaces)
    var nodeIPv4: IPv4Address?
    for case .v4(let address) in nodeAddresses { nodeIPv4 = nodeIPv4 ?? address }

    configuration = PeerConfiguration(
      localAS: localAS, remoteAS: remoteAS,
      routerID: peer.routerID ?? nodeIPv4 ?? addresses.routerID(node: node))
    configuration.holdTime = peer.holdTime
    configuration.keepaliveTime = .seconds(Int64(peer.keepaliveTime))
    if let connectTime = peer.connectTime {
      configuration.connectRetryTime = .seconds(Int64(connectTime))
    }
    configuration.families = peer.families
    configuration.hostname = node
    configuration.description = peer.name
    configuration.gracefulRestart = peer.enableGracefulRestart ? GracefulRestart(peer.options) : nil
    configuration.isPassive = peer.options.isPassive
    configuration.role = peer.options.role.map(Role.init)
    configuration.requiresRole = peer.options.requiresRole
    configuration.extendedMessages = peer.options.extendedMessages
    configuration.updateErrorPolicy = peer.options.updateErrors == .tolerant ? .tolerant : .rfc

    endpoint = PeerEndpoint(
      address: address, scope: scope, port: peer.peerPort, source: peer.sourceAddress,
      authentication: password.map { .init($0, peer.options.tcpAuthentication) },
      device: device)
    if let hops = peer.options.ttlSecurity {
      endpoint.timeToLive = 255
      endpoint.minimumTimeToLive = 255 - hops + 1
    } else if address.isLinkLocal {
      // Nobody forwards these, and a neighbour with TTL security takes nothing less.
      endpoint.timeToLive = 255
    } else if isExternal, !peer.ebgpMultiHop {
      endpoint.timeToLive = 1
    }
    setNextHops(of: peer, addresses, scope, interfaces)
  }

  /// The local address of the session. The routing table that LocalAddress asks knows nothing of
  /// connections that are bound to a device.
  private static func local(
    toward address: IPAddress, device: String?, _ interfaces: [NetworkInterface]
  ) -> IPAddress? {
    guard let device else { return LocalAddress.toward(address) }
    let own = interfaces.filter { $0.name == device || $0.master?.name == device }
      .flatMap(\.addresses).filter {
        $0.address.family == address.family && !$0.address.isLinkLocal
      }
    let onLink = own.first { candidate in
      IPPrefix(candidate.address, length: candidate.prefixLength)?.contains(address) ?? false
    }
    return (onLink ?? own.first)?.address
  }

  private mutating func setNextHops(
    of peer: BGPPeer, _ addresses: SessionAddresses, _ scope: PeerEndpoint.Scope?,
    _ interfaces: [NetworkInterface]
  ) {
    if let scope {
      // The next hop is the link-local address, for IPv4 too (RFC 8950); a global IPv6 address of the
      // interface goes with it (RFC 2545 §3).
      configuration.linkLocalNextHop = true
      configuration.extendedNextHop = true
      let own = interfaces.first { $0.index == scope.index }?.addresses.map(\.address) ?? []
      for case .v6(let address) in own where !address.isLinkLocal {
        configuration.nextHopIPv6 = configuration.nextHopIPv6 ?? address
      }
    } else {
      for family in peer.families where family != endpoint.address.family {
        switch family {
        case .ipv4: configuration.nextHopIPv4 = addresses.ipv4
        case .ipv6: configuration.nextHopIPv6 = addresses.ipv6
        }
      }
      // Without an IPv4 address at hand, IPv4 routes can still go by the session's own.
      configuration.extendedNextHop =
        endpoint.address.family == .ipv6 && peer.families.contains(.ipv4)
    }
    if let nextHop = peer.options.routes.nextHopIPv4 { configuration.nextHopIPv4 = nextHop }
    if let nextHop = peer.options.routes.nextHopIPv6 { configuration.nextHopIPv6 = nextHop }
  }
}

extension GracefulRestart {
  fileprivate init(_ options: BGPPeerOptions) {
    self.init()
    if let time = options.gracefulRestartTime { restartTime = time }
    longLivedStaleTime = options.longLivedStaleTime
  }
}

extension Role {
  fileprivate init(_ role: BGPPeerOptions.Role) {
    switch role {
    case .provider: self = .provider
    case .routeServer: self = .routeServer
    case .routeServerClient: self = .routeServerClient
    case .customer: self = .customer
    case .peer: self = .peer
    }
  }
}

extension PeerEndpoint.Authentication {
  fileprivate init(_ password: String, _ ao: BGPPeerOptions.TCPAuthentication?) {
    guard let ao else {
      self = .md5(password: password)
      return
    }
    let algorithm: TCPOptions.AOKey.Algorithm =
      switch ao.algorithm {
      case .sha1: .hmacSHA1
      case .aes128: .cmacAES128
      }
    self = .ao(algorithm, sendID: ao.sendID, receiveID: ao.receiveID, password: password)
  }
}
