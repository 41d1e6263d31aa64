import Addresses
import Testing

@Suite struct IPv4AddressTests {
  @Test(
    "the strict dotted form is read and written",
    arguments: [
      ("0.0.0.0", 0), ("0.0.0.1", 1), ("192.0.2.1", 0xC000_0201), ("198.51.100.255", 0xC633_64FF),
      ("203.0.113.10", 0xCB00_710A), ("255.255.255.255", 0xFFFF_FFFF),
    ] as [(String, UInt32)])
  func readsAndWrites(text: String, value: UInt32) throws {
    let address = try #require(IPv4Address(text))
    #expect(address.rawValue == value)
    #expect(address == IPv4Address(rawValue: value))
    #expect(address.description == text)
  }

  @Test(
    "everything else is refused",
    arguments: [
      "", ".", "...", "192", "192.0.2", "192.0.2.", ".192.0.2.1", "192.0.2.1.", "192.0.2.1.1",
      "192..2.1", "192.0.2.256", "192.0.2.999999999999999999999", "192.0.2.01", "192.0.2.00",
      "192.0.2.-1", "192.0.2.+1", "192.0.2.1 ", " 192.0.2.1", "192.0.2.1\n", "192.0.2.1\0",
      "0xC0.0.2.1", "192.0.2.1/24", "192.0.2.a", "192,0,2,1", "３.0.2.1", "192.0.2.1\u{301}",
      "::ffff:192.0.2.1",
    ])
  func refuses(text: String) { #expect(IPv4Address(text) == nil) }

  @Test func octetsAreInWireOrder() {
    #expect(IPv4Address(192, 0, 2, 1).rawValue == 0xC000_0201)
    #expect(IPv4Address(255, 254, 253, 252).description == "255.254.253.252")
  }

  @Test func ordersByNumberNotByText() throws {
    let texts = ["192.0.2.9", "192.0.2.10", "192.0.2.100", "198.51.100.0"]
    let addresses = texts.compactMap { IPv4Address($0) }
    #expect(addresses.reversed().sorted().map(\.description) == texts)
  }

  @Test func readsPartsOfAString() {
    let text = "from 192.0.2.1 on"
    let part = text.dropFirst(5).prefix(9)
    #expect(IPv4Address(part) == IPv4Address(192, 0, 2, 1))
  }
}
