import Addresses
import NIOCore
import Testing

@testable import Election

/// What a process keeps for the next one of its node.
@Suite struct RecordTests {
  private let me = SettledNode.id
  private let boot = NIODeadline.uptimeNanoseconds(5_000_000_000)

  /// A process of node-0 among the four, with what an earlier one kept.
  private func start(_ record: Record, incarnation: UInt64, among names: [String]) -> Election {
    var election = Election(
      configuration: Configuration(node: "node-0", incarnation: incarnation, policy: .strict),
      seed: 1, now: boot)
    var actions: [Election.Action] = []
    election.handle(.recorded(record), now: boot, actions: &actions)
    election.handle(.members(names), now: boot, actions: &actions)
    return election
  }

  /// Whom a process asks for what an earlier one had, in so many milliseconds in which it hears node-3.
  private func asked(by election: inout Election, milliseconds: Int64) -> Set<MemberID> {
    var asked: Set<MemberID> = []
    var actions: [Election.Action] = []
    election.handle(
      .address(SettledNode.address, .fit, [Candidate(me)]), now: boot, actions: &actions)
    for step in 0..<milliseconds / 10 {
      let now = boot + .milliseconds(10 * step)
      // Without a lease it would not ask at all.
      let heartbeat = Heartbeat(
        sentAt: now.uptimeNanoseconds, echo: now.uptimeNanoseconds, silence: 500,
        flags: .isSettled, fence: 0, fenceApplied: 0, witnessVersion: 1, witnessVersionKnown: 1,
        held: 0, digest: 0)
      let events: [Election.Event] = [
        .packet(
          .heartbeat(heartbeat), from: SettledNode.others[2], incarnation: 5, receivedAt: now),
        .deadlineReached,
      ]
      for event in events {
        election.handle(event, now: now, actions: &actions)
        for case .send(.rows(let message), let member) in actions where message.kind == .take {
          asked.insert(member)
        }
      }
    }
    return asked
  }

  @Test func itHasTheWitnessesOfTheProcessThatClaimed() throws {
    var node = SettledNode(.strict)
    #expect(node.election.record == Record())
    node.becomeOwner()
    let record = node.election.record
    #expect(record.claims.map(\.claim.owner) == [me])
    let sets = try #require(record.witnesses.first { $0.subject == me })
    #expect(sets.incarnation == 3 && sets.version == 1)
    #expect(Set(sets.current) == Set(SettledNode.others) && sets.former == [])
  }

  /// Two of four nodes are removed while this one does not run. They may not know that yet, and have
  /// given its addresses to one of them: they are asked until they were silent for a while.
  @Test func theNextProcessAsksThemAlsoWhenTheirNodesAreGone() {
    var node = SettledNode(.strict)
    node.becomeOwner()
    let names = ["node-0", "node-3"]
    var next = start(node.election.record, incarnation: 4, among: names)
    #expect(asked(by: &next, milliseconds: 9000) == Set(SettledNode.others))
    // Only the claims were kept: as if there had never been others than are there now.
    var guessing = start(
      Record(claims: node.election.record.claims), incarnation: 4, among: names)
    #expect(asked(by: &guessing, milliseconds: 9000) == [SettledNode.others[2]])
  }

  /// A node that starts again and again before it takes part claims nothing in these lives.
  @Test func livesThatClaimedNothingDoNotCrowdOutTheOneThatDid() throws {
    var node = SettledNode(.strict)
    node.becomeOwner()
    var record = node.election.record
    let claimed = record.witnesses
    for incarnation in 4..<12 as Range<UInt64> {
      record =
        start(record, incarnation: incarnation, among: (0..<4).map { "node-\($0)" }).record
      #expect(record.witnesses == claimed)
    }
    // Others hear each of these lives choose its witnesses.
    var other = Election(
      configuration: Configuration(node: "node-1", incarnation: 1, policy: .strict), seed: 1,
      now: boot)
    var actions: [Election.Action] = []
    other.handle(.members((0..<4).map { "node-\($0)" }), now: boot, actions: &actions)
    other.handle(.recorded(record), now: boot, actions: &actions)
    for incarnation in 4..<12 as Range<UInt64> {
      let notice = WitnessNotice(
        subject: me, incarnation: incarnation, version: 1, current: SettledNode.others, former: [])
      other.handle(
        .packet(.witnesses(notice), from: me, incarnation: incarnation, receivedAt: boot),
        now: boot, actions: &actions)
    }
    #expect(other.record.witnesses == claimed)
    let earlier = try #require(other.indices[me].map { other.peers[$0].earlierWitnesses })
    #expect(earlier.count == Peer.earlierLives)
  }

  /// A change is said, so that the file is written.
  @Test func aChangeOfWitnessesIsSaid() {
    var node = SettledNode(.strict)
    node.handle(.members((0..<5).map { "node-\($0)" }))
    let isSaid = node.actions.contains { if case .witnessesChanged = $0 { true } else { false } }
    #expect(isSaid)
  }
}
