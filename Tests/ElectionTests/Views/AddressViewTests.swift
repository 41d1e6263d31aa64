import Addresses
import Election
import NIOCore
import Testing

/// Why a node does not answer, as it says itself.
@Suite struct AddressViewTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
  private let address = IPAddress.v4(IPv4Address(192, 0, 2, 130))
  private let own = Candidate(MemberID(name: "node-1"))

  private func obstacle(
    _ events: [Election.Event], after time: TimeAmount = .zero
  ) -> AddressView.Obstacle? {
    var machine = Election(
      configuration: Configuration(node: "node-1", incarnation: 1), seed: 1, now: start)
    var actions: [Election.Action] = []
    machine.handle(.members(["node-1", "node-2", "node-3"]), now: start, actions: &actions)
    for event in events { machine.handle(event, now: start + time, actions: &actions) }
    return machine.addresses(at: start + time).first?.obstacle
  }

  @Test func aNewProcessSettlesFirst() {
    #expect(obstacle([.address(address, .fit, [own])]) == .settling)
    #expect(obstacle([.address(address, .fit, [own])], after: .seconds(4)) == .contending)
  }

  @Test func whoMayNotOrIsDrainedSaysSo() {
    #expect(obstacle([.address(address, .unfit, [])]) == .unfit)
    #expect(obstacle([.drain(true), .address(address, .fit, [own])]) == .draining)
    #expect(
      obstacle([.drain(true), .drain(false), .address(address, .fit, [own])]) == .settling)
  }

  @Test func anotherOwnerIsNamed() {
    let claim = Claim(
      owner: MemberID(name: "node-2"), incarnation: 1, epoch: Epoch(quorum: 3))
    let recorded = Election.Event.recorded(
      Record(claims: [ClaimRow(address: address, claim: claim)]))
    #expect(obstacle([recorded, .address(address, .fit, [own])]) == .notOwner)
  }

  @Test func keysAreComparedWithoutBeingShown() throws {
    let first = try PeerKeys(current: Array("0123456789abcdef".utf8))
    let second = try PeerKeys(
      current: Array("fedcba9876543210".utf8), other: Array("0123456789abcdef".utf8))
    #expect(first.fingerprints.count == 1 && first.fingerprints[0].count == 8)
    #expect(second.fingerprints.count == 2 && second.fingerprints[1] == first.fingerprints[0])
    #expect(second.fingerprints[0] != first.fingerprints[0])
    #expect(PeerKeys.insecure.fingerprints == [])
  }
}
