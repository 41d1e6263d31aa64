import Addresses
import Foundation
import Testing

@Suite struct IPPrefixTests {
  @Test(
    "host bits are cleared",
    arguments: [
      ("192.0.2.0/24", "192.0.2.0/24", "192.0.2.255"),
      ("192.0.2.77/24", "192.0.2.0/24", "192.0.2.255"),
      ("192.0.2.77/32", "192.0.2.77/32", "192.0.2.77"),
      ("192.0.2.77/31", "192.0.2.76/31", "192.0.2.77"),
      ("203.0.113.255/1", "128.0.0.0/1", "255.255.255.255"),
      ("255.255.255.255/0", "0.0.0.0/0", "255.255.255.255"),
      ("2001:db8::1/64", "2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff"),
      ("2001:db8::1/128", "2001:db8::1/128", "2001:db8::1"),
      ("2001:db8::1/127", "2001:db8::/127", "2001:db8::1"),
      ("2001:db8:ffff::/33", "2001:db8:8000::/33", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
      ("ffff::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
  func readsAndWrites(text: String, canonical: String, last: String) throws {
    let prefix = try #require(IPPrefix(text))
    #expect(prefix.description == canonical)
    #expect(prefix.lastAddress.description == last)
    #expect(prefix.family == prefix.address.family)
  }

  @Test(
    "everything else is refused",
    arguments: [
      "", "/", "192.0.2.0", "192.0.2.0/", "/24", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+24",
      "192.0.2.0/24/24", "192.0.2.0/ 24", "192.0.2.0 /24", "192.0.2.0/24 ", "192.0.2.0/2４",
      "192.0.2.0/99999999999999999999", "2001:db8::/129", "2001:db8::/0x40", "192.0.2.0/24\0",
      "192.0.2.0/255.255.255.0",
    ])
  func refuses(text: String) { #expect(IPPrefix(text) == nil) }

  @Test func refusesALengthOutOfRange() throws {
    let address = try #require(IPAddress("192.0.2.1"))
    #expect(IPPrefix(address, length: -1) == nil)
    #expect(IPPrefix(address, length: 33) == nil)
    #expect(IPPrefix(address, length: .max) == nil)
    #expect(IPPrefix(address, length: .min) == nil)
    #expect(IPPrefix(host: address).description == "192.0.2.1/32")
  }

  @Test(
    arguments: [
      ("192.0.2.0/24", "192.0.2.0", true), ("192.0.2.0/24", "192.0.2.255", true),
      ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.0/24", "192.0.1.255", false),
      ("0.0.0.0/0", "203.0.113.1", true), ("0.0.0.0/0", "2001:db8::1", false),
      ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false),
      ("2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", true),
      ("2001:db8::/64", "2001:db8:0:1::", false), ("192.0.2.1/32", "192.0.2.1", true),
      ("192.0.2.1/32", "192.0.2.0", false),
    ])
  func contains(prefix: String, address: String, isInside: Bool) throws {
    let prefix = try #require(IPPrefix(prefix))
    #expect(prefix.contains(try #require(IPAddress(address))) == isInside)
  }

  @Test func sortsByAddressThenByLength() {
    let texts = [
      "0.0.0.0/0", "192.0.2.0/24", "192.0.2.0/25", "192.0.2.128/25", "::/0", "2001:db8::/32",
    ]
    #expect(texts.reversed().compactMap { IPPrefix($0) }.sorted().map(\.description) == texts)
  }

  @Test func codesAsItsText() throws {
    let prefix = try #require(IPPrefix("2001:db8::/32"))
    let data = try JSONEncoder().encode([prefix])
    #expect(try JSONDecoder().decode([IPPrefix].self, from: data) == [prefix])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([IPPrefix].self, from: Data(#"["192.0.2.0/33"]"#.utf8))
    }
  }
}
