import Addresses
import LinkLayer
import NIOCore
import Testing

@Suite("answers under a lease")
struct LeaseTests {
  private static let end = NIODeadline.uptimeNanoseconds(1_000_000_000)

  @Test(
    "the lease of the node ends at its deadline, to the nanosecond",
    arguments: [
      (Frames.arpRequest, IPAddress.v4(Frames.owned4)),
      (Frames.solicitation, .v6(Frames.owned6)),
    ])
  func node(frame: ByteBuffer, address: IPAddress) {
    let last = Self.end - .nanoseconds(1)
    #expect(isAnswered(Frames.responder.look(at: frame, now: last, lease: Self.end).answer))
    for now in [Self.end, Self.end + .nanoseconds(1), .distantFuture] {
      let answer = Frames.responder.look(at: frame, now: now, lease: Self.end).answer
      #expect(answer == .withheld(.leaseEnded, address: address))
    }
    #expect(isAnswered(Frames.responder.look(at: frame, now: .distantFuture).answer))
  }

  @Test("the lease of one address ends alone")
  func address() {
    var responder = Frames.responder
    responder.owned.setRight(.until(Self.end), to: .v4(Frames.owned4))
    let now = Self.end
    #expect(
      responder.look(at: Frames.arpRequest, now: now).answer
        == .withheld(.leaseEnded, address: .v4(Frames.owned4)))
    #expect(isAnswered(responder.look(at: Frames.solicitation, now: now).answer))
    #expect(
      isAnswered(responder.look(at: Frames.arpRequest, now: now - .nanoseconds(1)).answer))
  }

  @Test("of two leases the earlier counts")
  func both() {
    var responder = Frames.responder
    responder.owned.setRight(.until(Self.end), to: .v4(Frames.owned4))
    let early = Self.end - .seconds(1)
    let answer = responder.look(at: Frames.arpRequest, now: early, lease: early).answer
    #expect(answer == .withheld(.leaseEnded, address: .v4(Frames.owned4)))
  }

  @Test("what was yielded is not answered, whatever the lease says")
  func yielded() {
    var responder = Frames.responder
    responder.owned.setRight(.yielded, to: .v4(Frames.owned4))
    responder.owned.setRight(.yielded, to: .v6(Frames.owned6))
    for (frame, address) in [
      (Frames.arpRequest, IPAddress.v4(Frames.owned4)), (Frames.solicitation, .v6(Frames.owned6)),
    ] {
      #expect(responder.look(at: frame).answer == .withheld(.yielded, address: address))
    }
  }

  @Test("a foreign address is not ours, with or without a lease")
  func foreign() {
    let answer = Frames.responder.look(
      at: Frames.arpRequest.replacing(41, 11), now: Self.end, lease: Self.end
    ).answer
    #expect(answer == .ignored(.notOwned))
  }

  private func isAnswered(_ answer: Answer) -> Bool {
    if case .reply = answer { true } else { false }
  }
}
