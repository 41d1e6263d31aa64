import Addresses
import LinkLayer
import Testing

@Suite("gratuitous frames")
struct GratuitousFramesTests {
  @Test("IPv4: an ARP request and an ARP reply, both broadcast")
  func ipv4() {
    let frames = GratuitousFrames.frames(for: ip("192.0.2.10"), from: Frames.ourMAC)
    let request = hex(
      """
      ffffffffffff 020000000001 0806
      0001 0800 06 04 0001
      020000000001 c000020a
      000000000000 c000020a
      """)
    let reply = hex(
      """
      ffffffffffff 020000000001 0806
      0001 0800 06 04 0002
      020000000001 c000020a
      020000000001 c000020a
      """)
    #expect(frames.map(text) == [text(request), text(reply)])
  }

  /// The checksum: source and target 2dc9 each, destination ff02+0001 = ff03, length and next header
  /// 005a, type 8800, flags 2000, option 0402: 206f1, folded 06f3, complement f90c.
  @Test("IPv6: an unsolicited advertisement to all nodes with override")
  func ipv6() {
    let frames = GratuitousFrames.frames(for: ip("2001:db8::10"), from: Frames.ourMAC)
    let advertisement = hex(
      """
      333300000001 020000000001 86dd
      60000000 0020 3a ff
      20010db8000000000000000000000010
      ff020000000000000000000000000001
      88 00 f90c 20000000
      20010db8000000000000000000000010
      02 01 020000000001
      """)
    #expect(frames.map(text) == [text(advertisement)])
  }

  @Test("another speaker that hears our gratuitous frames does not answer them")
  func unanswered() {
    let other = Responder(
      interfaceMAC: mac("02:00:00:00:00:02"),
      owned: OwnedAddresses([ip("192.0.2.10"), ip("2001:db8::10")]))
    let frames = [ip("192.0.2.10"), ip("2001:db8::10")].flatMap {
      GratuitousFrames.frames(for: $0, from: Frames.ourMAC)
    }
    #expect(
      frames.map { other.answer($0) } == [
        .ignored(.senderIsTarget), .ignored(.notARequest), .ignored(.notARequest),
      ])
  }
}
