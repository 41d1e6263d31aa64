import BFD
import NIOCore
import TestSupport
import Testing

@Suite("Control packets") struct ControlPacketTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let hex: String
    let packet: ControlPacket
    var testDescription: String { name }
  }

  static let vectors = [
    Vector(
      name: "the first packet of a session",
      hex: "20 40 03 18 11223344 00000000 000f4240 000493e0 00000000",
      packet: ControlPacket(
        state: .down, detectMultiplier: 3, myDiscriminator: 0x1122_3344, yourDiscriminator: 0,
        desiredMinTxInterval: 1_000_000, requiredMinRxInterval: 300_000)),
    Vector(
      name: "up, polling, with echo",
      hex: "20 e0 05 18 00000001 ffffffff 0000c350 0000ea60 00002710",
      packet: ControlPacket(
        state: .up, flags: .poll, detectMultiplier: 5, myDiscriminator: 1,
        yourDiscriminator: 0xFFFF_FFFF, desiredMinTxInterval: 50_000,
        requiredMinRxInterval: 60_000, requiredMinEchoRxInterval: 10_000)),
    Vector(
      name: "init, with all other flags",
      hex: "20 9a ff 18 00000001 00000002 ffffffff 00000000 00000000",
      packet: ControlPacket(
        state: .`init`, flags: [.final, .controlPlaneIndependent, .demand],
        detectMultiplier: 255, myDiscriminator: 1, yourDiscriminator: 2,
        desiredMinTxInterval: .max, requiredMinRxInterval: 0)),
    Vector(
      name: "disabled by an operator",
      hex: "27 00 03 18 00000001 00000002 000f4240 0000c350 00000000",
      packet: ControlPacket(
        diagnostic: .administrativelyDown, state: .adminDown, detectMultiplier: 3,
        myDiscriminator: 1, yourDiscriminator: 2, desiredMinTxInterval: 1_000_000,
        requiredMinRxInterval: 50_000)),
    Vector(
      name: "down with an unassigned diagnostic",
      hex: "3f 40 01 18 00000001 00000002 000f4240 0000c350 00000000",
      packet: ControlPacket(
        diagnostic: Diagnostic(rawValue: 31), state: .down, detectMultiplier: 1,
        myDiscriminator: 1, yourDiscriminator: 2, desiredMinTxInterval: 1_000_000,
        requiredMinRxInterval: 50_000)),
  ]

  @Test("are the octets of RFC 5880 §4.1", arguments: vectors)
  func layout(vector: Vector) throws {
    #expect(hex(vector.packet.bytes) == hex(buffer(vector.hex)))
    #expect(try ControlPacket(buffer(vector.hex)) == vector.packet)
  }

  @Test("may be followed by octets that their length does not count")
  func trailing() throws {
    let vector = Self.vectors[0]
    #expect(try ControlPacket(buffer(vector.hex + "dead")) == vector.packet)
  }

  static let malformed = [
    (DropReason.truncated, ""),
    (.truncated, "20 40 03 18 00000001 00000000 000f4240 000493e0 000000"),
    (.version, "00 40 03 18 00000001 00000000 000f4240 000493e0 00000000"),
    (.version, "40 41 00 00 00000000 00000000 000f4240 000493e0 00000000"),
    (.lengthTooSmall, "20 40 03 17 00000001 00000000 000f4240 000493e0 00000000"),
    (.lengthTooSmall, "20 40 03 00 00000001 00000000 000f4240 000493e0 00000000"),
    (.lengthTooSmall, "20 44 03 19 00000001 00000000 000f4240 000493e0 00000000 01"),
    (.lengthExceedsPayload, "20 40 03 19 00000001 00000000 000f4240 000493e0 00000000"),
    (.lengthExceedsPayload, "20 44 03 34 00000001 00000000 000f4240 000493e0 00000000 0100"),
    (.detectMultiplier, "20 40 00 18 00000001 00000000 000f4240 000493e0 00000000"),
    (.multipoint, "20 41 03 18 00000001 00000000 000f4240 000493e0 00000000"),
    (.myDiscriminator, "20 40 03 18 00000000 00000000 000f4240 000493e0 00000000"),
    (.pollAndFinal, "20 f0 03 18 00000001 00000002 000f4240 000493e0 00000000"),
    (.yourDiscriminator, "20 c0 03 18 00000001 00000000 000f4240 000493e0 00000000"),
    (.yourDiscriminator, "20 80 03 18 00000001 00000000 000f4240 000493e0 00000000"),
  ]

  @Test(
    "are refused for the first rule of RFC 5880 §6.8.6 that they break", arguments: malformed)
  func refused(reason: DropReason, hex: String) {
    #expect(throws: reason) { try ControlPacket(buffer(hex)) }
  }

  @Test("without Your Discriminator are good while the sender is down", arguments: ["00", "40"])
  func withoutYourDiscriminator(flags: String) throws {
    let bytes = buffer("20 \(flags) 03 18 00000001 00000000 000f4240 000493e0 00000000")
    #expect(try ControlPacket(bytes).yourDiscriminator == 0)
  }

  @Test("survive encoding and decoding", arguments: 0..<200) func identity(seed: Int) throws {
    var random = SeededGenerator(seed)
    var flags = ControlPacket.Flags(rawValue: .random(in: 0...63, using: &random))
    flags.subtract([.multipoint, .authenticationPresent])
    if flags.isSuperset(of: [.poll, .final]) { flags.remove(.poll) }
    let packet = ControlPacket(
      diagnostic: Diagnostic(rawValue: .random(in: 0...31, using: &random)),
      state: Session.State.allCases.randomElement(using: &random) ?? .up, flags: flags,
      detectMultiplier: .random(in: 1...255, using: &random),
      myDiscriminator: .random(in: 1 ... .max, using: &random),
      yourDiscriminator: .random(in: 1 ... .max, using: &random),
      desiredMinTxInterval: .random(in: 0 ... .max, using: &random),
      requiredMinRxInterval: .random(in: 0 ... .max, using: &random),
      requiredMinEchoRxInterval: .random(in: 0 ... .max, using: &random))
    let bytes = packet.bytes
    #expect(bytes.readableBytes == ControlPacket.byteCount)
    #expect(try ControlPacket(bytes) == packet)
  }

  @Test("diagnostics have the words of the RFC") func diagnostics() {
    #expect(Diagnostic.controlDetectionTimeExpired.description == "control detection time expired")
    #expect(Diagnostic(rawValue: 9).description == "diagnostic 9")
    #expect(Diagnostic(rawValue: 0x23) == .neighborSignaledSessionDown)
  }
}
