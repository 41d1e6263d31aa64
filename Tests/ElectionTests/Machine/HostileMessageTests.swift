import Addresses
import NIOCore
import TestSupport
import Testing

@testable import Election

/// What an authenticated but insane member can say does no harm to the process.
@Suite struct HostileMessageTests {
  @Test(arguments: 0..<6) func randomMessagesAreTaken(_ seed: Int) {
    var random = SeededGenerator(seed)
    let names = (0..<5).map { "node-\($0)" }
    var now = NIODeadline.uptimeNanoseconds(5_000_000)
    let policy = IsolationPolicy.allCases[seed % 3]
    var election = Election(
      configuration: Configuration(
        node: "node-0", incarnation: 3, policy: policy, addressLimit: 300),
      seed: UInt64(seed), now: now)
    var actions: [Election.Action] = []
    election.handle(.members(names), now: now, actions: &actions)
    let ids = names.map(MemberID.init(name:))
    for address in 0..<4 {
      election.handle(
        .address(
          .v4(IPv4Address(rawValue: 0xC000_0200 + UInt32(address))), .fit,
          ids.map { Candidate($0) }), now: now, actions: &actions)
    }
    for round in 0..<400 {
      for var message in MessageTests.messages(seed * 1000 + round) {
        now = now + .microseconds(Int64(random.next() % 3000))
        // Half of what is said is about known members and addresses.
        if case .rows(var rows) = message, random.next() % 2 == 0 {
          for place in rows.rows.indices {
            rows.rows[place].address = .v4(
              IPv4Address(rawValue: 0xC000_0200 + UInt32(random.next() % 4)))
            rows.rows[place].claim.owner = ids[Int(random.next() % 5)]
            rows.rows[place].claim.epoch.quorum = random.next() % 50
          }
          rows.subject = ids[Int(random.next() % 5)]
          message = .rows(rows)
        }
        let sender = ids[1 + Int(random.next() % 4)]
        election.handle(
          random.next() % 4 == 0
            ? .frame(message, from: sender, incarnation: 5, receivedAt: now)
            : .packet(message, from: sender, incarnation: 5, receivedAt: now), now: now,
          actions: &actions)
        if now >= election.nextDeadline {
          election.handle(.deadlineReached, now: now, actions: &actions)
        }
      }
    }
    #expect(election.record.claims.count <= 300)
    #expect(election.counters.droppedAddresses > 0)
    #expect(election.members(at: now).count >= 5)
  }

  @Test func strangersAreCountedAndIgnored() {
    let now = NIODeadline.uptimeNanoseconds(5_000_000)
    var election = Election(
      configuration: Configuration(node: "node-0", incarnation: 3), seed: 1, now: now)
    var actions: [Election.Action] = []
    election.handle(.members(["node-0", "node-1"]), now: now, actions: &actions)
    let row = Row(
      address: .v4(IPv4Address(rawValue: 0xC000_0201)),
      claim: Claim(owner: MemberID(name: "node-9"), incarnation: 1, epoch: Epoch(quorum: 1)))
    election.handle(
      .packet(
        .rows(RowsMessage(kind: .claims, rows: [row])), from: MemberID(name: "node-9"),
        incarnation: 1, receivedAt: now), now: now, actions: &actions)
    #expect(election.counters.strangers == 1)
    #expect(election.record.claims.isEmpty)
  }
}
