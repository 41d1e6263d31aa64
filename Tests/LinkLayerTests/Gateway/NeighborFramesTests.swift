import Addresses
import LinkLayer
import NIOCore
import TestSupport
import Testing

@Suite("questions for neighbours and what they say")
struct NeighborFramesTests {
  private static let ourMAC = mac("02:00:00:00:00:0a")
  private static let itsMAC = mac("02:00:00:00:00:01")

  private func answer(
    _ frame: ByteBuffer, by owned: IPAddress
  ) throws -> (frame: ByteBuffer, answer: NeighborNotice) {
    let responder = Responder(interfaceMAC: Self.itsMAC, owned: OwnedAddresses([owned]))
    var sighting: Sighting?
    let answer = responder.answer(
      frame.readableBytesSpan, now: .uptimeNanoseconds(0), sighting: &sighting)
    guard case .reply(let reply, _) = answer else {
      Issue.record("\(owned) was not answered for: \(answer)")
      throw CancellationError()
    }
    return (reply, try #require(notice(reply)))
  }

  private func notice(_ frame: ByteBuffer) -> NeighborNotice? {
    NeighborNotice(parsing: frame.readableBytesSpan)
  }

  struct Case: Sendable {
    let address: String
    let source: String?
  }

  @Test(
    "are answered, asked of all hosts or of one, with an address of ours or without",
    arguments: [
      Case(address: "192.0.2.1", source: "192.0.2.10"), Case(address: "192.0.2.1", source: nil),
      Case(address: "2001:db8::1", source: "2001:db8::10"),
      Case(address: "fe80::1", source: "fe80::10"), Case(address: "2001:db8::1", source: nil),
    ])
  func questions(_ row: Case) throws {
    let address = ip(row.address)
    for destination in [nil, Self.itsMAC] {
      let question = NeighborQuestion.frame(
        for: address, from: Self.ourMAC, source: row.source.map(ip), to: destination)
      let found = try answer(question, by: address).answer
      #expect(found.address == address && found.mac == Self.itsMAC && found.isAnswer)
    }
  }

  @Test("a question tells of who asks, a probe of nobody")
  func notices() throws {
    for (address, own) in [("192.0.2.1", "192.0.2.10"), ("2001:db8::1", "2001:db8::10")] {
      let question = NeighborQuestion.frame(
        for: ip(address), from: Self.ourMAC, source: ip(own), to: nil)
      let found = try #require(notice(question))
      #expect(found.address == ip(own) && found.mac == Self.ourMAC && !found.isAnswer)
      let probe = ProbeFrames.frame(for: ip(address), from: Self.ourMAC)
      #expect(notice(probe) == nil)
    }
  }

  @Test("what is cut or of another protocol says nothing")
  func hostile() throws {
    let frame = NeighborQuestion.frame(
      for: ip("2001:db8::1"), from: Self.ourMAC, source: ip("2001:db8::10"), to: nil)
    for length in 0..<frame.readableBytes {
      let cut = try #require(frame.getSlice(at: 0, length: length))
      #expect(notice(cut) == nil)
    }
    let other = Frames.arpRequest.replacing(12, 0x08, 0x00)
    #expect(notice(other) == nil)
  }

  @Test("the filter passes what the neighbour says, and not what others ask of it over IPv4")
  func filter() throws {
    let gateway = ip("192.0.2.1")
    let program = AddressFilter.program(
      for: OwnedAddresses([ip("192.0.2.99")]), hearing: [gateway, ip("2001:db8::1")])
    func passes(_ frame: ByteBuffer) throws -> Bool {
      try FilterMachine(program: program).run(on: Array(frame.readableBytesView)) > 0
    }
    let question = NeighborQuestion.frame(
      for: gateway, from: Self.ourMAC, source: ip("192.0.2.10"), to: nil)
    #expect(try !passes(question))
    #expect(try passes(try answer(question, by: gateway).frame))
    let solicitation = NeighborQuestion.frame(
      for: ip("2001:db8::1"), from: Self.ourMAC, source: ip("2001:db8::10"), to: nil)
    #expect(try passes(try answer(solicitation, by: ip("2001:db8::1")).frame))
    let owned = NeighborQuestion.frame(
      for: ip("192.0.2.99"), from: Self.itsMAC, source: gateway, to: nil)
    #expect(try passes(owned))
    let foreign = NeighborQuestion.frame(
      for: ip("192.0.2.98"), from: Self.ourMAC, source: ip("192.0.2.10"), to: nil)
    #expect(try !passes(foreign))
  }
}
