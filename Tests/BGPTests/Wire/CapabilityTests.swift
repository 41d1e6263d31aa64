import Addresses
import NIOCore
import Testing

@testable import BGP

private let ipv4 = RouteFamily(unicast: .ipv4)
private let ipv6 = RouteFamily(unicast: .ipv6)

@Suite("Capabilities") struct CapabilityTests {
  static let encodings: [(Capability, String, String)] = [
    (.multiprotocol(ipv6), "01 04 0002 00 01", "IPv6 unicast"),
    (.routeRefresh, "02 00", "route refresh"),
    (
      .extendedNextHop([ExtendedNextHop(ipv4, nextHopFamily: 2)]), "05 06 0001 0001 0002",
      "extended next hop (IPv4 unicast over AFI 2)"
    ),
    (.extendedMessage, "06 00", "extended messages"),
    (.role(.customer), "09 01 03", "role customer"),
    (
      .gracefulRestart(
        GracefulRestartCapability(
          isRestarting: true, notification: true, restartTime: 30,
          families: [
            .init(ipv4, forwardingPreserved: true), .init(ipv6, forwardingPreserved: false),
          ])), "40 0a c01e 0001 01 80 0002 01 00", "graceful restart 30 s, notification"
    ),
    (
      .gracefulRestart(
        GracefulRestartCapability(
          isRestarting: false, notification: false, restartTime: 9999, families: [])),
      "40 02 0fff", "graceful restart 4095 s"
    ),
    (.fourOctetAS(4_200_000_000), "41 04 fa56ea00", "4-octet AS 4200000000"),
    (.enhancedRouteRefresh, "46 00", "enhanced route refresh"),
    (
      .longLivedGracefulRestart([
        LongLivedStaleTime(ipv4, forwardingPreserved: true, seconds: 3600),
        LongLivedStaleTime(ipv6, forwardingPreserved: false, seconds: .max),
      ]), "47 0e 0001 01 80 000e10 0002 01 00 ffffff", "long-lived graceful restart 16777215 s"
    ),
    (.hostname("node-1", domain: ""), "49 08 06 6e6f64652d31 00", "hostname node-1"),
    (.hostname("a", domain: "b\u{7}"), "49 05 01 61 02 6207", "hostname a.b\\u{7}"),
    (.unknown(code: 128, value: [1]), "80 01 01", "capability 128"),
  ]

  @Test("Octet by octet both ways, and as text", arguments: encodings)
  func coding(capability: Capability, encoded: String, description: String) throws {
    var written = ByteBuffer()
    capability.write(into: &written)
    #expect(hex(written) == hex(buffer(encoded)))
    #expect(try Capability.read(from: &written) == capability)
    #expect(written.readableBytes == 0)
    #expect(capability.description == description)
    #expect(capability.code == bytes(encoded)[0])
  }

  @Test(
    "A length that the RFC does not give is 2/0",
    arguments: [
      "01 03 000100", "02 01 00", "05 05 0001000100", "06 01 00", "09 00", "09 02 0000",
      "40 00", "40 01 00", "40 04 001e0001", "41 02 fc00", "46 01 00", "47 06 000101000000",
      "40 02 00", "80",
    ])
  func badLength(encoded: String) {
    var input = buffer(encoded)
    let error = #expect(throws: MessageError.self) { try Capability.read(from: &input) }
    #expect(error?.notification == NotificationMessage(.openUnspecific))
  }

  @Test(
    "What has a good length but no meaning for us is kept as it came",
    arguments: ["09 01 05", "49 00", "49 02 05 61", "49 03 01 ff 00", "49 03 00 00 00"])
  func withoutMeaning(encoded: String) throws {
    var input = buffer(encoded)
    let octets = bytes(encoded)
    #expect(
      try Capability.read(from: &input)
        == .unknown(code: octets[0], value: Array(octets.dropFirst(2))))
  }

  @Test("Host names are cut at 64 octets, between characters") func longHostname() throws {
    var encoded = ByteBuffer()
    Capability.hostname(String(repeating: "ä", count: 40) + "x", domain: "d").write(into: &encoded)
    #expect(
      try Capability.read(from: &encoded)
        == .hostname(String(repeating: "ä", count: 32), domain: "d"))
  }

  @Test("Lists that exceed a capability are cut between elements") func longLists() throws {
    let lists: [Capability] = [
      .extendedNextHop(
        Array(repeating: ExtendedNextHop(ipv4, nextHopFamily: 2), count: 100)),
      .gracefulRestart(
        GracefulRestartCapability(
          isRestarting: false, notification: false, restartTime: 1,
          families: Array(repeating: .init(ipv4, forwardingPreserved: true), count: 100))),
      .longLivedGracefulRestart(
        Array(
          repeating: LongLivedStaleTime(ipv4, forwardingPreserved: true, seconds: 1), count: 100)),
    ]
    for capability in lists {
      var encoded = ByteBuffer()
      capability.write(into: &encoded)
      #expect(encoded.readableBytes <= 257)
      let decoded = try Capability.read(from: &encoded)
      #expect(decoded.code == capability.code)
      #expect(encoded.readableBytes == 0)
    }
  }
}
