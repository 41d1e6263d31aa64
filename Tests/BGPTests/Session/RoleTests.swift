import Addresses
import NIOCore
import Testing

@testable import BGP

/// RFC 9234.
@Suite("Roles") struct RoleTests {
  private func configuration(_ role: Role?, isStrict: Bool = false) -> PeerConfiguration {
    var configuration = PeerConfiguration.example
    configuration.role = role
    configuration.requiresRole = isStrict
    return configuration
  }

  private func open(_ extra: [Capability]) -> ByteBuffer {
    .open(
      capabilities: [
        .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)),
        .fourOctetAS(64513),
      ] + extra)
  }

  /// The pairs of RFC 9234 §4.2, by their numbers on the wire.
  private static let pairs: Set<[UInt8]> = [[0, 3], [3, 0], [1, 2], [2, 1], [4, 4]]

  @Test("Every pair of roles", arguments: Role.allCases, Role.allCases)
  func pair(ours: Role, theirs: Role) {
    var driver = PeerDriver(configuration(ours))
    driver.reach(.openSent)
    driver.receive(open([.role(theirs)]))
    if Self.pairs.contains([ours.rawValue, theirs.rawValue]) {
      #expect(driver.peer.negotiated?.remoteRole == theirs)
    } else {
      #expect(driver.lastNotification == NotificationMessage(.roleMismatch))
      #expect(driver.peer.state == .idle)
    }
  }

  static let offers: [(Role?, Bool, [Capability], Bool)] = [
    (Role.customer, false, [], true),
    (.customer, true, [], false),
    (.customer, true, [.role(.provider)], true),
    (.customer, true, [.role(.provider), .role(.provider)], true),
    (.customer, false, [.role(.provider), .role(.peer)], false),
    (.customer, false, [.unknown(code: 9, value: [7])], false),
    (nil, true, [.role(.peer), .role(.provider)], true),
    (nil, false, [.unknown(code: 9, value: [7])], true),
  ]

  @Test("No role, several, an unknown one, strict mode", arguments: offers)
  func offer(ours: Role?, isStrict: Bool, theirs: [Capability], isGood: Bool) {
    var driver = PeerDriver(configuration(ours, isStrict: isStrict))
    driver.reach(.openSent)
    driver.receive(open(theirs))
    #expect(driver.peer.state == (isGood ? .openConfirm : .idle))
    #expect(driver.lastNotification?.reason == (isGood ? nil : .roleMismatch))
  }

  @Test("The role is checked last") func order() {
    var driver = PeerDriver(configuration(.customer, isStrict: true))
    driver.reach(.openSent)
    driver.receive(
      .open(capabilities: [
        .multiprotocol(RouteFamily(addressFamily: 25, subsequentAddressFamily: 70)),
        .fourOctetAS(64513),
      ]))
    #expect(driver.lastNotification?.reason == .unsupportedCapability)
  }

  @Test("Between internal neighbours there are no roles") func `internal`() {
    var configuration = configuration(.provider, isStrict: true)
    for remoteAS in [PeerConfiguration.RemoteAS.internal, .number(64512)] {
      configuration.remoteAS = remoteAS
      #expect(OpenMessage(configuration).capabilities.allSatisfy { $0.code != 9 })
      var driver = PeerDriver(configuration)
      driver.reach(.openSent)
      driver.receive(.open(asField: 64512, capabilities: [.role(.provider)]))
      #expect(driver.peer.state == .openConfirm)
      #expect(driver.peer.negotiated?.remoteRole == nil)
    }
  }

  @Test(
    "Routes downwards and sideways bear our AS as the limit",
    arguments: [
      (Role?.none, UInt32?.none), (.provider, 64512), (.peer, 64512), (.routeServer, 64512),
      (.customer, nil), (.routeServerClient, nil),
    ])
  func onlyToCustomer(role: Role?, expected: UInt32?) throws {
    var driver = PeerDriver(configuration(role))
    driver.reach(.established, open: open(role.map { [.role($0.counterpart)] } ?? []))
    driver.handle(.announce([hosts(1)[0]: RouteAttributes(), hosts6(1)[0]: RouteAttributes()]))
    var collector = Collector()
    for bytes in driver.sent { try collector.receive(bytes) }
    #expect(collector.routes.count == 2)
    #expect(collector.routes.values.allSatisfy { $0.attributes?.onlyToCustomer == expected })
  }

  @Test("The attribute, octet by octet, after all others") func encoding() {
    var attributes = ByteBuffer()
    PathAttributes(
      asPath: .empty, largeCommunities: [LargeCommunity(1, 2, 3)], onlyToCustomer: 64512
    ).write(into: &attributes, fourOctetAS: true)
    #expect(
      hex(attributes)
        == hex(buffer("400101004002 00 c0200c000000010000000200000003 c02304 0000fc00")))
  }

  @Test("The name that we are shown by") func hostname() {
    var configuration = PeerConfiguration.example
    #expect(OpenMessage(configuration).capabilities.allSatisfy { $0.code != 73 })
    configuration.hostname = "node-1"
    #expect(
      OpenMessage(configuration).capabilities.last == .hostname("node-1", domain: ""))
    configuration.domainName = "example.org"
    #expect(
      OpenMessage(configuration).capabilities.last == .hostname("node-1", domain: "example.org"))
  }
}
