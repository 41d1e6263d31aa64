import Addresses
import LinkLayer
import NIOCore
import TestSupport
import Testing

@Suite("the kernel's filter")
struct AddressFilterTests {
  private static let otherMAC = mac("02:00:00:00:00:66")

  private func passes(_ frame: ByteBuffer, _ owned: OwnedAddresses) throws -> Bool {
    try passes(frame, AddressFilter.program(for: owned))
  }

  private func passes(_ frame: ByteBuffer, _ program: [FilterInstruction]) throws -> Bool {
    try FilterMachine(program: program).run(on: Array(frame.readableBytesView)) > 0
  }

  /// All that is said and asked of an address by others.
  private func frames(for address: IPAddress) -> [ByteBuffer] {
    var frames = GratuitousFrames.frames(for: address, from: Self.otherMAC)
    frames.append(ProbeFrames.frame(for: address, from: Self.otherMAC))
    switch address {
    case .v4(let address):
      for (sender, target) in [(v4("192.0.2.99"), address), (address, v4("192.0.2.99"))] {
        for operation in [ARPPacket.Operation.request, .reply] {
          frames.append(
            ARPPacket(
              operation: operation, senderMAC: Self.otherMAC, senderAddress: sender,
              targetMAC: MACAddress(rawValue: 0), targetAddress: target
            ).frame(from: Self.otherMAC, to: .broadcast))
        }
      }
    case .v6(let address):
      for (source, target) in [(v6("2001:db8::9999"), address), (address, v6("2001:db8::9999"))] {
        frames.append(
          NDPPacket(
            source: source, destination: target.solicitedNodeGroup,
            message: .solicitation(NeighborSolicitation(target: target))
          ).frame(
            from: Self.otherMAC, to: MACAddress(multicastGroup: target.solicitedNodeGroup)))
      }
    }
    return frames
  }

  @Test("a few addresses are told from all others, whatever is said of them")
  func few() throws {
    let owned = OwnedAddresses([
      ip("192.0.2.10"), ip("192.0.2.12"), ip("203.0.113.0"), ip("255.255.255.254"),
      ip("2001:db8::10"), ip("2001:db8:1::ffff:ffff"),
    ])
    for address in owned.sorted {
      for frame in frames(for: address) { #expect(try passes(frame, owned), "\(address)") }
    }
    for address in [
      "192.0.2.9", "192.0.2.11", "192.0.2.13", "203.0.113.1", "255.255.255.253", "2001:db8::11",
      "2001:db8::f", "2001:db8:1::ffff:fffe",
    ].map(ip) {
      for frame in frames(for: address) { #expect(try !passes(frame, owned), "\(address)") }
    }
  }

  @Test("other traffic does not pass, and nothing does without addresses")
  func others() throws {
    let owned = OwnedAddresses([.v4(Frames.owned4), .v6(Frames.owned6)])
    #expect(try passes(Frames.arpRequest, owned) && passes(Frames.solicitation, owned))
    for frame in [
      Frames.arpRequest.replacing(12, 0x08, 0x00), Frames.solicitation.replacing(20, 17),
      Frames.solicitation.replacing(54, 134), Frames.solicitation.replacing(54, 137),
    ] {
      #expect(try !passes(frame, owned))
    }
    for frame in [Frames.arpRequest, Frames.solicitation] {
      #expect(try !passes(frame, OwnedAddresses()))
    }
    let v4Only = OwnedAddresses([.v4(Frames.owned4)])
    #expect(try passes(Frames.arpRequest, v4Only) && !passes(Frames.solicitation, v4Only))
  }

  @Test("every truncation of a frame is rejected or passed, and none traps")
  func truncations() throws {
    let owned = OwnedAddresses([.v4(Frames.owned4), .v6(Frames.owned6)])
    for frame in [Frames.arpRequest, Frames.solicitation] {
      let shortest = (0...frame.readableBytes).first {
        (try? passes(frame.truncated(to: $0), owned)) == true
      }
      // Sender and target of ARP are within 42 octets; the target of a solicitation ends at 78.
      #expect(shortest == (frame == Frames.arpRequest ? 42 : 78))
    }
  }

  @Test("a pool of thousands is a few ranges; its neighbours do not pass")
  func pool() throws {
    let owned = OwnedAddresses(
      (0..<5000).map { IPAddress.v4(IPv4Address(rawValue: 0xC633_6400 + $0)) })
    let program = AddressFilter.program(for: owned)
    #expect(program.count < 32, "\(program.count) instructions")
    for (address, isOwned) in [
      ("198.51.99.255", false), ("198.51.100.0", true), ("198.51.119.135", true),
      ("198.51.119.136", false),
    ] {
      for frame in frames(for: ip(address)) { #expect(try passes(frame, program) == isOwned) }
    }
  }

  @Test("scattered addresses keep the program short, and the widest gaps shut")
  func scattered() throws {
    var random = SeededGenerator(5227)
    let addresses = (0..<5000).map { _ in
      IPAddress.v4(IPv4Address(rawValue: UInt32.random(in: 0...(.max), using: &random)))
    }
    let owned = OwnedAddresses(addresses)
    let program = AddressFilter.program(for: owned)
    // The kernel takes 4096.
    #expect(program.count <= 256, "\(program.count) instructions")
    for address in addresses.prefix(200) {
      for frame in frames(for: address) { #expect(try passes(frame, program), "\(address)") }
    }
  }

  @Test("nothing that would be answered or noticed is kept away", arguments: 1...3)
  func completeness(seed: Int) throws {
    var random = SeededGenerator(seed)
    for _ in 0..<5 {
      let count = Int.random(in: 0...120, using: &random)
      let addresses = (0..<count).map { _ -> IPAddress in
        let number = UInt32.random(in: 0...400, using: &random)
        return Bool.random(using: &random)
          ? .v4(IPv4Address(rawValue: 0xCB00_7100 &+ number))
          : .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(number)))
      }
      let owned = OwnedAddresses(addresses)
      let responder = Responder(interfaceMAC: Frames.ourMAC, owned: owned)
      let program = AddressFilter.program(for: owned)
      for number in 0...410 as ClosedRange<UInt32> {
        for address in [
          IPAddress.v4(IPv4Address(rawValue: 0xCB00_7100 &+ number)),
          .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(number))),
        ] {
          for frame in frames(for: address) {
            let (answer, sighting) = responder.look(at: frame)
            let matters: Bool = if case .reply = answer { true } else { sighting != nil }
            if matters { #expect(try passes(frame, program), "\(address)") }
          }
        }
      }
    }
  }
}
