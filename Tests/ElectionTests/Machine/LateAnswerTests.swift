import Addresses
import NIOCore
import Testing

@testable import Election

/// Answers that come late say nothing about what was asked since.
@Suite struct LateAnswerTests {
  /// An heir gives promises back and asks again. Were that the same epoch, a grant on its way from
  /// before would count, and the release on its way would end the promise that follows: two heirs
  /// then had a quorum (S1 in seed 6880 of the simulator). It shows where a node asks for what it gave
  /// up itself: it is no witness of its own, and remembers no promise.
  @Test func anEpochThatWasGivenBackIsNotAskedForAgain() throws {
    var node = SettledNode(.strict)
    let vacant = Claim(
      owner: SettledNode.id, incarnation: 2, epoch: Epoch(quorum: 4), isVacant: true)
    node.take(
      RowsMessage(kind: .claims, rows: [Row(address: SettledNode.address, claim: vacant)]),
      from: SettledNode.others[0])
    node.handle(.address(SettledNode.address, .fit, [Candidate(SettledNode.id)]))
    node.beat(milliseconds: 1500)
    let attempts = Set(node.epochs(of: .take))
    #expect(attempts.count > 1)
    var released: Set<UInt64> = []
    for (message, _) in node.sent {
      for row in message.rows where message.kind == .release {
        released.insert(row.claim.epoch.quorum)
      }
      for row in message.rows where message.kind == .take {
        #expect(!released.contains(row.claim.epoch.quorum))
      }
    }
    #expect(!released.isEmpty)
  }

  /// What the witnesses registered for a hand-over that was not committed in time may have ended
  /// when the owner tries again; it does not count for that.
  @Test func aRegistrationCountsForItsOwnTryOnly() throws {
    var node = SettledNode(.strict)
    node.becomeOwner()
    #expect(node.election.answers(for: SettledNode.address, at: node.now))
    node.sent.removeAll()
    node.handle(.drain(true))
    let first = try register(&node)
    let second = try register(&node)
    #expect(second.heir == first.heir)
    answer(first.message, by: first.witnesses, &node)
    #expect(node.epochs(of: .commit).isEmpty)
    answer(second.message, by: second.witnesses, &node)
    #expect(!node.epochs(of: .commit).isEmpty)
  }

  /// The heir says that it is ready; what the owner then sends to its witnesses.
  private func register(
    _ node: inout SettledNode
  ) throws -> (message: RowsMessage, witnesses: [MemberID], heir: MemberID) {
    while !node.sent.contains(where: { $0.message.kind == .prepare }) {
      try #require(node.now < .uptimeNanoseconds(60_000_000_000))
      node.beat(milliseconds: 10)
    }
    var (ready, heir) = try #require(node.sent.last { $0.message.kind == .prepare })
    ready.kind = .ready
    node.sent.removeAll()
    node.take(ready, from: heir)
    let registrations = node.sent.filter { $0.message.kind == .register }
    return (try #require(registrations.first?.message), registrations.map(\.to), heir)
  }

  private func answer(
    _ message: RowsMessage, by witnesses: [MemberID], _ node: inout SettledNode
  ) {
    var answer = message
    answer.kind = .registered
    for witness in witnesses { node.take(answer, from: witness) }
  }

  /// An owner that could not answer says so on the segment as soon as it can again, whenever its
  /// next beacon is due: a neighbour may have asked a moment before (seed 7052 of the simulator).
  @Test(arguments: [0, 100, 200, 300])
  func anOwnerThatMayAnswerAgainSaysSoAtOnce(_ milliseconds: Int) {
    var node = SettledNode(.wire)
    node.becomeOwner()
    node.beat(milliseconds: 5000 + milliseconds, areSilent: true)
    #expect(!node.election.answers(for: SettledNode.address, at: node.now))
    node.actions.removeAll()
    var beacons = 0
    for other in SettledNode.others {
      node.acknowledge(from: other)
      for case .broadcast(.rows(let message)) in node.actions where message.kind == .beacon {
        beacons += 1
      }
    }
    #expect(node.election.answers(for: SettledNode.address, at: node.now))
    #expect(beacons == 1)
  }
}
