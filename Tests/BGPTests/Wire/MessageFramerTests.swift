import NIOCore
import Testing

@testable import BGP

@Suite("Message framer") struct MessageFramerTests {
  static let badHeaders: [(String, UInt8, UInt8, String)] = [
    ("fe" + String(repeating: "ff", count: 15) + "0013 04", 1, 1, ""),
    (String(repeating: "ff", count: 15) + "fe 0013 04", 1, 1, ""),
    (marker + "0012 04", 1, 2, "0012"),
    (marker + "0000 04", 1, 2, "0000"),
    (marker + "1001 02", 1, 2, "1001"),
    (marker + "ffff 02", 1, 2, "ffff"),
    (marker + "001c 01", 1, 2, "001c"),
    (marker + "0016 02", 1, 2, "0016"),
    (marker + "0014 03", 1, 2, "0014"),
    (marker + "0014 04", 1, 2, "0014"),
    (marker + "0016 05", 1, 2, "0016"),
    (marker + "0013 00", 1, 3, "00"),
    (marker + "0013 06", 1, 3, "06"),
    (marker + "0013 ff", 1, 3, "ff"),
  ]

  @Test("A header that is wrong gives the NOTIFICATION of RFC 4271 §6.1", arguments: badHeaders)
  func badHeader(hexBytes: String, code: UInt8, subcode: UInt8, data: String) {
    var framer = MessageFramer()
    framer.append(buffer(hexBytes))
    for _ in 0..<2 {
      let error = #expect(throws: MessageError.self) { try framer.next() }
      #expect(error?.notification.reason == NotificationReason(code: code, subcode: subcode))
      #expect(error?.notification.data == bytes(data))
    }
  }

  @Test("Messages come out whole whatever the portions", arguments: [1, 2, 7, 18, 19, 20, 64])
  func portions(size: Int) throws {
    var stream = ByteBuffer.exampleOpen
    stream.writeImmutableBuffer(message(4))
    stream.writeImmutableBuffer(updateMessage())
    stream.writeImmutableBuffer(message(5, "0001 00 01"))
    stream.writeImmutableBuffer(message(3, "0602"))
    var framer = MessageFramer()
    var types: [MessageType] = []
    while stream.readableBytes > 0 {
      let portion = stream.readSlice(length: min(size, stream.readableBytes))
      framer.append(try #require(portion))
      while let frame = try framer.next() { types.append(frame.type) }
    }
    #expect(types == [.open, .keepalive, .update, .routeRefresh, .notification])
  }

  @Test("A bad length is found before the body arrives") func earlyError() {
    var framer = MessageFramer()
    framer.append(buffer(marker + "1000 04"))
    #expect(throws: MessageError.self) { try framer.next() }
  }

  @Test("The longest message passes") func longest() throws {
    var framer = MessageFramer()
    framer.append(message(2, String(repeating: "00", count: 4096 - 19)))
    #expect(try framer.next()?.body.readableBytes == 4077)
    #expect(try framer.next() == nil)
  }
}
