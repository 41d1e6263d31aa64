import NIOCore
import Testing

@testable import BGP

@Suite("NOTIFICATION") struct NotificationMessageTests {
  static let messages: [(NotificationMessage, String)] = [
    (NotificationMessage(.holdTimerExpired), "0015 03 04 00"),
    (NotificationMessage(.badMessageType, data: [9]), "0016 03 01 03 09"),
    (NotificationMessage(.peerDeconfigured), "0015 03 06 03"),
    (.cease(.administrativeShutdown, text: "bye é"), "001c 03 06 02 06 62 79 65 20 c3 a9"),
    (.cease(.administrativeShutdown, text: ""), "0015 03 06 02"),
    (NotificationMessage(.sendHoldTimerExpired), "0015 03 08 00"),
  ]

  @Test("Octets of reasons, with text and data", arguments: messages)
  func octets(notification: NotificationMessage, rest: String) throws {
    var encoded = ByteBuffer()
    notification.write(into: &encoded)
    #expect(Array(encoded.readableBytesView) == bytes(marker + rest))
    var framer = MessageFramer()
    framer.append(encoded)
    #expect(NotificationMessage(body: try #require(try framer.next()).body) == notification)
  }

  @Test(
    "People read the names",
    arguments: [
      (NotificationReason.badPeerAS, "OPEN Message Error/Bad Peer AS"),
      (.holdTimerExpired, "Hold Timer Expired"),
      (.otherConfigurationChange, "Cease/Other Configuration Change"),
      (.openUnspecific, "OPEN Message Error"),
      (NotificationReason(code: 2, subcode: 11), "OPEN Message Error/Role Mismatch"),
      (NotificationReason(code: 6, subcode: 99), "Cease/99"),
      (NotificationReason(code: 200, subcode: 1), "Error 200/1"),
    ])
  func names(reason: NotificationReason, name: String) { #expect("\(reason)" == name) }

  @Test("The shutdown text is shown, and cannot play tricks on a terminal") func text() {
    let message = NotificationMessage.cease(.administrativeShutdown, text: "maintenance\u{1B}[2J")
    #expect(message.shutdownText == "maintenance\u{1B}[2J")
    #expect("\(message)" == "6/2 Cease/Administrative Shutdown: maintenance\\u{1b}[2J")
  }

  @Test("A text that is not well formed is no text", arguments: ["02 ff fe", "09 61", "00", ""])
  func badText(data: String) {
    let message = NotificationMessage(.administrativeShutdown, data: bytes(data))
    #expect(message.shutdownText == nil)
    #expect("\(message)" == "6/2 Cease/Administrative Shutdown")
  }

  @Test("A long text is cut between characters at 255 octets") func longText() {
    let message = NotificationMessage.cease(
      .administrativeShutdown, text: String(repeating: "é", count: 200))
    #expect(message.data.count == 1 + 254)
    #expect(message.shutdownText == String(repeating: "é", count: 127))
  }

  @Test("Data never makes a message longer than 4096 octets") func longData() {
    var encoded = ByteBuffer()
    NotificationMessage(.optionalAttributeError, data: Array(repeating: 0, count: 5000))
      .write(into: &encoded)
    #expect(encoded.readableBytes == 4096)
  }
}
