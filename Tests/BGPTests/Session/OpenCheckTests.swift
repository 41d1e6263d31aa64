import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("Checks of the neighbour's OPEN") struct OpenCheckTests {
  /// A configuration of one family, so that 2/7 can be met.
  private func configuration(
    _ remoteAS: PeerConfiguration.RemoteAS = .number(64513), families: [AddressFamily] = [.ipv4]
  ) -> PeerConfiguration {
    var configuration = PeerConfiguration(
      localAS: 64512, remoteAS: remoteAS, routerID: IPv4Address(192, 0, 2, 1))
    configuration.families = families
    return configuration
  }

  private func answer(
    to open: ByteBuffer, _ configuration: PeerConfiguration
  ) -> NotificationMessage? {
    var driver = PeerDriver(configuration)
    driver.reach(.openSent)
    driver.receive(open)
    return driver.lastNotification
  }

  static let faultyOpens: [(String, String, String)] = [
    // Each line mends the fault that the line before it met, and keeps all later ones.
    ("001c 01 03 0000 0001 00000000 05 01 00 02 01", "1/2", "001c"),
    ("0022 01 03 0000 0001 00000000 05 01 00 02 01 41", "2/1", "0004"),
    ("0022 01 04 0000 0001 00000000 05 02 02 41 04 00", "2/0", ""),
    ("0022 01 04 0000 0001 00000000 05 01 03 000000", "2/4", ""),
    ("0025 01 04 0000 0001 00000000 08 02 06 01 04 0002 00 01", "2/6", ""),
    ("0025 01 04 0000 0003 00000000 08 02 06 01 04 0002 00 01", "2/2", ""),
    ("0025 01 04 fc01 0003 00000000 08 02 06 01 04 0002 00 01", "2/3", ""),
    ("0025 01 04 fc01 0003 c0000202 08 02 06 01 04 0002 00 01", "2/7", "01 04 0001 00 01"),
  ]

  @Test("An OPEN with many faults is answered for the first of them", arguments: faultyOpens)
  func order(rest: String, reason: String, data: String) {
    let notification = answer(to: buffer(marker + rest), configuration())
    #expect(notification.map { "\($0.reason.code)/\($0.reason.subcode)" } == reason)
    #expect(notification?.data == bytes(data))
  }

  @Test(
    "Hold times",
    arguments: [
      (UInt16(0), nil), (1, NotificationReason.unacceptableHoldTime),
      (2, .unacceptableHoldTime), (3, nil), (65535, nil),
    ] as [(UInt16, NotificationReason?)])
  func holdTime(seconds: UInt16, reason: NotificationReason?) {
    #expect(answer(to: .open(holdTime: seconds), configuration())?.reason == reason)
  }

  @Test(
    "The AS of the four-octet capability counts",
    arguments: [
      (.number(64513), 64513, 64513, true),
      (.number(64513), 64513, nil, true),
      (.number(64514), 64513, 64513, false),
      (.number(4_200_000_000), 23456, 4_200_000_000, true),
      (.number(4_200_000_000), 23456, nil, false),
      (.number(64513), 23456, 64513, true),
      (.number(64513), 0, 64513, false),
      (.number(64513), 64513, 0, false),
      (.internal, 64512, 64512, true),
      (.internal, 64513, 64513, false),
      (.external, 64513, 64513, true),
      (.external, 64512, 64512, false),
      (.external, 0, 0, false),
    ] as [(PeerConfiguration.RemoteAS, UInt16, UInt32?, Bool)])
  func autonomousSystem(
    remoteAS: PeerConfiguration.RemoteAS, field: UInt16, capability: UInt32?, isGood: Bool
  ) {
    let open = ByteBuffer.open(
      asField: field, capabilities: capability.map { [.fourOctetAS($0)] } ?? [])
    #expect(
      answer(to: open, configuration(remoteAS))?.reason == (isGood ? nil : .badPeerAS))
  }

  @Test(
    "Identifiers",
    arguments: [
      (IPv4Address(0, 0, 0, 0), .external, 64513, false),
      (IPv4Address(192, 0, 2, 1), .external, 64513, true),
      (IPv4Address(192, 0, 2, 1), .internal, 64512, false),
      (IPv4Address(192, 0, 2, 2), .internal, 64512, true),
      (IPv4Address(224, 0, 0, 1), .external, 64513, true),
    ] as [(IPv4Address, PeerConfiguration.RemoteAS, UInt16, Bool)])
  func identifier(
    routerID: IPv4Address, remoteAS: PeerConfiguration.RemoteAS, asField: UInt16, isGood: Bool
  ) {
    let open = ByteBuffer.open(asField: asField, routerID: routerID, capabilities: [])
    #expect(
      answer(to: open, configuration(remoteAS))?.reason == (isGood ? nil : .badIdentifier))
  }

  static let offers: [([AddressFamily], [Capability], [AddressFamily]?)] = [
    ([.ipv4], [], [.ipv4]),
    ([.ipv6, .ipv4], [], [.ipv4]),
    ([.ipv6], [], nil),
    ([.ipv4], [.multiprotocol(RouteFamily(unicast: .ipv6))], nil),
    ([.ipv4, .ipv6], [.multiprotocol(RouteFamily(unicast: .ipv6))], [.ipv6]),
    (
      [.ipv6, .ipv4],
      [
        .multiprotocol(RouteFamily(unicast: .ipv4)), .multiprotocol(RouteFamily(unicast: .ipv6)),
        .multiprotocol(RouteFamily(unicast: .ipv4)),
      ], [.ipv6, .ipv4]
    ),
    ([.ipv4], [.multiprotocol(RouteFamily(addressFamily: 1, subsequentAddressFamily: 2))], nil),
  ]

  @Test("The families of both sides, in our order", arguments: offers)
  func families(
    ours: [AddressFamily], theirs: [Capability], agreed: [AddressFamily]?
  ) {
    var driver = PeerDriver(configuration(families: ours))
    driver.reach(.openSent)
    driver.receive(.open(capabilities: theirs))
    #expect(driver.peer.negotiated?.families == agreed)
    #expect(
      driver.lastNotification?.reason == (agreed == nil ? .unsupportedCapability : nil))
  }

  @Test("What was agreed on is there to see") func negotiated() {
    var driver = PeerDriver()
    driver.reach(.openSent)
    driver.receive(.open(holdTime: 30, capabilities: [.unknown(code: 200, value: [0, 0])]))
    let negotiated = driver.peer.negotiated
    #expect(negotiated?.remoteAS == 64513)
    #expect(negotiated?.remoteRouterID == IPv4Address(192, 0, 2, 2))
    #expect(negotiated?.holdTime == 30)
    #expect(negotiated?.isInternal == false)
    #expect(negotiated?.fourOctetAS == false)
    #expect(negotiated?.routeRefresh == false)
    #expect(negotiated?.remoteCapabilities == [.unknown(code: 200, value: [0, 0])])
  }
}
