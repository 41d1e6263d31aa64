import Addresses
import NIOCore
import Testing

@testable import Election
@testable import LinuxIO

@Suite("frames on segments with a small MTU")
struct FramePartsTests {
  /// As many of the longest rows as a message has.
  private static let message: RowsMessage = {
    var message = RowsMessage(kind: .beacon)
    message.rows = (0..<RowsMessage.limit).map { number in
      Row(
        address: .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(number))),
        claim: Claim(
          owner: MemberID(name: "node-1"), incarnation: 1, epoch: Epoch(quorum: 1, wire: 1),
          isVacant: false, isProvisional: true, via: MemberID(name: "node-2"), viaIncarnation: 1))
    }
    return message
  }()

  @Test func theLongestMessageFitsInParts() throws {
    var channel = PeerChannel(
      node: "node-1", incarnation: 1, keys: try PeerKeys(current: Array(repeating: 7, count: 32)))
    let parts = Message.rows(Self.message).frameParts
    // The length of the payload stands before it.
    let lengths = parts.map { channel.frame($0).readableBytes + 2 }
    #expect(lengths.allSatisfy { $0 <= 1280 }, "\(lengths)")
    #expect(channel.frame(.rows(Self.message)).readableBytes + 2 > 1280)
    let rows = parts.flatMap { part -> [Row] in
      guard case .rows(let message) = part else { return [] }
      #expect(message.kind == .beacon)
      return message.rows
    }
    #expect(rows == Self.message.rows)
  }

  @Test func whatFitsIsOneFrame() {
    var message = Self.message
    message.rows.removeLast(6)
    #expect(Message.rows(message).frameParts == [.rows(message)])
    let leave = Message.leave(Leave(reason: .drain, hold: 0))
    #expect(leave.frameParts == [leave])
  }
}
