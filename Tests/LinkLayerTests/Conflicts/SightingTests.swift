import Addresses
import LinkLayer
import NIOCore
import Testing

/// What frames of others say of our addresses.
@Suite("sightings")
struct SightingTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    let frame: ByteBuffer
    let expected: Sighting?
    var testDescription: String { name }

    init(_ name: String, _ frame: ByteBuffer, _ expected: Sighting?) {
      self.name = name
      self.frame = frame
      self.expected = expected
    }
  }

  private static let other = mac("02:00:00:00:00:66")
  private static let claim4 = Sighting(address: .v4(Frames.owned4), mac: other, kind: .claim)
  private static let probe4 = Sighting(address: .v4(Frames.owned4), mac: other, kind: .probe)
  private static let claim6 = Sighting(address: .v6(Frames.owned6), mac: other, kind: .claim)
  private static let probe6 = Sighting(address: .v6(Frames.owned6), mac: other, kind: .probe)

  private static func arp(
    _ operation: ARPPacket.Operation, sender: String, target: String,
    senderMAC: MACAddress = other, from source: MACAddress = other,
    to destination: MACAddress = .broadcast
  ) -> ByteBuffer {
    ARPPacket(
      operation: operation, senderMAC: senderMAC, senderAddress: v4(sender),
      targetMAC: MACAddress(rawValue: 0), targetAddress: v4(target)
    ).frame(from: source, to: destination)
  }

  private static func advertisement(
    target: String, link: MACAddress?, from source: MACAddress = other
  ) -> ByteBuffer {
    NDPPacket(
      source: v6("fe80::66"), destination: v6("ff02::1"),
      message: .advertisement(
        NeighborAdvertisement(
          target: v6(target), flags: .override, targetLinkLayerAddress: link))
    ).frame(from: source, to: mac("33:33:00:00:00:01"))
  }

  static let cases: [Case] = [
    Case(
      "ARP announcement as a request", arp(.request, sender: "192.0.2.10", target: "192.0.2.10"),
      claim4),
    Case(
      "ARP announcement as a reply", arp(.reply, sender: "192.0.2.10", target: "192.0.2.10"),
      claim4),
    Case(
      "ARP reply to us",
      arp(.reply, sender: "192.0.2.10", target: "192.0.2.1", to: Frames.ourMAC), claim4),
    Case(
      "a question in the name of our address",
      arp(.request, sender: "192.0.2.10", target: "192.0.2.99"), claim4),
    Case("ARP probe", arp(.request, sender: "0.0.0.0", target: "192.0.2.10"), probe4),
    Case(
      "an ordinary question for our address",
      arp(.request, sender: "192.0.2.66", target: "192.0.2.10"), nil),
    Case(
      "an announcement of another address",
      arp(.request, sender: "192.0.2.66", target: "192.0.2.66"), nil),
    Case(
      "somebody says that we have it, as a proxy may",
      arp(.reply, sender: "192.0.2.10", target: "192.0.2.99", senderMAC: Frames.ourMAC), nil),
    Case(
      "our own announcement, reflected",
      arp(
        .request, sender: "192.0.2.10", target: "192.0.2.10", senderMAC: Frames.ourMAC,
        from: Frames.ourMAC), nil),
    Case(
      "a group has no address",
      arp(.reply, sender: "192.0.2.10", target: "192.0.2.10", senderMAC: .broadcast), nil),
    Case(
      "zero has no address",
      arp(
        .reply, sender: "192.0.2.10", target: "192.0.2.10", senderMAC: MACAddress(rawValue: 0)),
      nil),
    Case("advertisement", advertisement(target: "2001:db8::10", link: other), claim6),
    Case(
      "advertisement without the option", advertisement(target: "2001:db8::10", link: nil), claim6),
    Case(
      "advertisement of another address", advertisement(target: "2001:db8::66", link: other), nil),
    Case(
      "advertisement that names our MAC address",
      advertisement(target: "2001:db8::10", link: Frames.ourMAC), nil),
    Case(
      "duplicate address detection",
      Frames.solicitation(source: "::", link: nil, from: "02:00:00:00:00:66"), probe6),
    Case(
      "a solicitation in the name of our address",
      Frames.solicitation(
        source: "2001:db8::10", destination: "ff02::1:ff00:99", target: "2001:db8::99",
        link: "02:00:00:00:00:66", to: "33:33:ff:00:00:99", from: "02:00:00:00:00:66"), claim6),
    Case("an ordinary solicitation", Frames.solicitation, nil),
    Case(
      "a packet from outside the link",
      advertisement(target: "2001:db8::10", link: other).replacing(21, 254), nil),
    Case(
      "another VLAN",
      arp(.request, sender: "192.0.2.10", target: "192.0.2.10").tagged(100), nil),
  ]

  @Test("who speaks for our address, and how", arguments: cases)
  func sightings(_ test: Case) {
    #expect(Frames.responder.look(at: test.frame).sighting == test.expected)
  }

  @Test("what was yielded is still watched")
  func yielded() {
    var responder = Frames.responder
    responder.owned.setRight(.yielded, to: .v4(Frames.owned4))
    let frame = Self.arp(.reply, sender: "192.0.2.10", target: "192.0.2.10")
    #expect(responder.look(at: frame).sighting == Self.claim4)
  }

  @Test("our own announcements are claims, and our probes are probes, to another speaker")
  func ownFrames() {
    let speaker = Responder(
      interfaceMAC: Self.other,
      owned: OwnedAddresses([.v4(Frames.owned4), .v6(Frames.owned6)]))
    for address in [IPAddress.v4(Frames.owned4), .v6(Frames.owned6)] {
      for frame in GratuitousFrames.frames(for: address, from: Frames.ourMAC) {
        #expect(
          speaker.look(at: frame).sighting
            == Sighting(address: address, mac: Frames.ourMAC, kind: .claim))
      }
      for destination in [nil, Self.other] {
        let frame = ProbeFrames.frame(for: address, from: Frames.ourMAC, to: destination)
        let (answer, sighting) = speaker.look(at: frame)
        #expect(sighting == Sighting(address: address, mac: Frames.ourMAC, kind: .probe))
        guard case .reply = answer else {
          Issue.record("a probe is not answered: \(answer)")
          continue
        }
      }
    }
  }
}
