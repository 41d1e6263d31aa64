import Addresses
import Foundation
import Testing

@Suite struct IPAddressTests {
  @Test func readsBothFamilies() throws {
    #expect(IPAddress("192.0.2.1") == .v4(IPv4Address(192, 0, 2, 1)))
    #expect(IPAddress("192.0.2.1")?.family == .ipv4)
    #expect(IPAddress("2001:db8::1")?.family == .ipv6)
    #expect(IPAddress("::ffff:192.0.2.1")?.family == .ipv6)
    for text in ["", "localhost", "192.0.2", "1:2", "192.0.2.1%eth0"] {
      #expect(IPAddress(text) == nil, "\(text)")
    }
  }

  @Test func allOfIPv4SortsBeforeIPv6() {
    let texts = [
      "0.0.0.0", "192.0.2.9", "192.0.2.10", "255.255.255.255", "::", "::1", "2001:db8::",
    ]
    #expect(texts.reversed().compactMap { IPAddress($0) }.sorted().map(\.description) == texts)
  }

  @Test(
    arguments: [
      (AddressFamily.ipv4, UInt128(0), "0.0.0.0"), (.ipv4, 0xC000_0201, "192.0.2.1"),
      (.ipv4, UInt128.max, "255.255.255.255"), (.ipv4, 1 << 32, "0.0.0.0"),
      (.ipv6, 0, "::"), (.ipv6, 1 << 64, "0:0:0:1::"),
      (.ipv6, UInt128.max, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
  func isMadeOfANumber(family: AddressFamily, number: UInt128, text: String) {
    let address = IPAddress(family: family, number: number)
    #expect(address.description == text)
    #expect(address.number == (family == .ipv4 ? number & 0xFFFF_FFFF : number))
  }

  @Test func codesAsItsText() throws {
    let addresses = ["192.0.2.1", "2001:db8::1"].compactMap { IPAddress($0) }
    let data = try JSONEncoder().encode(addresses)
    #expect(String(decoding: data, as: UTF8.self) == #"["192.0.2.1","2001:db8::1"]"#)
    #expect(try JSONDecoder().decode([IPAddress].self, from: data) == addresses)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([IPAddress].self, from: Data(#"["192.0.2"]"#.utf8))
    }
  }

  @Test func familiesHaveTheirWidths() {
    #expect(AddressFamily.ipv4.bitWidth == 32)
    #expect(AddressFamily.ipv6.bitWidth == 128)
    #expect(AddressFamily.ipv4 < .ipv6)
    #expect(!(AddressFamily.ipv6 < .ipv6))
    #expect(AddressFamily.allCases.map(\.rawValue) == ["IPv4", "IPv6"])
  }
}
