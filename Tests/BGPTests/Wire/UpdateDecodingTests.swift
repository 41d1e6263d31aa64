import Addresses
import NIOCore
import Testing

@testable import BGP

private let origin = "40 01 01 00"
private let asPath = "40 02 06 02 01 0000fc01"
private let nextHop = "40 03 04 c0000202"
private let good = origin + asPath + nextHop
private let route = "18 cb0071"
private let external = UpdateContext(isInternal: false, fourOctetAS: true)
private let `internal` = UpdateContext(isInternal: true, fourOctetAS: true)
private let twoOctet = UpdateContext(isInternal: false, fourOctetAS: false)

@Suite("UPDATE decoding") struct UpdateDecodingTests {
  @Test("A good UPDATE") func goodUpdate() throws {
    let update = try UpdateMessage(
      body: updateBody(
        withdrawn: "20 c6336401 10 c633",
        attributes: """
          \(good) 80 04 04 0000000a c0 08 08 fc000064 ffffff01
          c0 20 0c 0000fc00 00000001 00000002 c0 63 01 00
          """, nlri: "18 cb0071 20 cb007105"), context: external)
    #expect(update.fault == nil)
    #expect(Array(update.withdrawn) == [prefix("198.51.100.1/32"), prefix("198.51.0.0/16")])
    #expect(Array(update.announced) == [prefix("203.0.113.0/24"), prefix("203.0.113.5/32")])
    #expect(update.announcedCount == 2)
    #expect(update.withdrawnCount == 2)
    #expect(update.endOfRIB == nil)
    #expect(
      update.attributes.pathAttributes
        == PathAttributes(
          asPath: ASPath(repeating: 64513, count: 1), nextHop: IPv4Address(192, 0, 2, 2),
          multiExitDiscriminator: 10, communities: [Community(64512, 100), .noExport],
          largeCommunities: [LargeCommunity(64512, 1, 2)]))
  }

  @Test(
    "IPv6 by MP_REACH_NLRI and MP_UNREACH_NLRI",
    arguments: [
      "10 20010db8000000000000000000000002",
      "20 20010db8000000000000000000000002 fe800000000000000000000000000001",
    ])
  func multiprotocol(nextHop: String) throws {
    let value = bytes("0002 01 \(nextHop) 00 20 20010db8 80 20010db8000000000000000000000005")
    let update = try UpdateMessage(
      body: updateBody(
        attributes: "80 0f 08 0002 01 20 20010db8 80 0e" + hex([UInt8(value.count)] + value)
          + origin + asPath), context: external)
    #expect(update.fault == nil)
    #expect(update.reach?.nextHop == IPAddress("2001:db8::2"))
    #expect(
      update.reach.map { Array($0.prefixes) }
        == [prefix("2001:db8::/32"), prefix("2001:db8::5/128")])
    #expect(update.unreach.map { Array($0.prefixes) } == [prefix("2001:db8::/32")])
  }

  @Test("Prefixes of every length, host bits cleared") func prefixLengths() throws {
    let update = try UpdateMessage(
      body: updateBody(withdrawn: "00 01 ff 09 ffff 17 cb0071 1f cb007101"), context: external)
    #expect(
      Array(update.withdrawn)
        == ["0.0.0.0/0", "128.0.0.0/1", "255.128.0.0/9", "203.0.112.0/23", "203.0.113.0/31"]
        .map(prefix))
  }

  static let endsOfRIB: [(String, RouteFamily?)] = [
    ("", RouteFamily(unicast: .ipv4)),
    ("80 0f 03 0002 01", RouteFamily(unicast: .ipv6)),
    ("90 0f 0003 0002 01", RouteFamily(unicast: .ipv6)),
    ("80 0f 03 0001 80", RouteFamily(addressFamily: 1, subsequentAddressFamily: 128)),
    (origin, nil),
    ("80 0f 03 0002 01" + origin, nil),
    ("80 0f 08 0002 01 20 20010db8", nil),
  ]

  @Test("End-of-RIB", arguments: endsOfRIB)
  func endOfRIB(attributes: String, family: RouteFamily?) throws {
    let update = try UpdateMessage(body: updateBody(attributes: attributes), context: external)
    #expect(update.endOfRIB == family)
  }

  static let fatalFaults: [(String, String, String)] = [
    ("0001", "3/1", ""),
    ("0000 0001", "3/1", ""),
    ("ffff 0000", "3/1", ""),
    ("0000 ffff", "3/1", ""),
    ("0001 21 0000", "3/10", ""),
    ("0002 18 cb 0000", "3/10", ""),
    ("0000 0000 21 cb007100 00", "3/10", ""),
    ("0000 0000 18 cb00", "3/10", ""),
    // An unknown attribute that claims to be well known.
    ("0000 0004 40 63 01 aa", "3/2", "40 63 01 aa"),
    ("0000 0005 50 63 0001 aa", "3/2", "50 63 0001 aa"),
    // MP_REACH_NLRI: too short, next hop lengths, prefixes.
    ("0000 0007 80 0e 04 0002 01 00", "3/9", "80 0e 04 0002 01 00"),
    ("0000 0008 80 0e 05 0002 01 01 00", "3/9", "80 0e 05 0002 01 01 00"),
    (
      "0000 000c 80 0e 09 0002 01 04 c0000202 00", "3/9", "80 0e 09 0002 01 04 c0000202 00"
    ),
    (
      "0000 000e 80 0e 0b 0001 01 04 c0000202 00 21 c0", "3/9",
      "80 0e 0b 0001 01 04 c0000202 00 21 c0"
    ),
    // MP_UNREACH_NLRI.
    ("0000 0005 80 0f 02 0002", "3/9", "80 0f 02 0002"),
    ("0000 0007 80 0f 04 0002 01 81", "3/9", "80 0f 04 0002 01 81"),
    ("0000 000c 80 0f 03 0002 01 80 0f 03 0002 01", "3/1", ""),
    (
      "0000 0018 80 0e 09 0001 01 04 c0000202 00 80 0e 09 0001 01 04 c0000202 00", "3/1", ""
    ),
  ]

  @Test("Faults that end the session", arguments: fatalFaults)
  func reset(body: String, reason: String, data: String) {
    let error = #expect(throws: MessageError.self) {
      try UpdateMessage(body: buffer(body), context: external)
    }
    let notification = error?.notification
    #expect(notification.map { "\($0.reason.code)/\($0.reason.subcode)" } == reason)
    #expect(notification?.data == bytes(data))
  }

  static let withdrawFaults: [(String, UpdateContext, UInt8, AttributeFault.Problem)] = [
    ("80 01 01 00" + asPath + nextHop, external, 1, AttributeFault.Problem.flags),
    (good + "40 04 04 00000000", external, 4, .flags),
    (good + "80 08 04 fc000064", external, 8, .flags),
    ("40 01 02 0000" + asPath + nextHop, external, 1, .length),
    ("40 01 00" + asPath + nextHop, external, 1, .length),
    ("40 01 01 03" + asPath + nextHop, external, 1, .value),
    (origin + "40 02 05 02 01 0000fc" + nextHop, external, 2, .value),
    (origin + "40 02 06 05 01 0000fc01" + nextHop, external, 2, .value),
    (origin + "40 02 02 02 00" + nextHop, external, 2, .value),
    (origin + "40 02 06 02 01 00000000" + nextHop, external, 2, .value),
    (origin + "40 02 06 03 01 0000fc01" + nextHop, external, 2, .value),
    (origin + asPath + nextHop, twoOctet, 2, .value),
    (origin + asPath + "40 03 03 c00002", external, 3, .length),
    (good + "80 04 03 000000", external, 4, .length),
    (good + "c0 08 00", external, 8, .length),
    (good + "c0 08 05 fc00006400", external, 8, .length),
    (good + "c0 10 07 00000000000000", external, 16, .length),
    (good + "c0 20 0b 0000000000000000000000", external, 32, .length),
    (good + "c0 23 03 000000", external, 35, .length),
    (good + "40 05 03 000000", `internal`, 5, .length),
    (good + "80 09 03 000000", `internal`, 9, .length),
    (good + "80 0a 00", `internal`, 10, .length),
    (asPath + nextHop, external, 1, .missing),
    (origin + nextHop, external, 2, .missing),
    (origin + asPath, external, 3, .missing),
    ("", external, 1, .missing),
    (good + "c0 08 05 fc000064", external, 8, .overrun),
    (good + "c0 08", external, 8, .overrun),
    (good + "c0", external, 0, .overrun),
    (good + "d0 08 00", external, 8, .overrun),
  ]

  @Test("Faults for which the routes count as withdrawn", arguments: withdrawFaults)
  func treatAsWithdraw(
    attributes: String, context: UpdateContext, attribute: UInt8,
    problem: AttributeFault.Problem
  ) throws {
    let update = try UpdateMessage(
      body: updateBody(attributes: attributes, nlri: route), context: context)
    #expect(
      update.fault
        == AttributeFault(attribute: attribute, problem: problem, handling: .treatAsWithdraw))
    #expect(update.isTreatedAsWithdraw)
    // The prefixes are found by the length of the attributes, whatever is wrong among them.
    #expect(Array(update.announced) == [prefix("203.0.113.0/24")])
  }

  static let discardFaults: [(String, UpdateContext, UInt8, AttributeFault.Problem)] = [
    (good + "40 05 04 00000064", external, 5, AttributeFault.Problem.unexpected),
    (good + "40 05 03 000000", external, 5, .unexpected),
    (good + "80 09 04 00000000", external, 9, .unexpected),
    (good + "80 0a 04 00000000", external, 10, .unexpected),
    (good + "40 06 01 00", external, 6, .length),
    (good + "c0 07 06 fc01c0000202", external, 7, .length),
    (good + "c0 11 06 02 01 0000fc01", external, 17, .unexpected),
    (good + "c0 12 08 0000fc01c0000202", external, 18, .unexpected),
    (good + "40 01 01 02", external, 1, .duplicate),
    (
      origin + "40 02 04 02 01 5ba0" + nextHop + "c0 11 05 02 01 0000fc", twoOctet, 17, .value
    ),
    (origin + "40 02 04 02 01 5ba0" + nextHop + "c0 12 07 00000000000000", twoOctet, 18, .value),
  ]

  @Test("Faults that cost an attribute", arguments: discardFaults)
  func discard(
    attributes: String, context: UpdateContext, attribute: UInt8,
    problem: AttributeFault.Problem
  ) throws {
    let update = try UpdateMessage(
      body: updateBody(attributes: attributes, nlri: route), context: context)
    #expect(
      update.fault
        == AttributeFault(attribute: attribute, problem: problem, handling: .discardAttribute))
    #expect(update.discardedAttributeCount == 1)
    #expect(!update.isTreatedAsWithdraw)
    #expect(update.attributes.pathAttributes?.origin == .igp)
    #expect(update.attributes.pathAttributes?.localPreference == nil)
    #expect(update.attributes.pathAttributes?.as4Path == nil)
  }

  static let harmless: [(String, UpdateContext)] = [
    (good + "c0 63 03 000000", external),
    (good + "8f 63 00", external),
    ("4f 01 01 02" + asPath + nextHop, external),
    (good + "c0 07 08 0000fc01c0000202", external),
    (good + "40 05 04 00000064", `internal`),
    (good + "40 06 00 c0 1c 00 c0 1d 02 ffff c0 80 01 00", external),
  ]

  @Test("No fault at all", arguments: harmless)
  func ignored(attributes: String, context: UpdateContext) throws {
    let update = try UpdateMessage(
      body: updateBody(attributes: attributes, nlri: route), context: context)
    #expect(update.fault == nil)
  }

  @Test("The strongest of several faults wins, the first among equals") func strongest() throws {
    let attributes = "40 01 01 02 40 06 01 00 40 02 02 02 00 40 03 03 c00002 40 01 01 00"
    let update = try UpdateMessage(
      body: updateBody(attributes: attributes, nlri: route), context: external)
    #expect(update.fault?.attribute == 2)
    #expect(update.isTreatedAsWithdraw)
    #expect(update.discardedAttributeCount == 2)
  }

  @Test("Routes of families that we do not know are not looked into") func unknownFamily() throws {
    let update = try UpdateMessage(
      body: updateBody(
        attributes: "80 0e 08 0001 80 01 aa 00 ffff" + origin + asPath), context: external)
    #expect(update.fault == nil)
    #expect(update.announcedCount == 0)
  }

  @Test("AS paths as text and as numbers") func asPaths() throws {
    let value = buffer("02 02 0000fc01 00010000 01 02 00000001 00000002")
    let path = try #require(ASPath(decoding: value, fourOctetAS: true))
    #expect(path.description == "64513 65536 {1 2}")
    let long = ASPath(repeating: 64512, count: 300)
    #expect(long.segments.map(\.numbers.count) == [255, 45])
  }
}
