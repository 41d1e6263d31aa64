import NIOCore
import Testing

@testable import LinuxIO

@Suite("mailboxes")
struct MailboxTests {
  /// Whether the descriptor would wake its reader.
  private func isReadable(_ mailbox: Mailbox<Int>) throws -> Bool {
    var queue = try EventQueue()
    try queue.add(mailbox.descriptor, tag: 7)
    var ready: [UInt64] = []
    queue.wait(until: .now(), into: &ready)
    return ready == [7]
  }

  @Test func messagesComeInOrderAndOnce() throws {
    let mailbox = try Mailbox<Int>()
    #expect(try !isReadable(mailbox))
    for number in 0..<1000 { mailbox.post(number) }
    #expect(try isReadable(mailbox))
    #expect(mailbox.take() == Array(0..<1000))
    #expect(try !isReadable(mailbox))
    #expect(mailbox.take() == [])
    #expect(mailbox.lost == 0)
  }

  @Test func whatIsLeftWakesTheReaderAgain() throws {
    let mailbox = try Mailbox<Int>()
    for number in 0..<5 { mailbox.post(number) }
    #expect(mailbox.take(atMost: 2) == [0, 1])
    #expect(try isReadable(mailbox))
    mailbox.post(5)
    #expect(mailbox.take(atMost: 2) == [2, 3])
    #expect(mailbox.take(atMost: 2) == [4, 5])
    #expect(try !isReadable(mailbox))
  }

  /// After a cut of the segment each owner on it sends a beacon at once.
  @Test func thereIsRoomForTheBeaconsOfAThousandOwners() throws {
    let mailbox = try Mailbox<Int>(limit: PeerPlane.frameLimit)
    for number in 0..<1000 { mailbox.post(number) }
    #expect(mailbox.lost == 0)
  }

  @Test func whatFindsNoRoomIsCounted() throws {
    let mailbox = try Mailbox<Int>(limit: 3)
    for number in 0..<10 { mailbox.post(number) }
    #expect(mailbox.lost == 7)
    #expect(mailbox.take(atMost: 1) == [0])
    mailbox.post(10)
    mailbox.post(11)
    #expect(mailbox.take() == [1, 2, 10])
    #expect(mailbox.lost == 8)
  }
}
