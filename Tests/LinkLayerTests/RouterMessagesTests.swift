import Addresses
import LinkLayer
import NIOCore
import TestSupport
import Testing

@Suite("router messages")
struct RouterMessagesTests {
  private static let router = v6("fe80::1")
  private static let mac = Frames.clientMAC

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: ByteBuffer
    var message: RouterMessage
  }

  private static let cases = [
    Case(
      testDescription: "a solicitation", bytes: hex("85 00 0000 00000000"),
      message: .solicitation(RouterSolicitation())),
    Case(
      testDescription: "a solicitation with the sender's link-layer address",
      bytes: hex("85 00 0000 00000000 0101 020000000099"),
      message: .solicitation(RouterSolicitation(sourceLinkLayerAddress: mac))),
    Case(
      testDescription: "an advertisement that changes nothing for hosts",
      bytes: hex("86 00 0000 00 00 0000 00000000 00000000"),
      message: .advertisement(RouterAdvertisement())),
    Case(
      testDescription: "an advertisement of a default router",
      bytes: hex("86 00 0000 40 00 0708 00000000 00000000 0101 020000000099"),
      message: .advertisement(
        RouterAdvertisement(hopLimit: 64, lifetime: 1800, sourceLinkLayerAddress: mac))),
  ]

  private func parse(
    _ bytes: ByteBuffer, from source: IPv6Address = router, hopLimit: UInt8 = 255
  ) throws -> RouterMessage {
    try RouterMessage(parsing: bytes.readableBytesSpan, source: source, hopLimit: hopLimit)
  }

  @Test(arguments: cases) func isReadAndWritten(_ test: Case) throws {
    #expect(try parse(test.bytes) == test.message)
    var written = ByteBuffer()
    test.message.write(into: &written)
    #expect(written == test.bytes)
  }

  /// Prefixes and an MTU, as routers send them: they are not our business.
  @Test func otherOptionsArePassedOver() throws {
    let bytes = hex(
      """
      86 00 abcd 40 c0 0708 00000001 00000002
      0304 40c0 00000e10 00000708 00000000 20010db8000000000000000000000000
      0501 0000 000005dc
      0101 020000000099
      """)
    #expect(
      try parse(bytes)
        == .advertisement(
          RouterAdvertisement(hopLimit: 64, lifetime: 1800, sourceLinkLayerAddress: Self.mac)))
  }

  @Test(
    arguments: [
      ("86 00 0000 00 00 0000 00000000 000000", "fe80::1", 255, DropReason.truncated),
      ("85 00 0000 000000", "fe80::1", 255, .truncated),
      ("86 00 0000 00 00 0000 00000000 00000000", "fe80::1", 254, .hopLimit),
      ("86 00 0000 00 00 0000 00000000 00000000", "2001:db8::1", 255, .invalidSource),
      ("86 01 0000 00 00 0000 00000000 00000000", "fe80::1", 255, .malformedNDP),
      ("86 00 0000 00 00 0000 00000000 00000000 0100", "fe80::1", 255, .malformedNDP),
      ("86 00 0000 00 00 0000 00000000 00000000 0100 020000000099", "fe80::1", 255, .malformedNDP),
      ("86 00 0000 00 00 0000 00000000 00000000 0102 020000000099", "fe80::1", 255, .malformedNDP),
      ("85 00 0000 00000000 0101 020000000099", "::", 255, .malformedNDP),
      ("87 00 0000 00000000", "fe80::1", 255, .otherProtocol),
    ] as [(String, String, UInt8, DropReason)])
  func whatIsWrongIsRefused(
    bytes: String, source: String, hopLimit: UInt8, reason: DropReason
  ) {
    #expect(throws: reason) { try parse(hex(bytes), from: v6(source), hopLimit: hopLimit) }
  }

  @Test func noByteStringTraps() {
    var random = SeededGenerator(4861)
    var read = 0
    for _ in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      if !bytes.isEmpty { bytes[0] = Bool.random(using: &random) ? 133 : 134 }
      if bytes.count > 1 { bytes[1] = 0 }
      if (try? parse(ByteBuffer(bytes: bytes))) != nil { read += 1 }
    }
    #expect(read > 0)
  }
}
