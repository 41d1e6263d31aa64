import Addresses
import LinkLayer
import NIOCore
import TestSupport
import Testing

@Suite("hostile frames")
struct HostileFrameTests {
  @Test(
    "mutated and random frames never trap, and never get an answer for a foreign address",
    arguments: [1, 2, 3, 4] as [UInt64])
  func mutations(seed: UInt64) {
    var random = SeededGenerator(seed)
    var counters = ResponderCounters()
    let originals = [
      Frames.arpRequest, Frames.arpReply, Frames.solicitation, Frames.advertisement,
      Frames.solicitation(source: "::", link: nil),
    ]
    let rounds = 5_000
    for _ in 0..<rounds {
      var frame = originals[Int.random(in: 0..<originals.count, using: &random)]
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let offset = Int.random(in: 0..<frame.readableBytes, using: &random)
        frame.setInteger(UInt8.random(in: 0...255, using: &random), at: offset)
      }
      if Bool.random(using: &random) {
        frame = frame.truncated(to: Int.random(in: 0...frame.readableBytes, using: &random))
      }
      counters.count(check(frame))
    }
    #expect(counters.received == UInt64(rounds))
    #expect(counters.replies > 0)
    for reason in [DropReason.truncated, .notOwned, .badChecksum, .otherDestination, .hopLimit] {
      #expect(counters[reason] > 0, "no frame was dropped as \(reason)")
    }
  }

  @Test("random octets behind valid headers never trap", arguments: [11, 12] as [UInt64])
  func randomPayloads(seed: UInt64) {
    var random = SeededGenerator(seed)
    for _ in 0..<5_000 {
      var frame = Frames.arpRequest.truncated(to: 12)
      frame.writeInteger(
        [0x0806, 0x86DD, 0x8100, 0x0800].randomElement(using: &random) ?? 0,
        as: UInt16.self)
      for _ in 0..<Int.random(in: 0...120, using: &random) {
        frame.writeInteger(UInt8.random(in: 0...255, using: &random))
      }
      // What follows is taken for a solicitation as often as possible.
      if frame.readableBytes > 54 {
        frame = frame.replacing(14, 0x60).replacing(20, 58, 255).replacing(54, 135)
      }
      _ = check(frame)
    }
  }

  /// The answer, after a look that it says nothing that we must not say.
  private func check(_ frame: ByteBuffer) -> Answer {
    let answer = Frames.responder.answer(frame)
    guard case .reply(let reply, let address) = answer else { return answer }
    #expect(Frames.responder.owned.contains(address))
    let bytes = reply.readableBytesSpan
    let header = try? EthernetHeader(parsing: bytes)
    #expect(header?.source == Frames.ourMAC)
    let payload = bytes.extracting(14..<bytes.byteCount)
    switch address {
    case .v4(let address):
      let packet = try? ARPPacket(parsing: payload)
      #expect(packet?.operation == .reply)
      #expect(packet?.senderAddress == address)
      #expect(packet?.senderMAC == Frames.ourMAC)
      #expect(header?.destination.isGroup == false)
    case .v6(let address):
      let packet = try? NDPPacket(parsing: payload)
      #expect(packet?.source == address)
      guard case .advertisement(let advertisement) = packet?.message else {
        Issue.record("not an advertisement: \(text(reply))")
        break
      }
      #expect(advertisement.target == address)
      #expect(advertisement.targetLinkLayerAddress == Frames.ourMAC)
    }
    return answer
  }
}
