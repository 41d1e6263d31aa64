import Addresses
import Testing

@Suite struct AddressRangeTests {
  private static let allOnes = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

  private static func range(_ lower: String, _ upper: String) throws -> AddressRange {
    let first = try #require(IPAddress(lower))
    let last = try #require(IPAddress(upper))
    return try #require(AddressRange(first, last))
  }

  @Test(
    "a range is the fewest prefixes",
    arguments: [
      ("192.0.2.0", "192.0.2.255", ["192.0.2.0/24"]),
      ("192.0.2.7", "192.0.2.7", ["192.0.2.7/32"]),
      ("192.0.2.0", "192.0.2.1", ["192.0.2.0/31"]),
      ("192.0.2.1", "192.0.2.2", ["192.0.2.1/32", "192.0.2.2/32"]),
      (
        "192.0.2.10", "192.0.2.20",
        ["192.0.2.10/31", "192.0.2.12/30", "192.0.2.16/30", "192.0.2.20/32"]
      ),
      (
        "192.0.2.1", "192.0.2.255",
        [
          "192.0.2.1/32", "192.0.2.2/31", "192.0.2.4/30", "192.0.2.8/29", "192.0.2.16/28",
          "192.0.2.32/27", "192.0.2.64/26", "192.0.2.128/25",
        ]
      ),
      ("0.0.0.0", "255.255.255.255", ["0.0.0.0/0"]),
      ("128.0.0.0", "255.255.255.255", ["128.0.0.0/1"]),
      ("0.0.0.0", "127.255.255.255", ["0.0.0.0/1"]),
      ("255.255.255.255", "255.255.255.255", ["255.255.255.255/32"]),
      ("0.0.0.0", "0.0.0.0", ["0.0.0.0/32"]),
      ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["::/0"]),
      ("8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["8000::/1"]),
      (
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"]
      ),
      ("2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", ["2001:db8::/64"]),
      ("2001:db8::ff", "2001:db8::101", ["2001:db8::ff/128", "2001:db8::100/127"]),
    ] as [(String, String, [String])])
  func splitsIntoPrefixes(lower: String, upper: String, prefixes: [String]) throws {
    #expect(try Self.range(lower, upper).prefixes.map(\.description) == prefixes)
  }

  @Test(
    "the worst ranges need two prefixes for each bit but one",
    arguments: [
      ("0.0.0.1", "255.255.255.254", 62),
      ("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 254),
      ("0.0.0.1", "255.255.255.255", 32), ("::1", Self.allOnes, 128),
      ("0.0.0.0", "255.255.255.254", 32),
    ])
  func worstCases(lower: String, upper: String, count: Int) throws {
    let range = try Self.range(lower, upper)
    let prefixes = range.prefixes
    #expect(prefixes.count == count)
    try expectExactCover(range, prefixes)
  }

  @Test func anyRangeIsCoveredExactly() throws {
    var state: UInt64 = 42
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 16
    }
    for round in 0..<500 {
      let family: AddressFamily = round % 2 == 0 ? .ipv4 : .ipv6
      let start = family == .ipv4 ? UInt128(next() & 0xFFFF) : UInt128(next()) << 60
      let length = UInt128(next() % (round % 3 == 0 ? 9 : 100_000))
      let range = try #require(
        AddressRange(
          IPAddress(family: family, number: start),
          IPAddress(family: family, number: start + length)))
      try expectExactCover(range, range.prefixes)
    }
  }

  /// Prefixes that follow each other without a gap and cannot be merged.
  private func expectExactCover(_ range: AddressRange, _ prefixes: [IPPrefix]) throws {
    #expect(prefixes.first?.address == range.lower)
    #expect(prefixes.last?.lastAddress == range.upper)
    for (left, right) in zip(prefixes, prefixes.dropFirst()) {
      #expect(left.lastAddress.number + 1 == right.address.number)
      let parent = IPPrefix(left.address, length: left.length - 1)
      #expect(left.length != right.length || parent?.lastAddress != right.lastAddress)
    }
  }

  @Test func refusesWrongOrderAndMixedFamilies() throws {
    let low = try #require(IPAddress("192.0.2.1"))
    let high = try #require(IPAddress("192.0.2.2"))
    let other = try #require(IPAddress("2001:db8::1"))
    #expect(AddressRange(high, low) == nil)
    #expect(AddressRange(low, other) == nil)
    #expect(AddressRange(other, low) == nil)
    #expect(AddressRange(low, low)?.description == "192.0.2.1-192.0.2.1")
    #expect(AddressRange(low, high)?.family == .ipv4)
  }

  @Test(
    arguments: [
      ("192.0.2.10", true), ("192.0.2.20", true), ("192.0.2.15", true), ("192.0.2.9", false),
      ("192.0.2.21", false), ("2001:db8::10", false), ("::c000:20a", false),
    ])
  func containsItsAddresses(text: String, isInside: Bool) throws {
    let range = try Self.range("192.0.2.10", "192.0.2.20")
    #expect(range.contains(try #require(IPAddress(text))) == isInside)
  }

  @Test(
    arguments: [
      ("192.0.2.0", "192.0.2.9", false), ("192.0.2.0", "192.0.2.10", true),
      ("192.0.2.20", "192.0.2.30", true), ("192.0.2.21", "192.0.2.30", false),
      ("192.0.2.12", "192.0.2.13", true), ("192.0.2.0", "192.0.2.255", true),
      ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false),
    ])
  func tellsOverlap(lower: String, upper: String, overlaps: Bool) throws {
    let range = try Self.range("192.0.2.10", "192.0.2.20")
    let other = try Self.range(lower, upper)
    #expect(range.overlaps(other) == overlaps)
    #expect(other.overlaps(range) == overlaps)
  }

  @Test(arguments: ["192.0.2.0/24", "0.0.0.0/0", "::/0", "2001:db8::1/128", "203.0.113.4/30"])
  func aPrefixIsARange(text: String) throws {
    let prefix = try #require(IPPrefix(text))
    let range = AddressRange(prefix)
    #expect(range.lower == prefix.address)
    #expect(range.upper == prefix.lastAddress)
    #expect(range.prefixes == [prefix])
  }
}
