import Addresses
import Foundation
import Testing

@Suite struct MACAddressTests {
  @Test(
    arguments: [
      ("02:00:00:00:00:01", 0x0200_0000_0001, "02:00:00:00:00:01"),
      ("00:00:00:00:00:00", 0, "00:00:00:00:00:00"),
      ("FF:ff:Ff:fF:FF:FF", 0xFFFF_FFFF_FFFF, "ff:ff:ff:ff:ff:ff"),
      ("0a:1B:2c:3D:4e:5F", 0x0A1B_2C3D_4E5F, "0a:1b:2c:3d:4e:5f"),
    ] as [(String, UInt64, String)])
  func readsAndWrites(text: String, value: UInt64, canonical: String) throws {
    let address = try #require(MACAddress(text))
    #expect(address.rawValue == value)
    #expect(address.description == canonical)
  }

  @Test(
    "everything else is refused",
    arguments: [
      "", ":::::", "02:00:00:00:00", "02:00:00:00:00:01:02", "2:0:0:0:0:1", "02-00-00-00-00-01",
      "0200.0000.0001", "020000000001", "02:00:00:00:00:0g", "02:00:00:00:00:+1",
      "02:00:00:00:00:-0", "+2:00:00:00:00:01", "02:00:00:00:00:01 ", "02:00:00:00:00:0１",
      "02:00:00:00:00:001", "02:00:00:00:00:01\0",
    ])
  func refuses(text: String) { #expect(MACAddress(text) == nil) }

  @Test func onlyFortyEightBitsCount() {
    #expect(MACAddress(rawValue: .max) == .broadcast)
    #expect(MACAddress(rawValue: 1 << 48).description == "00:00:00:00:00:00")
  }

  @Test func tellsGroups() throws {
    #expect(MACAddress.broadcast.isGroup)
    #expect(try #require(MACAddress("01:00:5e:00:00:01")).isGroup)
    #expect(!(try #require(MACAddress("02:00:5e:00:00:01")).isGroup))
  }

  @Test func mapsMulticastGroups() throws {
    let group = try #require(IPv6Address("ff02::1:ff28:9c5a"))
    #expect(MACAddress(multicastGroup: group).description == "33:33:ff:28:9c:5a")
  }

  @Test func codesAsItsText() throws {
    let address = try #require(MACAddress("02:00:00:00:00:01"))
    let data = try JSONEncoder().encode([address])
    #expect(String(decoding: data, as: UTF8.self) == #"["02:00:00:00:00:01"]"#)
    #expect(try JSONDecoder().decode([MACAddress].self, from: data) == [address])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([MACAddress].self, from: Data(#"["02:00"]"#.utf8))
    }
  }
}
