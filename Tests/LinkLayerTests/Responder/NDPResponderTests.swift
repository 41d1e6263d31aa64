import Addresses
import LinkLayer
import NIOCore
import Testing

@Suite("Neighbor Solicitation answers")
struct NDPResponderTests {
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

    init(_ name: String, _ frame: ByteBuffer, _ reason: DropReason) {
      self.init(name, frame, .ignored(reason))
    }
  }

  private static let solicitation = Frames.solicitation
  private static let answered = Answer.reply(
    frame: Frames.advertisement, address: .v6(Frames.owned6))

  /// To all nodes, not solicited. Source 2dc9, destination ff02+0001 = ff03, length and next header
  /// 005a, type 8800, flags 2000, target 2dc9, option 0402: 206f1, folded 06f3, complement f90c.
  private static let toAllNodes = hex(
    """
    333300000001 020000000001 86dd
    60000000 0020 3a ff
    20010db8000000000000000000000010
    ff020000000000000000000000000001
    88 00 f90c 20000000
    20010db8000000000000000000000010
    02 01 020000000001
    """)

  static let answeredCases: [Case] = [
    Case("to the solicited-node group", solicitation, answered),
    Case(
      "group turned into unicast by an access point",
      solicitation.replacing(0, 2, 0, 0, 0, 0, 1), answered),
    Case("padding behind the packet", padded(solicitation), answered),
    Case("priority tag, VLAN 0", solicitation.tagged(0xE000), answered),
    Case(
      "unicast probe with the link-layer option",
      Frames.solicitation(destination: "2001:db8::10", to: "02:00:00:00:00:01"), answered),
    Case(
      "unicast probe without the option, answered to the source of the frame",
      Frames.solicitation(destination: "2001:db8::10", link: nil, to: "02:00:00:00:00:01"),
      answered),
    Case("group without the option", Frames.solicitation(link: nil), answered),
    Case(
      "the option counts, not the source of the frame",
      Frames.solicitation(from: "02:00:00:00:00:77"), answered),
    Case(
      "duplicate address detection, answered to all nodes",
      Frames.solicitation(source: "::", link: nil),
      .reply(frame: toAllNodes, address: .v6(Frames.owned6))),
  ]

  static let ignoredCases: [Case] = [
    Case("address of somebody else", Frames.solicitation(target: "2001:db8:1::10"), .notOwned),
    Case("hop limit 254", solicitation.replacing(21, 254), .hopLimit),
    Case("hop limit 0", solicitation.replacing(21, 0), .hopLimit),
    Case("wrong checksum", solicitation.replacing(57, 0xDC), .badChecksum),
    Case("a bit of the target flipped", solicitation.replacing(77, 0x11), .badChecksum),
    Case("code 1", recomputed(solicitation.replacing(55, 1)), .malformedNDP),
    Case(
      "multicast target", Frames.solicitation(target: "ff02::1:ff00:10"), .malformedNDP),
    Case("option of length 0", recomputed(solicitation.replacing(79, 0)), .malformedNDP),
    Case("option longer than the packet", recomputed(solicitation.replacing(79, 2)), .malformedNDP),
    Case(
      "length below 24", recomputed(solicitation.replacing(18, 0, 23)), .malformedNDP),
    Case(
      "half an option", recomputed(solicitation.replacing(18, 0, 28)), .malformedNDP),
    Case("length beyond the frame", solicitation.replacing(18, 0, 33), .truncated),
    Case("largest length", solicitation.replacing(18, 255, 255), .truncated),
    Case(
      "from :: with the option", Frames.solicitation(source: "::"), .malformedNDP),
    Case(
      "from :: to a unicast address",
      Frames.solicitation(source: "::", destination: "2001:db8::10", link: nil),
      .malformedNDP),
    Case("from a group", Frames.solicitation(source: "ff02::1"), .invalidSource),
    Case(
      "the sender has the target", Frames.solicitation(source: "2001:db8::10"), .senderIsTarget),
    Case(
      "group of another address", Frames.solicitation(destination: "ff02::1:ff00:11"),
      .otherDestination),
    Case("to all nodes", Frames.solicitation(destination: "ff02::1"), .otherDestination),
    Case(
      "unicast frame to another host", Frames.solicitation(to: "02:00:00:00:00:02"),
      .otherDestination),
    Case(
      "unicast address in a frame to a group", Frames.solicitation(destination: "2001:db8::10"),
      .otherDestination),
    Case(
      "link-layer option is broadcast", Frames.solicitation(link: "ff:ff:ff:ff:ff:ff"),
      .invalidSource),
    Case("link-layer option is ours", Frames.solicitation(link: "02:00:00:00:00:01"), .ownFrame),
    Case("our own frame", Frames.solicitation(from: "02:00:00:00:00:01"), .ownFrame),
    Case("an advertisement", Frames.advertisement.replacing(11, 2), .notARequest),
    Case("echo request", solicitation.replacing(54, 128), .otherProtocol),
    Case("fragment header", solicitation.replacing(20, 44), .otherProtocol),
    Case("IP version 4", solicitation.replacing(14, 0x45), .otherProtocol),
    Case("VLAN 4094", solicitation.tagged(4094), .foreignVLAN),
  ]

  @Test("what is answered, and how", arguments: answeredCases)
  func answers(_ test: Case) {
    let answer = answer(to: test.frame)
    #expect(answer == test.expected, "\(describe(answer))")
  }

  @Test("what is ignored, and why", arguments: ignoredCases)
  func ignores(_ test: Case) {
    #expect(answer(to: test.frame) == test.expected)
  }

  @Test("every truncation is ignored as truncated")
  func truncations() {
    for count in 0..<Frames.solicitation.readableBytes {
      let answer = Frames.responder.answer(Frames.solicitation.truncated(to: count))
      #expect(answer == .ignored(.truncated), "\(count) octets")
    }
  }

  @Test("the hand-made solicitation is what the codec writes and reads")
  func solicitationCodec() throws {
    #expect(text(Frames.solicitation()) == text(Frames.solicitation))
    let packet = try parsed(Frames.solicitation)
    #expect(packet.source == v6("2001:db8::99"))
    #expect(packet.destination == v6("ff02::1:ff00:10"))
    #expect(
      packet.message
        == .solicitation(
          NeighborSolicitation(
            target: Frames.owned6, sourceLinkLayerAddress: Frames.clientMAC)))
  }

  @Test("advertisements are read with flags and option, and checked by RFC 4861 §7.1.2")
  func advertisementCodec() throws {
    let packet = try parsed(Frames.advertisement)
    #expect(
      packet.message
        == .advertisement(
          NeighborAdvertisement(
            target: Frames.owned6, flags: [.solicited, .override],
            targetLinkLayerAddress: Frames.ourMAC)))

    var solicitedToAll = packet
    solicitedToAll.destination = v6("ff02::1")
    let frame = solicitedToAll.frame(from: Frames.ourMAC, to: Frames.clientMAC)
    #expect(throws: DropReason.malformedNDP) { try parsed(frame) }
  }

  @Test("options that mean nothing here are skipped, of repeated ones the first counts")
  func otherOptions() throws {
    // A nonce (14), a source address of 16 octets, two of 8 octets.
    var frame = Frames.solicitation(link: nil)
    frame.writeImmutableBuffer(
      hex(
        """
        0e01 112233445566
        0102 0000000000000000000000000000
        0101 020000000077
        0101 020000000078
        """))
    frame.setInteger(UInt16(frame.readableBytes - 54), at: 18)
    let packet = try parsed(Self.recomputed(frame))
    #expect(
      packet.message
        == .solicitation(
          NeighborSolicitation(
            target: Frames.owned6, sourceLinkLayerAddress: mac("02:00:00:00:00:77"))))
  }

  private func parsed(_ frame: ByteBuffer) throws -> NDPPacket {
    let bytes = frame.readableBytesSpan
    return try NDPPacket(parsing: bytes.extracting(14..<bytes.byteCount))
  }

  private func answer(to frame: ByteBuffer) -> Answer { Frames.responder.answer(frame) }

  private func describe(_ answer: Answer) -> String {
    if case .reply(let frame, _) = answer { text(frame) } else { "\(answer)" }
  }

  private static func padded(_ frame: ByteBuffer) -> ByteBuffer {
    var copy = frame
    copy.writeRepeatingByte(0x5A, count: 7)
    return copy
  }

  /// The frame with the checksum that its octets ask for, by a way of its own: octet by octet.
  private static func recomputed(_ frame: ByteBuffer) -> ByteBuffer {
    var frame = frame.replacing(56, 0, 0)
    let bytes = Array(frame.readableBytesView)
    let length = Int(bytes[18]) << 8 | Int(bytes[19])
    let summed = bytes[22..<54] + [bytes[18], bytes[19], 0, 58] + bytes[54...].prefix(length)
    var sum = 0
    for (position, octet) in summed.enumerated() {
      sum += Int(octet) << (position.isMultiple(of: 2) ? 8 : 0)
      sum = sum & 0xFFFF + sum >> 16
    }
    frame.setInteger(~UInt16(truncatingIfNeeded: sum), at: 56)
    return frame
  }
}
