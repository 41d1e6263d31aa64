import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("OPEN") struct OpenMessageTests {
  @Test("Our OPEN, octet by octet") func encoding() {
    var configuration = PeerConfiguration(
      localAS: 64512, remoteAS: .external, routerID: IPv4Address(192, 0, 2, 1))
    configuration.families = [.ipv4, .ipv6]
    var encoded = ByteBuffer()
    OpenMessage(configuration).write(into: &encoded)
    #expect(
      Array(encoded.readableBytesView)
        == bytes(
          marker + """
            0035 01  04 fc00 005a c0000201 18
            02 16  01 04 0001 00 01  01 04 0002 00 01  02 00  41 04 0000fc00  46 00
            """))
  }

  @Test("An AS that does not fit in two octets is AS_TRANS in the old field") func asTrans() {
    let open = OpenMessage(
      PeerConfiguration(
        localAS: 4_200_000_000, remoteAS: .external, routerID: IPv4Address(192, 0, 2, 1)))
    #expect(open.asField == 23456)
    #expect(open.autonomousSystem == 4_200_000_000)
  }

  @Test(
    "The neighbour's OPEN, unknown capabilities kept",
    arguments: [
      // One parameter for all, as we do.
      "04 fc01 00b4 c0000202 0c  02 0a  01 04 0001 00 01  80 00  46 00",
      // One parameter for each, as older speakers do.
      "04 fc01 00b4 c0000202 10  02 06 01 04 0001 00 01  02 02 80 00  02 02 46 00",
      // RFC 9072, known by its type octet.
      "04 fc01 00b4 c0000202 ff  ff 000d  02 000a  01 04 0001 00 01  80 00  46 00",
      // RFC 9072 with a true length in the old field.
      "04 fc01 00b4 c0000202 10  ff 000d  02 000a  01 04 0001 00 01  80 00  46 00",
    ])
  func decoding(body: String) throws {
    let open = try OpenMessage(body: buffer(body))
    #expect(
      open
        == OpenMessage(
          asField: 64513, holdTime: 180, routerID: IPv4Address(192, 0, 2, 2),
          capabilities: [
            .multiprotocol(RouteFamily(unicast: .ipv4)), .unknown(code: 128, value: []),
            .enhancedRouteRefresh,
          ]))
  }

  @Test("Without parameters") func bare() throws {
    let open = try OpenMessage(body: buffer("04 fc01 0000 c0000202 00"))
    #expect(open.capabilities.isEmpty)
    #expect(open.autonomousSystem == 64513)
  }

  static let malformedBodies: [(String, UInt8, String)] = [
    ("03 fc01 00b4 c0000202 00", 1, "0004"),
    ("05 fc01 00b4 c0000202 00", 1, "0004"),
    ("04 fc01 00b4 c0000202 01", 0, ""),
    ("04 fc01 00b4 c0000202 00 00", 0, ""),
    ("04 fc01 00b4 c0000202 03 02 02 01", 0, ""),
    ("04 fc01 00b4 c0000202 03 02 01 41", 0, ""),
    ("04 fc01 00b4 c0000202 04 02 02 41 04", 0, ""),
    ("04 fc01 00b4 c0000202 07 02 05 41 03 000000", 0, ""),
    ("04 fc01 00b4 c0000202 06 02 04 01 02 0001", 0, ""),
    ("04 fc01 00b4 c0000202 03 01 01 00", 4, ""),
    ("04 fc01 00b4 c0000202 ff ff 00", 0, ""),
    ("04 fc01 00b4 c0000202 ff ff 0004 02 0002 41", 0, ""),
  ]

  @Test("A malformed OPEN gives the NOTIFICATION of RFC 4271 §6.2", arguments: malformedBodies)
  func malformed(body: String, subcode: UInt8, data: String) {
    let error = #expect(throws: MessageError.self) { try OpenMessage(body: buffer(body)) }
    #expect(error?.notification.reason == NotificationReason(code: 2, subcode: subcode))
    #expect(error?.notification.data == bytes(data))
  }

  static let capabilityLists: [[Capability]] = [
    [
      .fourOctetAS(.max), .unknown(code: 69, value: [1, 2, 3]), .routeRefresh,
      .multiprotocol(RouteFamily(addressFamily: 25, subsequentAddressFamily: 70)),
    ],
    // 253 octets, 254, and as many as a message holds.
    [.unknown(code: 200, value: Array(repeating: 1, count: 251))],
    [
      .unknown(code: 200, value: Array(repeating: 1, count: 250)), .routeRefresh,
    ],
    Array(repeating: .unknown(code: 200, value: Array(repeating: 1, count: 252)), count: 15)
      + [.unknown(code: 201, value: Array(repeating: 2, count: 249))],
  ]

  @Test("Encode, then decode", arguments: capabilityLists)
  func roundTrip(capabilities: [Capability]) throws {
    let open = OpenMessage(
      asField: 1, holdTime: 3, routerID: IPv4Address(198, 51, 100, 1), capabilities: capabilities)
    var encoded = ByteBuffer()
    open.write(into: &encoded)
    var framer = MessageFramer()
    framer.append(encoded)
    let frame = try #require(try framer.next())
    #expect(frame.type == .open)
    #expect(try OpenMessage(body: frame.body) == open)
  }

  @Test(
    "The form of RFC 9072 is taken when the short one has no room",
    arguments: [(251, "ff 02 fd c8fb"), (252, "ff ff 0101 02 00fe c8fc")])
  func longForm(valueLength: Int, head: String) {
    var encoded = ByteBuffer()
    OpenMessage(
      asField: 1, holdTime: 3, routerID: ourAddress,
      capabilities: [.unknown(code: 200, value: Array(repeating: 1, count: valueLength))]
    ).write(into: &encoded)
    #expect(encoded.getBytes(at: 28, length: bytes(head).count) == bytes(head))
  }

  @Test("Capabilities that exceed the longest OPEN are left out") func tooLong() throws {
    let one = Capability.unknown(code: 200, value: Array(repeating: 1, count: 252))
    var encoded = ByteBuffer()
    OpenMessage(
      asField: 1, holdTime: 3, routerID: ourAddress, capabilities: Array(repeating: one, count: 20)
    ).write(into: &encoded)
    #expect(encoded.readableBytes <= 4096)
    let body = try #require(encoded.getSlice(at: 19, length: encoded.readableBytes - 19))
    #expect(try OpenMessage(body: body).capabilities == Array(repeating: one, count: 15))
  }
}
