import Addresses
import ElectionSimulator
import NIOCore
import TestSupport
import Testing

@testable import Election

/// What an owner says on the segment.
@Suite(.ownThread, .serialized) struct BeaconTests {
  private func address(_ number: Int) -> IPAddress {
    .v4(IPv4Address(rawValue: 0xC633_6400 + UInt32(number)))
  }

  /// An owner of as many addresses, and the beacons of its next intervals.
  private func beacons(of count: Int, intervals: Int) -> [[RowsMessage]] {
    var node = SettledNode(.wire)
    for number in 0..<count {
      let address = address(number)
      node.handle(.address(address, .fit, [Candidate(SettledNode.id)]))
    }
    // Nobody else may have them, and the witnesses grant all that is asked for.
    for _ in 0..<1200 {
      node.beat(milliseconds: 10)
      let asked = node.sent
      node.sent.removeAll()
      for (message, member) in asked {
        var answer = message
        switch message.kind {
        case .take: answer.kind = .grant
        case .claimsToConfirm: answer.kind = .confirmed
        default: continue
        }
        node.take(answer, from: member)
      }
    }
    var rounds: [[RowsMessage]] = []
    while rounds.count < intervals {
      node.now = node.now + .milliseconds(10)
      node.handle(.deadlineReached)
      let round = node.actions.compactMap { action -> RowsMessage? in
        guard case .broadcast(.rows(let message)) = action else { return nil }
        return message
      }
      if !round.isEmpty { rounds.append(round) }
      for other in SettledNode.others { node.acknowledge(from: other) }
    }
    return rounds
  }

  @Test(arguments: [(1, 1), (22, 1), (23, 2), (100, 5), (352, 16)])
  func everyIntervalNamesAllAddresses(_ count: Int, _ packets: Int) {
    for round in beacons(of: count, intervals: 3) {
      #expect(round.count == packets)
      #expect(round.allSatisfy { $0.kind == .beacon && $0.rows.count <= RowsMessage.limit })
      #expect(Set(round.flatMap(\.rows).map(\.address)).count == count)
    }
  }

  @Test func veryManyAddressesAreNamedInTurn() {
    let rounds = beacons(of: 500, intervals: 2)
    #expect(rounds.allSatisfy { $0.count == 16 })
    #expect(Set(rounds.joined().flatMap(\.rows).map(\.address)).count == 500)
  }

  /// The owner hears the beacons of so many others, each of which sends one in every `interval`; returns
  /// how many rounds of its own it sends in `seconds`.
  private func rounds(
    among owners: Int, interval: Int64, seconds: Int64, of node: inout SettledNode
  ) -> Int {
    var rounds = 0
    let steps = seconds * 100
    for step in 0..<steps {
      node.now = node.now + .milliseconds(10)
      for number in 0..<owners where (step + Int64(number)) % (interval / 10) == 0 {
        let owner = MemberID(name: "owner-\(number)")
        let row = Row(
          address: .v4(IPv4Address(rawValue: 0xC612_0000 + UInt32(number))),
          claim: Claim(owner: owner, incarnation: 7, epoch: Epoch(quorum: 1)))
        node.handle(
          .frame(
            .rows(RowsMessage(kind: .beacon, rows: [row])), from: owner, incarnation: 7,
            receivedAt: node.now))
        rounds += node.beacons
      }
      node.handle(.deadlineReached)
      rounds += node.beacons
      let witnesses = node.election.peers[0].witnesses
      for other in witnesses.current + witnesses.former { node.acknowledge(from: other) }
    }
    return rounds
  }

  /// All owners of a segment together send at most 200 beacons a second.
  @Test func amongManyOwnersTheirBeaconsComeLater() {
    var node = SettledNode(.wire)
    node.becomeOwner()
    node.handle(
      .members((0..<4).map { "node-\($0)" } + (0..<400).map { "owner-\($0)" }))
    // Each of the 99 is heard a first time within the first interval, and that is no reason for as
    // many beacons.
    #expect(rounds(among: 99, interval: 500, seconds: 1, of: &node) <= 7)
    #expect((19...21).contains(rounds(among: 99, interval: 500, seconds: 10, of: &node)))
    // 400 others and this one: every 2005 ms.
    #expect(rounds(among: 400, interval: 2000, seconds: 4, of: &node) <= 12)
    let many = rounds(among: 400, interval: 2000, seconds: 40, of: &node)
    #expect((19...21).contains(many))
    // They are gone: what they said last counts for three intervals.
    _ = rounds(among: 0, interval: 500, seconds: 8, of: &node)
    #expect((19...21).contains(rounds(among: 0, interval: 500, seconds: 10, of: &node)))
  }

  /// An owner whose beacons come later is not held dead between two of them.
  @Test func aSignOfLifeCountsForAsManyIntervals() {
    var node = SettledNode(.wire)
    node.becomeOwner()
    node.handle(
      .members((0..<4).map { "node-\($0)" } + (0..<400).map { "owner-\($0)" }))
    #expect(node.election.wireEvidence == .milliseconds(1500))
    _ = rounds(among: 400, interval: 2000, seconds: 8, of: &node)
    #expect(node.election.wireEvidence == .milliseconds(1500 + 3 * 1505))
  }

  /// Two pairs of nodes are cut apart, both answer for all addresses, and then the segment is whole
  /// again, on which alone they hear each other.
  @Test func afterACutOfTheSegmentTwoAreOneWithinABeaconInterval() throws {
    var scenario = Scenario.quiet(seed: 11, nodes: 4, policy: .wire)
    scenario.addresses = 100
    scenario.isUniform = true
    let world = World(scenario)
    for address in world.addresses.indices { world.setFit([0, 2], for: address) }
    world.run(until: 8_000_000_000)
    let group = (1...1000).first { (group: UInt64) in
      var random = Random(seed: group)
      return (0..<4).map { _ in random.below(2) } == [0, 0, 1, 1]
    }
    world.cut([0, 1], from: [2, 3])
    world.inject(.partition(.segment, group: try #require(group)), lasting: 10_000)
    world.run(until: 17_900_000_000)
    #expect(world.addresses.indices.allSatisfy { world.answering($0).count == 2 })
    world.run(until: 18_000_000_000 + 510_000_000)
    #expect(world.addresses.indices.allSatisfy { world.answering($0).count == 1 })
    #expect(world.findings == [])
  }
}
