import Addresses
import ElectionSimulator
import NIOCore
import TestSupport
import Testing

@testable import Election

/// A process that runs for months, while nodes and addresses come and go, goes on.
@Suite(.ownThread, .serialized) struct ForgettingTests {
  private static func address(_ number: Int) -> IPAddress {
    .v6(IPv6Address(high: 0x2001_0DB8_0000_0000, low: UInt64(number + 1)))
  }

  /// More names than are remembered at once, each of which owned an address.
  @Test func membersAreReplacedForEver() throws {
    var node = SettledNode(.wire)
    let count = Election.memberLimit + 1
    for number in 0..<count {
      node.now = node.now + .seconds(61)
      let worker = "worker-\(number)"
      node.handle(.members(["node-0", "node-1", "node-2", worker]))
      node.handle(.deadlineReached)
      let claim = Claim(
        owner: MemberID(name: worker), incarnation: 5, epoch: Epoch(quorum: UInt64(number + 1)))
      node.take(
        RowsMessage(kind: .claims, rows: [Row(address: SettledNode.address, claim: claim)]),
        from: MemberID(name: worker))
    }
    let last = "worker-\(count - 1)"
    #expect(node.election.counters.droppedMembers == 0)
    #expect(node.election.isMember(MemberID(name: last)))
    #expect(node.election.peers.count < 20)
    let members = node.election.members(at: node.now)
    #expect(members.map(\.name) == ["node-0", "node-1", "node-2", last])
    let witnesses = node.election.wantedWitnesses ?? node.election.peers[0].witnesses.current
    #expect(Set(witnesses) == Set(["node-1", "node-2", last].map(MemberID.init(name:))))
    #expect(node.election.claim(to: SettledNode.address)?.owner == MemberID(name: last))
  }

  /// Who is named by a claim stays, with the witnesses that decide about it.
  @Test func whoIsNamedIsNotForgotten() {
    var node = SettledNode(.strict)
    let owner = SettledNode.others[2]
    let claim = Claim(owner: owner, incarnation: 5, epoch: Epoch(quorum: 4), isVacant: true)
    node.take(
      RowsMessage(kind: .claims, rows: [Row(address: SettledNode.address, claim: claim)]),
      from: owner)
    for number in 0..<10 {
      node.now = node.now + .minutes(2)
      node.handle(.members(["node-0", "node-1", "node-2", "worker-\(number)"]))
      node.handle(.deadlineReached)
    }
    #expect(node.election.indices[owner] != nil)
    #expect(node.election.indices[MemberID(name: "worker-2")] == nil)
    #expect(node.election.indices[MemberID(name: "worker-9")] != nil)
  }

  /// A Node that is deleted and made again while its process runs on: the others have forgotten it, and
  /// it has not forgotten them.
  @Test(arguments: [IsolationPolicy.strict, .wire])
  func aProcessThatWasForgottenTakesPartAgain(_ policy: IsolationPolicy) {
    var scenario = Scenario.quiet(seed: 11, nodes: 6, policy: policy)
    scenario.addresses = 12
    scenario.isUniform = true
    let world = World(scenario)
    world.run(until: 6_000_000_000)
    let gone = world.answering(0)[0]
    let other = (gone + 1) % 6
    world.inject(.removal(node: gone), lasting: 100_000)
    _ = world.run(milliseconds: 70_000)
    world.inject(.removal(node: other), lasting: 5000)
    _ = world.run(milliseconds: 3000)
    let id = world.machine(gone).id
    for node in 0..<6 where node != gone { #expect(world.machine(node).indices[id] == nil) }
    _ = world.run(milliseconds: 35_000)
    let lease = world.machine(gone).lease(at: world.clock(gone))
    #expect(lease.isHeld && lease.witnesses == 5 && lease.acknowledging == 5 && !lease.isChanging)
    // It can have addresses again.
    world.setFit([gone], for: 0)
    _ = world.run(milliseconds: 3000)
    #expect(world.answering(0) == [gone])
    #expect(world.findings == [])
  }

  /// More addresses than are remembered at once, over hours; each was owned and given up.
  @Test func addressesComeAndGoForEver() {
    var node = SettledNode(.wire)
    let count = node.election.configuration.addressLimit + 1
    let owner = SettledNode.others[0]
    for number in 0..<count {
      node.now = node.now + .milliseconds(250)
      let address = Self.address(number)
      node.handle(.address(address, .unfit, []))
      let claim = Claim(owner: owner, incarnation: 5, epoch: Epoch(quorum: 3), isVacant: true)
      node.take(
        RowsMessage(kind: .claims, rows: [Row(address: address, claim: claim)]), from: owner)
      node.handle(.addressRemoved(address))
      #expect(node.election.claim(to: address)?.isVacant == true)
    }
    #expect(node.election.counters.droppedAddresses == 0)
    // Those of an hour, and a little more.
    #expect(
      node.election.record.claims.count < 15_000 && node.election.record.claims.count > 14_000)
    #expect(node.election.addresses(at: node.now).count == node.election.record.claims.count)
    #expect(node.election.claim(to: Self.address(0)) == nil)
    #expect(node.election.tableDigest == 0)
  }

  /// Of a surrender that others may have forgotten the witnesses of the address decide as well.
  @Test func anOldSurrenderIsAskedForOnBothSides() throws {
    var node = SettledNode(.strict)
    let owner = SettledNode.others[0]
    node.handle(.address(SettledNode.address, .unfit, []))
    let claim = Claim(owner: owner, incarnation: 5, epoch: Epoch(quorum: 3), isVacant: true)
    node.take(
      RowsMessage(kind: .claims, rows: [Row(address: SettledNode.address, claim: claim)]),
      from: owner)
    let slot = try #require(node.election.slotIndices[SettledNode.address])
    #expect(node.election.electorate(for: slot).parts.map(\.base) == [owner])
    node.now = node.now + .minutes(31)
    node.handle(.deadlineReached)
    #expect(node.election.electorate(for: slot).parts.map(\.base) == [owner, .none])
  }

  /// Tables are equal although one node has forgotten an address and another one has not.
  @Test func aSurrenderCountsWhileAServiceHasTheAddress() {
    var node = SettledNode(.strict)
    let owner = SettledNode.others[0]
    let claim = Claim(owner: owner, incarnation: 5, epoch: Epoch(quorum: 3), isVacant: true)
    node.take(
      RowsMessage(kind: .claims, rows: [Row(address: SettledNode.address, claim: claim)]),
      from: owner)
    #expect(node.election.tableDigest == 0)
    node.handle(.address(SettledNode.address, .unfit, []))
    #expect(node.election.tableDigest != 0)
    node.handle(.addressRemoved(SettledNode.address))
    #expect(node.election.tableDigest == 0)
  }
}
