import Addresses
import LinkLayer
import NIOCore
import Testing

@Suite("ARP answers")
struct ARPResponderTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    let frame: ByteBuffer
    let expected: Answer
    var testDescription: String { name }

    init(_ name: String, _ frame: ByteBuffer, _ expected: Answer) {
      self.name = name
      self.frame = frame
      self.expected = expected
    }
  }

  private static let request = Frames.arpRequest
  private static let answered = Answer.reply(frame: Frames.arpReply, address: .v4(Frames.owned4))

  static let cases: [Case] = [
    Case("broadcast request", request, answered),
    Case("unicast request to us", request.replacing(0, 2, 0, 0, 0, 0, 1), answered),
    Case("padded to 60 octets", padded(request), answered),
    Case("priority tag, VLAN 0", request.tagged(0xA000), answered),
    Case(
      "probe from 0.0.0.0", request.replacing(28, 0, 0, 0, 0),
      .reply(frame: Frames.arpReply.replacing(38, 0, 0, 0, 0), address: .v4(Frames.owned4))),
    Case(
      "ARP sender other than the Ethernet source", request.replacing(27, 0x77),
      .reply(
        frame: Frames.arpReply.replacing(5, 0x77).replacing(37, 0x77),
        address: .v4(Frames.owned4))),

    Case("address of somebody else", request.replacing(41, 11), .ignored(.notOwned)),
    Case("reply to us", request.replacing(21, 2), .ignored(.notARequest)),
    Case("reverse ARP", request.replacing(21, 3), .ignored(.notARequest)),
    Case(
      "unicast to another host", request.replacing(0, 2, 0, 0, 0, 0, 2),
      .ignored(.otherDestination)),
    Case(
      "multicast", request.replacing(0, 0x33, 0x33, 0, 0, 0, 1), .ignored(.otherDestination)),
    Case(
      "gratuitous request of another", request.replacing(28, 192, 0, 2, 10),
      .ignored(.senderIsTarget)),
    Case("our own frame", request.replacing(11, 1), .ignored(.ownFrame)),
    Case("our MAC as the ARP sender", request.replacing(27, 1), .ignored(.ownFrame)),
    Case("source is a group", request.replacing(6, 3), .ignored(.invalidSource)),
    Case(
      "source is zero", request.replacing(6, 0, 0, 0, 0, 0, 0), .ignored(.invalidSource)),
    Case(
      "ARP sender is broadcast", request.replacing(22, 255, 255, 255, 255, 255, 255),
      .ignored(.invalidSource)),
    Case(
      "ARP sender is zero", request.replacing(22, 0, 0, 0, 0, 0, 0), .ignored(.invalidSource)),
    Case("hardware type 6", request.replacing(15, 6), .ignored(.unsupportedARP)),
    Case("protocol IPX", request.replacing(16, 0x81, 0x37), .ignored(.unsupportedARP)),
    Case("hardware length 8", request.replacing(18, 8), .ignored(.unsupportedARP)),
    Case("protocol length 16", request.replacing(19, 16), .ignored(.unsupportedARP)),
    Case("VLAN 100", request.tagged(100), .ignored(.foreignVLAN)),
    Case("tag without a type", request.tagged(0).truncated(to: 17), .ignored(.truncated)),
    Case("IPv4", request.replacing(12, 0x08, 0x00), .ignored(.otherProtocol)),
    Case("empty", ByteBuffer(), .ignored(.truncated)),
  ]

  @Test("what is answered, and why not", arguments: cases)
  func answers(_ test: Case) {
    #expect(Frames.responder.answer(test.frame) == test.expected)
  }

  @Test("every truncation of a request is ignored as truncated")
  func truncations() {
    for count in 0..<Frames.arpRequest.readableBytes {
      let answer = Frames.responder.answer(Frames.arpRequest.truncated(to: count))
      #expect(answer == .ignored(.truncated), "\(count) octets")
    }
  }

  @Test("a released address is answered no more")
  func release() {
    var responder = Frames.responder
    responder.owned.remove(.v4(Frames.owned4))
    #expect(responder.answer(Frames.arpRequest) == .ignored(.notOwned))
  }

  @Test("a packet reads back as it was written")
  func roundTrip() throws {
    let packet = ARPPacket(
      operation: .reply, senderMAC: Frames.ourMAC, senderAddress: Frames.owned4,
      targetMAC: Frames.clientMAC, targetAddress: v4("192.0.2.99"))
    let frame = packet.frame(from: Frames.ourMAC, to: Frames.clientMAC)
    #expect(text(frame) == text(Frames.arpReply))
    let header = try EthernetHeader(parsing: frame.readableBytesSpan)
    #expect(header.etherType == .arp)
    #expect(header.destination == Frames.clientMAC)
    #expect(try ARPPacket(parsing: frame.readableBytesSpan.extracting(14..<42)) == packet)
  }

  private static func padded(_ frame: ByteBuffer) -> ByteBuffer {
    var copy = frame
    copy.writeRepeatingByte(0x5A, count: 60 - frame.readableBytes)
    return copy
  }
}
