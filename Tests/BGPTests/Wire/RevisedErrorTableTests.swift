import NIOCore
import Testing

@testable import BGP

private let origin = "40 01 01 00"
private let asPath = "40 02 06 02 01 0000fc01"
private let nextHop = "40 03 04 c0000202"
private let good = origin + asPath + nextHop
private let address = "20010db8000000000000000000000002"

/// RFC 7606 §3 and §7: what an UPDATE with a fault leads to where the session survives it, row by row.
@Suite("Table of revised UPDATE errors") struct RevisedErrorTableTests {
  /// Whose UPDATE it is, which changes what some rows mean.
  enum Sender: Sendable {
    case external
    case `internal`
    /// External, and without four-octet AS numbers.
    case twoOctet
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sender: Sender
    let attributes: String

    init(_ name: String, _ attributes: String, from sender: Sender = .external) {
      testDescription = name
      self.sender = sender
      self.attributes = attributes
    }
  }

  /// Every attribute that we know, well formed, with the other value of its bits Optional and
  /// Transitive.
  private static let flags: [Row] =
    [
      ("ORIGIN", "01 01 00", [0x80, 0xC0, 0x00], asPath + nextHop),
      ("AS_PATH", "02 06 02 01 0000fc01", [0x80, 0xC0, 0x00], origin + nextHop),
      ("NEXT_HOP", "03 04 c0000202", [0x80, 0xC0, 0x00], origin + asPath),
      ("MULTI_EXIT_DISC", "04 04 00000001", [0x40, 0xC0, 0x00], good),
      ("ATOMIC_AGGREGATE", "06 00", [0x80, 0xC0, 0x00], good),
      ("AGGREGATOR", "07 08 0000fc01c0000202", [0x40, 0x80, 0x00], good),
      ("COMMUNITIES", "08 04 fc000064", [0x40, 0x80, 0x00], good),
      ("MP_REACH_NLRI", "0e 15 0002 01 10 \(address) 00", [0x40, 0xC0, 0x00], good),
      ("MP_UNREACH_NLRI", "0f 03 0002 01", [0x40, 0xC0, 0x00], good),
      ("EXTENDED COMMUNITIES", "10 08 4004fc0000000000", [0x40, 0x80, 0x00], good),
      ("LARGE_COMMUNITY", "20 0c 0000fc00 00000001 00000002", [0x40, 0x80, 0x00], good),
      ("OTC", "23 04 0000fc01", [0x40, 0x80, 0x00], good),
    ].flatMap { name, attribute, wrong, others in
      wrong.map {
        Row("flags \(hex([UInt8($0)])) of \(name)", hex([UInt8($0)]) + attribute + others)
      }
    } + [
      Row("flags 80 of LOCAL_PREF", good + "80 05 04 00000064", from: .internal),
      Row("flags 40 of ORIGINATOR_ID", good + "40 09 04 00000001", from: .internal),
      Row("flags 40 of CLUSTER_LIST", good + "40 0a 04 00000001", from: .internal),
    ]

  private static let values: [Row] = [
    Row("ORIGIN of 0 octets", "40 01 00" + asPath + nextHop),
    Row("ORIGIN of 2 octets", "40 01 02 0000" + asPath + nextHop),
    Row("ORIGIN of 3", "40 01 01 03" + asPath + nextHop),
    Row("ORIGIN of 255", "40 01 01 ff" + asPath + nextHop),
    Row("AS_PATH with a segment of type 0", origin + "40 02 06 00 01 0000fc01" + nextHop),
    Row("AS_PATH with a segment of type 5", origin + "40 02 06 05 01 0000fc01" + nextHop),
    Row("AS_PATH with an empty segment", origin + "40 02 02 02 00" + nextHop),
    Row("AS_PATH with a segment beyond it", origin + "40 02 06 02 02 0000fc01" + nextHop),
    Row("AS_PATH with half a segment header", origin + "40 02 07 02 01 0000fc01 02" + nextHop),
    Row("AS_PATH with AS 0", origin + "40 02 0a 02 02 0000fc01 00000000" + nextHop),
    Row("AS_PATH with a confederation's sequence", origin + "40 02 06 03 01 0000fc01" + nextHop),
    Row("AS_PATH with a confederation's set", origin + "40 02 06 04 01 0000fc01" + nextHop),
    Row("AS_PATH of four-octet numbers", good, from: .twoOctet),
    Row("NEXT_HOP of 0 octets", origin + asPath + "40 03 00"),
    Row("NEXT_HOP of 5 octets", origin + asPath + "40 03 05 c000020200"),
    Row("NEXT_HOP of 16 octets", origin + asPath + "40 03 10 \(address)"),
    Row("MULTI_EXIT_DISC of 0 octets", good + "80 04 00"),
    Row("MULTI_EXIT_DISC of 5 octets", good + "80 04 05 0000000000"),
    Row("COMMUNITIES of 0 octets", good + "c0 08 00"),
    Row("COMMUNITIES of 6 octets", good + "c0 08 06 fc0000640000"),
    Row("EXTENDED COMMUNITIES of 0 octets", good + "c0 10 00"),
    Row("EXTENDED COMMUNITIES of 12 octets", good + "c0 10 0c 4004fc000000000000000000"),
    Row("LARGE_COMMUNITY of 0 octets", good + "c0 20 00"),
    Row("LARGE_COMMUNITY of 13 octets", good + "c0 20 0d 00000000000000000000000000"),
    Row("OTC of 0 octets", good + "c0 23 00"),
    Row("OTC of 5 octets", good + "c0 23 05 0000000000"),
    Row("LOCAL_PREF of 0 octets within the AS", good + "40 05 00", from: .internal),
    Row("LOCAL_PREF of 5 octets within the AS", good + "40 05 05 0000000000", from: .internal),
    Row("ORIGINATOR_ID of 5 octets within the AS", good + "80 09 05 0000000000", from: .internal),
    Row("CLUSTER_LIST of 0 octets within the AS", good + "80 0a 00", from: .internal),
    Row("CLUSTER_LIST of 6 octets within the AS", good + "80 0a 06 000000000000", from: .internal),
  ]

  private static let structure: [Row] = [
    Row("no ORIGIN", asPath + nextHop), Row("no AS_PATH", origin + nextHop),
    Row("no NEXT_HOP", origin + asPath), Row("no attribute", ""),
    Row("an attribute beyond the block", good + "c0 08 05 fc000064"),
    Row("an attribute with a long length beyond the block", good + "d0 08 0005 fc000064"),
    Row("an attribute without length", good + "c0 08"),
    Row("an attribute with half a long length", good + "d0 08 00"),
    Row("one octet left over", good + "c0"),
    Row("an overrun that hides NEXT_HOP", origin + asPath + "40 03 ff c0000202"),
    Row("a duplicate and a bad ORIGIN", "40 01 01 07 40 01 01 00" + asPath + nextHop),
    Row("an attribute to discard and a bad COMMUNITIES", good + "40 06 01 00 c0 08 03 000000"),
  ]

  @Test("Treat as withdraw", arguments: flags + values + structure)
  func withdraw(row: Row) {
    let driver = driver(receiving: row)
    #expect(driver.peer.state == .established)
    #expect(driver.sent.isEmpty)
    #expect(driver.peer.statistics.treatedAsWithdraw == 1)
    // NLRI is found by the length of the attributes, wherever the walk through them ended.
    #expect(driver.peer.statistics.routesReceived == 1)
  }

  @Test(
    "The same without classic NLRI: NEXT_HOP need not be there",
    arguments: [
      (origin + asPath, UInt64(0)), (origin, 1), (asPath, 1),
      (origin + asPath + "40 03 03 000000", 1),
    ] as [(String, UInt64)])
  func multiprotocol(attributes: String, count: UInt64) {
    let reach = "80 0e 1a 0002 01 10 \(address) 00 20 20010db8"
    var driver = PeerDriver()
    driver.reach(.established)
    driver.receive(updateMessage(attributes: reach + attributes))
    #expect(driver.peer.state == .established)
    #expect(driver.peer.statistics.treatedAsWithdraw == count)
    #expect(driver.peer.statistics.routesReceived == 1)
  }

  static let discarded: [Row] = [
    Row("LOCAL_PREF from another AS", good + "40 05 04 00000064"),
    Row("LOCAL_PREF of 3 octets from another AS", good + "40 05 03 000000"),
    Row("ORIGINATOR_ID from another AS", good + "80 09 04 00000001"),
    Row("ORIGINATOR_ID of 3 octets from another AS", good + "80 09 03 000000"),
    Row("CLUSTER_LIST from another AS", good + "80 0a 04 00000001"),
    Row("CLUSTER_LIST of 0 octets from another AS", good + "80 0a 00"),
    Row("ATOMIC_AGGREGATE of 1 octet", good + "40 06 01 00"),
    Row("AGGREGATOR of 6 octets", good + "c0 07 06 fc01c0000202"),
    Row("AGGREGATOR of 0 octets", good + "c0 07 00"),
    Row("AS4_PATH from a four-octet speaker", good + "c0 11 06 02 01 0000fc01"),
    Row("AS4_AGGREGATOR from a four-octet speaker", good + "c0 12 08 0000fc01c0000202"),
    Row("ORIGIN twice", good + origin), Row("AS_PATH twice", good + asPath),
    Row("NEXT_HOP twice", good + "40 03 04 c0000203"),
    Row("a bad ORIGIN after a good one", good + "40 01 01 09"),
    Row("an unknown attribute twice", good + "c0 63 01 00 c0 63 01 01"),
    Row("AGGREGATOR of 8 octets", twoOctet + "c0 07 08 0000fc01c0000202", from: .twoOctet),
    Row("AS4_PATH cut off", twoOctet + "c0 11 05 02 01 0000fc", from: .twoOctet),
    Row("AS4_AGGREGATOR of 7 octets", twoOctet + "c0 12 07 00000000000000", from: .twoOctet),
  ]

  private static let twoOctet = origin + "40 02 04 02 01 fc01" + nextHop

  @Test("Discard the attribute", arguments: discarded)
  func discard(row: Row) {
    let driver = driver(receiving: row)
    #expect(driver.peer.state == .established)
    #expect(driver.sent.isEmpty)
    #expect(driver.peer.statistics.attributesDiscarded == 1)
    #expect(driver.peer.statistics.treatedAsWithdraw == 0)
    #expect(driver.peer.statistics.routesReceived == 1)
  }

  static let ignored: [Row] =
    (1...15).map { low in
      Row("low flag bits \(low)", "4" + String(low, radix: 16) + "01 01 00" + asPath + nextHop)
    } + [
      Row("the bit Partial", good + "e0 08 04 fc000064"),
      Row("an unknown optional attribute", good + "80 63 03 010203"),
      Row("an unknown transitive attribute", good + "c0 80 00"),
      Row("an unknown attribute with a long length", good + "d0 63 0001 00"),
      Row("attribute 28, of any content", good + "c0 1c 03 ffffff"),
      Row("attribute 29, of any content", good + "80 1d 01 00"),
      Row("a reserved octet of MP_REACH_NLRI", good + "80 0e 15 0002 01 10 \(address) 07"),
      Row("routes of a family that we do not know", good + "80 0e 06 0019 46 00 00 ff"),
      Row("LOCAL_PREF within the AS", good + "40 05 04 00000064", from: .internal),
      Row("AGGREGATOR of 6 octets", twoOctet + "c0 07 06 fc01c0000202", from: .twoOctet),
      Row("AS4_PATH", twoOctet + "c0 11 06 02 01 00010000", from: .twoOctet),
    ]

  @Test("Ignore", arguments: ignored)
  func ignore(row: Row) {
    let driver = driver(receiving: row)
    #expect(driver.peer.state == .established)
    #expect(driver.sent.isEmpty)
    #expect(driver.peer.statistics.attributesDiscarded == 0)
    #expect(driver.peer.statistics.treatedAsWithdraw == 0)
    #expect(driver.peer.statistics.routesReceived == 1)
    #expect(driver.reports.isEmpty)
  }

  @Test("Host bits in a prefix are no fault", arguments: ["18 cb0071 17 cb0071", "09 cbff 08 cb"])
  func hostBits(nlri: String) {
    var driver = PeerDriver()
    driver.reach(.established)
    driver.receive(updateMessage(attributes: good, nlri: nlri))
    #expect(driver.peer.statistics.routesReceived == 2)
    #expect(driver.reports.isEmpty)
  }

  @Test(
    "What ends the session is stronger than what it survives",
    arguments: [
      ("40 01 01 09 40 63 01 00", "3/2"), ("c0 0e 04 0002 01 00", "3/9"),
      ("40 06 01 00 80 0f 02 0002", "3/9"),
      ("80 0f 03 0002 01 40 02 00 40 02 00 c0 0f 03 0002 01", "3/1"),
    ])
  func strongest(attributes: String, answer: String) throws {
    var driver = PeerDriver()
    driver.reach(.established)
    driver.receive(updateMessage(attributes: attributes))
    let reason = try #require(driver.lastNotification?.reason)
    #expect("\(reason.code)/\(reason.subcode)" == answer)
  }

  /// A peer that has got the attributes of a row with one prefix.
  private func driver(receiving row: Row) -> PeerDriver {
    var configuration = PeerConfiguration.example
    var open = ByteBuffer.exampleOpen
    switch row.sender {
    case .external: break
    case .internal:
      configuration.remoteAS = .internal
      open = .open(asField: 64512, capabilities: [.fourOctetAS(64512)])
    case .twoOctet:
      open = .open(capabilities: [])
    }
    var driver = PeerDriver(configuration)
    driver.reach(.established, open: open)
    driver.receive(updateMessage(attributes: row.attributes, nlri: "18 cb0071"))
    return driver
  }
}
