import Addresses
import NIOCore
import Testing

@testable import BGP

@Suite("KEEPALIVE, ROUTE-REFRESH and communities") struct SmallMessageTests {
  @Test("A KEEPALIVE is a header") func keepalive() {
    var encoded = ByteBuffer()
    KeepaliveMessage.write(into: &encoded)
    #expect(Array(encoded.readableBytesView) == bytes(marker + "0013 04"))
  }

  @Test(
    "ROUTE-REFRESH both ways",
    arguments: [
      (RouteRefreshMessage(RouteFamily(unicast: .ipv4)), "0001 00 01"),
      (RouteRefreshMessage(RouteFamily(unicast: .ipv6), subtype: 2), "0002 02 01"),
    ])
  func routeRefresh(refresh: RouteRefreshMessage, body: String) throws {
    var encoded = ByteBuffer()
    refresh.write(into: &encoded)
    #expect(encoded == message(5, body))
    #expect(try RouteRefreshMessage(body: buffer(body)) == refresh)
  }

  @Test(
    "A marker of RFC 7313 with a wrong length is answered with 7/1 and itself",
    arguments: [
      "0001 01 01 00", "0002 02 01 0000",
    ])
  func badRefresh(body: String) {
    let error = #expect(throws: MessageError.self) {
      try RouteRefreshMessage(body: buffer(body))
    }
    #expect(error?.notification.reason == .badRouteRefreshLength)
    #expect(error?.notification.data == Array(message(5, body).readableBytesView))
  }

  @Test("Communities as text", arguments: ["0:0", "64512:100", "65535:65535"])
  func community(text: String) { #expect(Community(text)?.description == text) }

  @Test("Large communities as text", arguments: ["0:0:0", "4294967295:1:4294967295"])
  func largeCommunity(text: String) { #expect(LargeCommunity(text)?.description == text) }

  @Test(
    "What is no community",
    arguments: [
      "", "1", "1:", ":1", "65536:1", "1:65536", "-1:1", "+1:1", "1:2:3:4", "a:b",
    ])
  func badCommunity(text: String) {
    #expect(Community(text) == nil)
    #expect(LargeCommunity(text) == nil)
  }
}
