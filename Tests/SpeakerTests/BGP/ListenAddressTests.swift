import Addresses
import Testing

@testable import Speaker

@Suite struct ListenAddressTests {
  @Test(
    arguments: [
      ("192.0.2.1", "192.0.2.1", 179), ("0.0.0.0:1179", "0.0.0.0", 1179), ("[::]", "::", 179),
      ("[2001:db8::1]:65535", "2001:db8::1", 65535),
    ] as [(String, String, UInt16)])
  func isRead(text: String, address: String, port: UInt16) throws {
    let place = try #require(ListenAddress(text))
    #expect(place == ListenAddress(address: try #require(IPAddress(address)), port: port))
    #expect(ListenAddress(place.description) == place)
  }

  @Test(
    arguments: [
      "", ":179", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:+1", "192.0.2.1:1 ",
      "192.0.2", "2001:db8::1", "2001:db8::1:179", "[2001:db8::1", "[192.0.2.1]:179",
      "[2001:db8::1]179", "[2001:db8::1]:", "[2001:db8::1]:x", "localhost:179", "192.0.2.1:179:1",
    ])
  func isRefused(text: String) { #expect(ListenAddress(text) == nil) }
}
