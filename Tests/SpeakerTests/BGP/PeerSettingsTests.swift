import Addresses
import BGP
import LinuxIO
import NIOCore
import Resources
import Testing

@testable import Speaker

@Suite struct PeerSettingsTests {
  private static let router = IPAddress.v4(IPv4Address(192, 0, 2, 1))
  private static let linkLocal = IPAddress.v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: 1))
  private static let global = IPv6Address(high: 0x2001_0DB8_0000_0000, low: 2)

  private func peer(
    _ endpoint: BGPPeer.Endpoint = .address(router), remoteAS: BGPPeer.RemoteAS = .number(64513),
    _ change: (inout BGPPeer) -> Void = { _ in }
  ) -> BGPPeer {
    var peer = BGPPeer(
      metadata: ObjectMetadata(name: ObjectName(namespace: "default", name: "tor")),
      myASN: 64512, remoteAS: remoteAS, endpoint: endpoint)
    change(&peer)
    return peer
  }

  private func settings(
    of peer: BGPPeer, at address: IPAddress = router, scope: PeerEndpoint.Scope? = nil,
    password: String? = nil, interfaces: [NetworkInterface] = []
  ) -> PeerSettings {
    PeerSettings(
      peer, at: address, scope: scope, password: password, node: "node-1", nodeAddresses: [],
      interfaces: interfaces)
  }

  @Test func withoutOptionsItIsAPlainSession() {
    let settings = settings(of: peer())
    #expect(!settings.configuration.isPassive)
    #expect(settings.configuration.role == nil)
    #expect(settings.configuration.gracefulRestart == nil)
    #expect(settings.configuration.updateErrorPolicy == .rfc)
    #expect(!settings.configuration.extendedMessages)
    #expect(!settings.configuration.linkLocalNextHop)
    #expect(settings.configuration.hostname == "node-1")
    #expect(settings.endpoint == PeerEndpoint(address: Self.router, timeToLive: 1))
  }

  @Test func theSessionOptionsReachTheMachine() {
    let configuration = settings(
      of: peer {
        $0.enableGracefulRestart = true
        $0.options.isPassive = true
        $0.options.role = .customer
        $0.options.requiresRole = true
        $0.options.gracefulRestartTime = 60
        $0.options.longLivedStaleTime = 3600
        $0.options.extendedMessages = true
        $0.options.updateErrors = .tolerant
        $0.options.routes.nextHopIPv4 = IPv4Address(192, 0, 2, 99)
        $0.options.routes.nextHopIPv6 = Self.global
      }
    ).configuration
    #expect(configuration.isPassive)
    #expect(configuration.role == .customer)
    #expect(configuration.requiresRole)
    #expect(configuration.gracefulRestart?.restartTime == 60)
    #expect(configuration.gracefulRestart?.longLivedStaleTime == 3600)
    #expect(configuration.extendedMessages)
    #expect(configuration.updateErrorPolicy == .tolerant)
    #expect(configuration.nextHopIPv4 == IPv4Address(192, 0, 2, 99))
    #expect(configuration.nextHopIPv6 == Self.global)
  }

  @Test(
    arguments: [
      (BGPPeerOptions.Role.provider, Role.provider), (.routeServer, .routeServer),
      (.routeServerClient, .routeServerClient), (.customer, .customer), (.peer, .peer),
    ])
  func everyRoleHasItsNumber(option: BGPPeerOptions.Role, role: Role) {
    #expect(settings(of: peer { $0.options.role = option }).configuration.role == role)
  }

  /// The TTL of what we send, and the least of what we take.
  @Test(
    arguments: [
      (64513, false, nil, 1, nil), (64512, false, nil, nil, nil), (64513, true, nil, nil, nil),
      (64513, false, 1, 255, 255), (64513, true, 10, 255, 246), (64512, false, 254, 255, 2),
    ] as [(UInt32, Bool, UInt8?, UInt8?, UInt8?)])
  func timeToLive(
    remoteAS: UInt32, multihop: Bool, security: UInt8?, sent: UInt8?, least: UInt8?
  ) {
    let endpoint = settings(
      of: peer(remoteAS: .number(remoteAS)) {
        $0.ebgpMultiHop = multihop
        $0.options.ttlSecurity = security
      }
    ).endpoint
    #expect(endpoint.options.timeToLive == sent)
    #expect(endpoint.options.minimumTimeToLive == least)
  }

  @Test func theDeviceIsTheAnnotationOrTheVRF() {
    #expect(settings(of: peer { $0.vrf = "red" }).endpoint.options.device == "red")
    #expect(settings(of: peer { $0.options.device = "eth1" }).endpoint.options.device == "eth1")
  }

  /// Next hops come from the device that the connection is bound to, whatever the main routing table
  /// says.
  @Test func theNextHopOfTheOtherFamilyIsOnTheDevice() {
    func interface(_ index: Int, _ name: String, _ vrf: String?, host: UInt8) -> NetworkInterface {
      NetworkInterface(
        index: index, name: name, macAddress: nil,
        master: vrf.map { .init(name: $0, kind: "vrf") },
        addresses: [
          InterfaceAddress(.v4(IPv4Address(192, 0, 2, host)), prefixLength: 24),
          InterfaceAddress(
            .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(host))), prefixLength: 64),
        ])
    }
    let interfaces = [interface(2, "eth0", nil, host: 10), interface(3, "eth1", "red", host: 20)]
    let settings = settings(
      of: peer {
        $0.vrf = "red"
        $0.dualStackAddressFamily = true
      }, interfaces: interfaces)
    #expect(
      settings.configuration.nextHopIPv6 == IPv6Address(high: 0x2001_0DB8_0000_0000, low: 20))
    #expect(settings.configuration.routerID == IPv4Address(192, 0, 2, 20))
  }

  @Test func thePasswordIsForMD5OrForTCPAO() {
    let md5 = settings(of: peer(), password: "secret").endpoint
    #expect(md5.keys.md5 == .init(peer: Self.router, password: "secret"))
    #expect(md5.keys.ao == nil)
    let ao = settings(
      of: peer {
        $0.options.tcpAuthentication = .init(algorithm: .aes128, sendID: 1, receiveID: 2)
      }, password: "secret"
    ).endpoint
    #expect(ao.keys.md5 == nil)
    #expect(
      ao.keys.ao
        == .init(
          peer: Self.router, algorithm: .cmacAES128, sendID: 1, receiveID: 2, password: "secret"))
  }

  @Test func onAnInterfaceTheNextHopIsOurLinkLocalAddress() {
    let interface = NetworkInterface(
      index: 7, name: "eth0", macAddress: MACAddress("02:00:00:00:00:01"),
      addresses: [
        InterfaceAddress(.v4(IPv4Address(192, 0, 2, 2)), prefixLength: 24),
        InterfaceAddress(.v6(Self.global), prefixLength: 64),
      ])
    let settings = settings(
      of: peer(.interface("eth0"), remoteAS: .external), at: Self.linkLocal,
      scope: .init(name: "eth0", index: 7), interfaces: [interface])
    #expect(settings.configuration.families == [.ipv4, .ipv6])
    #expect(settings.configuration.linkLocalNextHop)
    #expect(settings.configuration.extendedNextHop)
    #expect(settings.configuration.nextHopIPv4 == nil)
    #expect(settings.configuration.nextHopIPv6 == Self.global)
    #expect(settings.endpoint.timeToLive == 255)
    #expect(settings.endpoint.minimumTimeToLive == nil)
    #expect(settings.endpoint.description == "fe80::1%eth0")
  }

  @Test func aConnectionIsOnlyThePeersFromItsAddressAndInterface() throws {
    let scope = PeerEndpoint.Scope(name: "eth0", index: 7)
    let here = PeerEndpoint(address: Self.linkLocal, scope: scope)
    let there = PeerEndpoint(address: Self.linkLocal, scope: .init(name: "eth1", index: 8))
    #expect(here.admits(try here.remoteAddress(), local: nil))
    #expect(!here.admits(try there.remoteAddress(), local: nil))
    let plain = PeerEndpoint(address: Self.router)
    let mapped = try SocketAddress(ipAddress: "::ffff:192.0.2.1", port: 4000)
    #expect(plain.admits(mapped, local: nil))
    #expect(!plain.admits(try SocketAddress(ipAddress: "192.0.2.9", port: 179), local: nil))
    let own = PeerEndpoint(
      address: Self.router, source: .v4(IPv4Address(192, 0, 2, 2)))
    #expect(own.admits(mapped, local: try SocketAddress(ipAddress: "192.0.2.2", port: 179)))
    #expect(!own.admits(mapped, local: try SocketAddress(ipAddress: "192.0.2.3", port: 179)))
  }
}
