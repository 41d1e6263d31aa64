import Addresses
import NIOCore
import TestSupport
import Testing

@testable import BGP

/// What a fresh table writes for these routes.
private func encoded(
  _ routes: [IPPrefix: RouteAttributes], _ encoding: SessionEncoding
) -> ByteBuffer {
  var table = AdjRIBOut()
  for (prefix, attributes) in routes { table.announce(prefix, attributes) }
  table.beginSession(encoding)
  var buffer = ByteBuffer()
  _ = table.drain(into: &buffer, limit: 65536)
  return buffer
}

@Suite("UPDATE encoding") struct UpdateEncodingTests {
  @Test("To an external neighbour") func external() {
    #expect(
      encoded([prefix("203.0.113.0/24"): RouteAttributes()], .external())
        == updateMessage(
          attributes: "40 01 01 00  40 02 06 02 01 0000fc00  40 03 04 c0000201",
          nlri: "18 cb0071"))
  }

  static let preferences: [(UInt32?, String)] = [
    (nil, "00000064"), (UInt32(0), "00000000"), (250, "000000fa"),
  ]

  @Test("To an internal neighbour: empty path, LOCAL_PREF", arguments: preferences)
  func `internal`(localPreference: UInt32?, encodedPreference: String) {
    var encoding = SessionEncoding.external()
    encoding.isInternal = true
    #expect(
      encoded(
        [
          prefix("203.0.113.1/32"): RouteAttributes(
            prependCount: 3, localPreference: localPreference)
        ], encoding)
        == updateMessage(
          attributes: """
            40 01 01 00  40 02 00  40 03 04 c0000201  40 05 04 \(encodedPreference)
            """, nlri: "20 cb007101"))
  }

  @Test("All attributes, in ascending order, communities sorted and unique") func all() {
    let attributes = RouteAttributes(
      origin: .incomplete, prependCount: 1, multiExitDiscriminator: 7, localPreference: 200,
      communities: [.noExport, Community(64512, 2), Community(64512, 1), Community(64512, 2)],
      largeCommunities: [LargeCommunity(2, 0, 0), LargeCommunity(1, 0, 0)])
    #expect(
      encoded([prefix("203.0.113.0/25"): attributes], .external())
        == updateMessage(
          attributes: """
            40 01 01 02  40 02 0a 02 02 0000fc00 0000fc00  40 03 04 c0000201  80 04 04 00000007
            c0 08 0c fc000001 fc000002 ffffff01
            c0 20 18 00000001 00000000 00000000 00000002 00000000 00000000
            """, nlri: "19 cb007100"))
  }

  @Test("IPv6: MP_REACH_NLRI first, no NEXT_HOP, short and long lengths") func ipv6() {
    #expect(
      encoded([prefix("2001:db8:1::/48"): RouteAttributes()], .external())
        == updateMessage(
          attributes: """
            80 0e 1c 0002 01 10 20010db8000000000000000000000001 00 30 20010db80001
            40 01 01 00  40 02 06 02 01 0000fc00
            """))
    let many = encoded(
      Dictionary(uniqueKeysWithValues: hosts6(14).map { ($0, RouteAttributes()) }), .external())
    #expect(many.getSlice(at: 23, length: 4) == buffer("90 0e 0103"))
  }

  @Test("Withdrawals") func withdrawals() {
    var table = AdjRIBOut()
    let prefixes = ["203.0.113.128/25", "203.0.113.1/32", "2001:db8:1::/48"].map(prefix)
    for prefix in prefixes { table.announce(prefix, RouteAttributes()) }
    table.beginSession(.external())
    var ignored = ByteBuffer()
    _ = table.drain(into: &ignored, limit: 65536)
    for prefix in prefixes { table.withdraw(prefix) }
    var written = ByteBuffer()
    #expect(table.drain(into: &written, limit: 65536).withdrawn == 3)
    var expected = updateMessage(withdrawn: "20 cb007101 19 cb007180")
    expected.writeImmutableBuffer(
      updateMessage(attributes: "80 0f 0a 0002 01 30 20010db80001"))
    #expect(written == expected)
  }

  @Test("End-of-RIB of both families") func endOfRIB() {
    var table = AdjRIBOut()
    table.completeInitialTable()
    table.beginSession(.external([.ipv6, .ipv4]))
    var written = ByteBuffer()
    #expect(table.drain(into: &written, limit: 4096).endOfRIBs == [.ipv6])
    #expect(table.drain(into: &written, limit: 4096).endOfRIBs == [.ipv4])
    var expected = message(2, "0000 0006 80 0f 03 0002 01")
    expected.writeImmutableBuffer(message(2, "0000 0000"))
    #expect(written == expected)
    #expect(!table.hasPendingUpdates)
  }

  static let twoOctetPaths: [(UInt32, String, String)] = [
    // Ours fits: nothing special.
    (UInt32(64512), "40 02 04 02 01 fc00", ""),
    // It does not: AS_TRANS, and AS4_PATH beside.
    (4_200_000_000, "40 02 04 02 01 5ba0", "c0 11 06 02 01 fa56ea00"),
  ]

  @Test("To a neighbour with two-octet AS numbers", arguments: twoOctetPaths)
  func twoOctet(localAS: UInt32, path: String, as4Path: String) {
    var encoding = SessionEncoding.external()
    encoding.localAS = localAS
    encoding.fourOctetAS = false
    #expect(
      encoded([prefix("203.0.113.0/24"): RouteAttributes()], encoding)
        == updateMessage(
          attributes: "40 01 01 00 \(path) 40 03 04 c0000201 \(as4Path)", nlri: "18 cb0071"))
  }

  @Test("An internal neighbour with two-octet numbers sees an empty path") func twoOctetInternal() {
    var encoding = SessionEncoding.external()
    encoding.localAS = 4_200_000_000
    encoding.fourOctetAS = false
    encoding.isInternal = true
    #expect(
      encoded([prefix("203.0.113.0/24"): RouteAttributes()], encoding)
        == updateMessage(
          attributes: "40 01 01 00 40 02 00 40 03 04 c0000201 40 05 04 00000064",
          nlri: "18 cb0071"))
  }

  @Test("Encode, then decode, gives the same attributes", arguments: 0..<200)
  func roundTrip(seed: Int) throws {
    var random = SeededGenerator(seed)
    let fourOctetAS = Bool.random(using: &random)
    let isInternal = Bool.random(using: &random)
    func optional(_ random: inout SeededGenerator) -> UInt32? {
      Bool.random(using: &random) ? .random(in: 0 ... .max, using: &random) : nil
    }
    let attributes = PathAttributes(
      origin: Origin(rawValue: .random(in: 0...2, using: &random)) ?? .igp,
      asPath: ASPath(
        repeating: .random(in: 1...65535, using: &random),
        count: .random(in: 0...600, using: &random)),
      nextHop: optional(&random).map(IPv4Address.init(rawValue:)),
      multiExitDiscriminator: optional(&random),
      localPreference: isInternal ? optional(&random) : nil,
      communities: (0..<Int.random(in: 0...90, using: &random)).map {
        Community(rawValue: UInt32($0))
      },
      extendedCommunities: (0..<UInt64.random(in: 0...40, using: &random)).map {
        ExtendedCommunity(rawValue: $0 << 40)
      },
      as4Path: fourOctetAS ? nil : optional(&random).map { ASPath(repeating: $0 | 1, count: 2) },
      largeCommunities: (0..<UInt32.random(in: 0...30, using: &random)).map {
        LargeCommunity($0, 1, 2)
      }, onlyToCustomer: optional(&random))
    var block = ByteBuffer()
    attributes.write(into: &block, fourOctetAS: fourOctetAS)
    let decoded = try UpdateMessage(
      body: updateBody(attributes: hex(block)),
      context: UpdateContext(isInternal: isInternal, fourOctetAS: fourOctetAS))
    #expect(decoded.fault == nil)
    #expect(decoded.attributes.pathAttributes == attributes)
  }
}
