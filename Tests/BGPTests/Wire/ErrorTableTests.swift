import Addresses
import NIOCore
import Testing

@testable import BGP

private let origin = "40 01 01 00"
private let asPath = "40 02 06 02 01 0000fc01"
private let nextHop = "40 03 04 c0000202"
private let good = origin + asPath + nextHop
private let reach = "80 0e 16 0002 01 10 20010db8000000000000000000000002 00 00"

/// What a faulty message leads to, row by row, each by its name in the RFCs. They go the whole way:
/// bytes in, NOTIFICATION and counters out.
@Suite("Table of errors") struct ErrorTableTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let state: SessionState
    let input: ByteBuffer
    let answer: String
    let data: [UInt8]

    init(
      _ name: String, _ input: ByteBuffer, _ answer: String, _ data: String = "",
      in state: SessionState = .established
    ) {
      testDescription = name
      self.state = state
      self.input = input
      self.answer = answer
      self.data = bytes(data)
    }
  }

  private static let openStart = "04 fc01 005a c0000202"

  static let headers: [Row] =
    (0..<16).map { index in
      var octets = bytes(marker + "0013 04")
      octets[index] = 0x7F
      return Row("marker not all ones, octet \(index)", ByteBuffer(bytes: octets), "1/1")
    }
    + [
      ("a length of 0", "0000 04"), ("a length of 18", "0012 04"),
      ("an OPEN of 28 octets", "001c 01"), ("an UPDATE of 22 octets", "0016 02"),
      ("a NOTIFICATION of 20 octets", "0014 03"), ("a KEEPALIVE of 20 octets", "0014 04"),
      ("a ROUTE-REFRESH of 22 octets", "0016 05"), ("an OPEN of 4097 octets", "1001 01"),
      ("an UPDATE of 4097 octets", "1001 02"), ("a NOTIFICATION of 4097 octets", "1001 03"),
      ("a ROUTE-REFRESH of 4097 octets", "1001 05"), ("a message of 65535 octets", "ffff 02"),
    ].map { name, header in
      Row(name, buffer(marker + header), "1/2", String(header.prefix(4)))
    }
    + [UInt8(0), 6, 128, 255].map { type in
      Row("a message of type \(type)", message(type), "1/3", hex([type]))
    }

  static let opens: [Row] = [
    ("version 3", message(1, "03 fc01 005a c0000202 00"), "2/1", "0004"),
    ("version 0", message(1, "00 fc01 005a c0000202 00"), "2/1", "0004"),
    ("another AS", .open(asField: 64514, capabilities: []), "2/2", ""),
    ("another AS in the capability", .open(capabilities: [.fourOctetAS(64514)]), "2/2", ""),
    ("AS 0 in the field", .open(asField: 0), "2/2", ""),
    ("AS 0 in the capability", .open(capabilities: [.fourOctetAS(0)]), "2/2", ""),
    ("identifier 0", .open(routerID: IPv4Address(rawValue: 0)), "2/3", ""),
    ("the authentication parameter", message(1, openStart + "03 01 01 00"), "2/4", ""),
    ("parameter 255 in the middle", message(1, openStart + "06 02 00 ff 02 0000"), "2/4", ""),
    ("a hold time of 1 s", .open(holdTime: 1), "2/6", ""),
    ("a hold time of 2 s", .open(holdTime: 2), "2/6", ""),
    (
      "no family that we have",
      .open(capabilities: [
        .multiprotocol(RouteFamily(addressFamily: 1, subsequentAddressFamily: 128))
      ]), "2/7", "01 04 0001 00 01 01 04 0002 00 01"
    ),
    ("parameters shorter than said", message(1, openStart + "04 02 00"), "2/0", ""),
    ("parameters longer than said", message(1, openStart + "02 02 00 02 00"), "2/0", ""),
    ("a parameter beyond the end", message(1, openStart + "03 02 02 02"), "2/0", ""),
    ("a capability beyond its parameter", message(1, openStart + "04 02 02 02 01"), "2/0", ""),
    ("half a capability", message(1, openStart + "03 02 01 02"), "2/0", ""),
    ("a four-octet AS of 3 octets", message(1, openStart + "07 02 05 41 03 00fc01"), "2/0", ""),
    ("a four-octet AS of 5 octets", message(1, openStart + "09 02 07 41 05 0000fc0100"), "2/0", ""),
    ("a family of 3 octets", message(1, openStart + "07 02 05 01 03 000100"), "2/0", ""),
    ("long parameters cut off", message(1, openStart + "ff ff 00"), "2/0", ""),
    ("a long parameter beyond the end", message(1, openStart + "ff ff 0003 02 0001"), "2/0", ""),
  ].map { Row($0.0, $0.1, $0.2, $0.3, in: .openSent) }

  static let updates: [Row] =
    [
      ("withdrawn routes beyond the message", message(2, "0001 0000"), "3/1", ""),
      ("withdrawn routes with no room for the rest", message(2, "0003 00 0000"), "3/1", ""),
      ("attributes beyond the message", message(2, "0000 0001"), "3/1", ""),
      ("two MP_REACH_NLRI", updateMessage(attributes: reach + reach), "3/1", ""),
      (
        "two MP_UNREACH_NLRI",
        updateMessage(
          attributes: "80 0f 03 0002 01 80 0f 03 0001 01"), "3/1", ""
      ),
      ("a withdrawn prefix of 33 bits", updateMessage(withdrawn: "21 c000020000"), "3/10", ""),
      ("a withdrawn prefix cut off", updateMessage(withdrawn: "18 c000"), "3/10", ""),
      ("a prefix of 33 bits", updateMessage(attributes: good, nlri: "21 c000020000"), "3/10", ""),
      ("a prefix of 255 bits", updateMessage(attributes: good, nlri: "ff c000020000"), "3/10", ""),
      (
        "a prefix cut off", updateMessage(attributes: good, nlri: "18 cb0071 20 cb0071"), "3/10", ""
      ),
      (
        "an unknown well-known attribute", updateMessage(attributes: good + "40 0c 01 07"), "3/2",
        "40 0c 01 07"
      ),
      (
        "an unknown well-known attribute with a long length",
        updateMessage(attributes: "50 fe 0002 aabb"), "3/2", "50 fe 0002 aabb"
      ),
    ].map { Row($0.0, $0.1, $0.2, $0.3) } + multiprotocol

  /// MP_REACH_NLRI and MP_UNREACH_NLRI that cannot be read; they are the data.
  private static let multiprotocol: [Row] = [
    ("MP_REACH_NLRI of 0 octets", "80 0e 00"),
    ("MP_REACH_NLRI of 4 octets", "80 0e 04 0002 01 00"),
    ("MP_REACH_NLRI whose next hop is beyond it", "80 0e 05 0002 01 10 00"),
    ("MP_REACH_NLRI without the reserved octet", "80 0e 08 0001 01 04 c0000202"),
    ("an IPv6 next hop of 4 octets", "80 0e 09 0002 01 04 c0000202 00"),
    ("an IPv6 next hop of no octets", "80 0e 05 0002 01 00 00"),
    ("an IPv6 next hop of 17 octets", "80 0e 16 0002 01 11 \(hexZeros(17)) 00"),
    ("an IPv6 next hop of 24 octets", "80 0e 1d 0002 01 18 \(hexZeros(24)) 00"),
    ("an IPv4 next hop of 12 octets", "80 0e 11 0001 01 0c \(hexZeros(12)) 00"),
    ("an IPv6 prefix of 129 bits", "80 0e 26 0002 01 10 \(hexZeros(16)) 00 81 \(hexZeros(16))"),
    ("an IPv6 prefix cut off", "80 0e 17 0002 01 10 \(hexZeros(16)) 00 20 20"),
    ("an IPv4 prefix of 33 bits in it", "80 0e 0f 0001 01 04 c0000202 00 21 c000020000"),
    ("MP_UNREACH_NLRI of 0 octets", "80 0f 00"),
    ("MP_UNREACH_NLRI of 2 octets", "80 0f 02 0002"),
    ("a withdrawn IPv6 prefix of 129 bits", "80 0f 15 0002 01 81 \(hexZeros(17))"),
    ("a withdrawn IPv6 prefix cut off", "80 0f 05 0002 01 20 20"),
  ].map { Row($0.0, updateMessage(attributes: $0.1), "3/9", $0.1) }

  static let others: [Row] =
    [
      ("BoRR of 24 octets", "0001 01 01 00"), ("EoRR of 25 octets", "0002 02 01 0000"),
      ("BoRR of a family that we do not have, of 24 octets", "0019 01 46 00"),
    ].map { name, body in
      Row(name, message(5, body), "7/1", hex(Array(message(5, body).readableBytesView)))
    } + [
      Row("KEEPALIVE in OpenSent", message(4), "5/1", "04", in: .openSent),
      Row("UPDATE in OpenSent", updateMessage(), "5/1", "02", in: .openSent),
      Row("ROUTE-REFRESH in OpenSent", message(5, "0001 00 01"), "5/1", "05", in: .openSent),
      Row("OPEN in OpenConfirm", .exampleOpen, "5/2", "01", in: .openConfirm),
      Row("UPDATE in OpenConfirm", updateMessage(), "5/2", "02", in: .openConfirm),
      Row("ROUTE-REFRESH in OpenConfirm", message(5, "0001 00 01"), "5/2", "05", in: .openConfirm),
      Row("OPEN in Established", .exampleOpen, "5/3", "01"),
      Row("a broken OPEN in Established", message(1, "03 fc01 005a c0000202 00"), "5/3", "01"),
      Row("a broken UPDATE in OpenSent", message(2, "0001 0000"), "5/1", "02", in: .openSent),
    ]

  @Test("What ends a session", arguments: headers + opens + updates + others)
  func reset(row: Row) throws {
    var driver = PeerDriver()
    driver.reach(row.state)
    driver.receive(row.input)
    let notification = try #require(driver.lastNotification)
    #expect("\(notification.reason.code)/\(notification.reason.subcode)" == row.answer)
    #expect(notification.data == row.data)
    #expect(driver.peer.state == .idle)
    #expect(driver.sent.count == 1)
  }

  @Test(
    "A role that does not fit is answered with 2/11 and no data",
    arguments: [Capability.role(.provider), .role(.routeServer), .role(.peer)])
  func role(theirs: Capability) {
    var configuration = PeerConfiguration.example
    configuration.role = .provider
    var driver = PeerDriver(configuration)
    driver.reach(.openSent)
    driver.receive(.open(capabilities: [.multiprotocol(RouteFamily(unicast: .ipv4)), theirs]))
    #expect(driver.lastNotification == NotificationMessage(.roleMismatch, data: []))
  }

  @Test("Our own identifier within our AS is answered with 2/3 and no data") func ownIdentifier() {
    var configuration = PeerConfiguration.example
    configuration.remoteAS = .internal
    var driver = PeerDriver(configuration)
    driver.reach(.openSent)
    driver.receive(.open(asField: 64512, routerID: configuration.routerID, capabilities: []))
    #expect(driver.lastNotification == NotificationMessage(.badIdentifier, data: []))
  }
}

/// `count` octets of zero.
private func hexZeros(_ count: Int) -> String { String(repeating: "00", count: count) }
