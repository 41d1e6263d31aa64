import Addresses
import Testing

@Suite struct IPv6AddressTests {
  @Test(
    "every text form is read and written in the canonical form of RFC 5952",
    arguments: [
      ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"),
      ("2001:db8::1", "2001:db8::1"), ("2001:DB8::A", "2001:db8::a"),
      // §4.1: no leading zeros.
      ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      // §4.2.2: one zero group is not shortened.
      ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      // §4.2.3: the longest run, of equal ones the first.
      ("2001:db8:0:0:0:1:0:0", "2001:db8::1:0:0"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("0:0:2001:db8:0:0:0:1", "0:0:2001:db8::1"), ("1:0:0:2:0:0:3:4", "1::2:0:0:3:4"),
      ("0:0:0:1:0:0:0:1", "::1:0:0:0:1"), ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
      ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
      // §5 and RFC 4291 §2.2: a dotted part at the end.
      ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::ffff:c000:201", "::ffff:192.0.2.1"),
      ("2001:db8::192.0.2.1", "2001:db8::c000:201"), ("::192.0.2.1", "::c000:201"),
      ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"), ("::1:192.0.2.1", "::1:c000:201"),
    ])
  func readsAndWrites(text: String, canonical: String) throws {
    let address = try #require(IPv6Address(text))
    #expect(address.description == canonical)
    #expect(IPv6Address(canonical) == address)
  }

  @Test(
    "everything else is refused",
    arguments: [
      "", ":", ":::", "::::", "1", "1:", ":1", "1:2", "1:::2", "::1::", "1::2::3", "::1:",
      ":1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:", ":1:2:3:4:5:6:7:8",
      "1:2:3:4::5:6:7:8", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "12345::", "::g", "::-1",
      "::+1", "fe80::1%eth0", "[::1]", "::1/64", " ::1", "::1 ", "::1\0", "::\u{301}",
      "192.0.2.1", "192.0.2.1::", "::192.0.2.1:1", "::192.0.2", "::192.0.2.256", "::192.0.2.1.",
      "1:2:3:4:5:6:7:192.0.2.1", "1:2:3:4:5:192.0.2.1", "::1.2.3.4::", "0x1::", "２::",
      "00000::", "1:2:3:4:5:6:7:00000000000000000000000000000008",
    ])
  func refuses(text: String) { #expect(IPv6Address(text) == nil) }

  @Test func anAddressOfAMillionCharactersIsRefused() {
    #expect(IPv6Address(String(repeating: "1:", count: 500_000)) == nil)
    #expect(IPv6Address(String(repeating: ":", count: 1_000_000)) == nil)
  }

  @Test func anyTwoHalvesAreReadBackFromTheirText() {
    var state: UInt64 = 7
    for round in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Masks make runs of zero groups frequent.
      let mask: UInt64 = [.max, 0xFFFF_0000_FFFF_0000, 0x0000_0000_0000_FFFF, 0][round % 4]
      let address = IPv6Address(high: state & mask, low: state >> 3 & ~mask)
      #expect(IPv6Address(address.description) == address, "\(address)")
    }
  }

  @Test func segmentsAreInWireOrder() throws {
    let address = try #require(IPv6Address("1:2:3:4:5:6:7:8"))
    #expect((0..<8).map(address.segment) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(address.high == 0x0001_0002_0003_0004)
    #expect(address.low == 0x0005_0006_0007_0008)
  }

  @Test(
    arguments: [
      ("fe80::1", true), ("febf:ffff::", true), ("fec0::", false), ("fe7f::", false),
      ("2001:db8::1", false), ("::", false),
    ])
  func tellsLinkLocal(text: String, isLinkLocal: Bool) throws {
    #expect(try #require(IPv6Address(text)).isLinkLocal == isLinkLocal)
  }

  @Test(
    "the solicited-node group of RFC 4291 §2.7.1",
    arguments: [
      ("2001:db8::1", "ff02::1:ff00:1"), ("2001:db8::abcd:ef01:2345", "ff02::1:ff01:2345"),
      ("::", "ff02::1:ff00:0"),
    ])
  func makesSolicitedNodeGroups(text: String, group: String) throws {
    #expect(try #require(IPv6Address(text)).solicitedNodeGroup.description == group)
  }

  @Test func ordersByNumber() {
    let texts = ["::", "::1", "0:0:0:1::", "2001:db8::", "2001:db8::1", "ffff::"]
    #expect(texts.reversed().compactMap { IPv6Address($0) }.sorted().map(\.description) == texts)
  }
}
