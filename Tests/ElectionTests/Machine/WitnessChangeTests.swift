import Addresses
import NIOCore
import Testing

@testable import Election

@Suite struct WitnessChangeTests {
  private static let names = (0..<9).map { "node-\($0)" }
  private let boot = NIODeadline.uptimeNanoseconds(5_000_000_000)

  /// The machine of node-0 in its second process, and one of its witnesses.
  private func start(_ guards: Guards) -> (Election, witness: String) {
    var configuration = Configuration(node: "node-0", incarnation: 2)
    configuration.guards = guards
    var election = Election(configuration: configuration, seed: 1, now: boot)
    var actions: [Election.Action] = []
    election.handle(.members(Self.names), now: boot, actions: &actions)
    let witness = election.members(at: boot).first { $0.isWitness }?.name ?? ""
    return (election, witness)
  }

  /// A heartbeat of every other node, which knows a version of node-0's witnesses.
  private func hear(
    _ election: inout Election, version: UInt32, echo: NIODeadline, at now: NIODeadline
  ) {
    var actions: [Election.Action] = []
    for name in Self.names.dropFirst() {
      let heartbeat = Heartbeat(
        sentAt: 1, echo: echo.uptimeNanoseconds, silence: 500, flags: .isSettled, fence: 0,
        fenceApplied: 0, witnessVersion: 1, witnessVersionKnown: version, held: 0, digest: 0)
      election.handle(
        .packet(.heartbeat(heartbeat), from: MemberID(name: name), incarnation: 1, receivedAt: now),
        now: now, actions: &actions)
    }
    election.handle(.deadlineReached, now: now + .milliseconds(100), actions: &actions)
  }

  /// A late packet of before the restart says that the witnesses know the ninth set of the former
  /// process. A change of witnesses of the new one must not end by that: an heir would ask the old
  /// ones (S1 in seed 30025 of the simulator).
  @Test(arguments: [Guards.all, Guards.all.subtracting(.thisLife)])
  func whatAnEarlierProcessWasToldEndsNoChange(_ guards: Guards) {
    var (election, witness) = start(guards)
    hear(&election, version: 9, echo: boot - .seconds(1), at: boot + .milliseconds(10))
    var actions: [Election.Action] = []
    var now = boot + .milliseconds(200)
    election.handle(.members(Self.names.filter { $0 != witness }), now: now, actions: &actions)
    election.handle(.deadlineReached, now: now + .milliseconds(100), actions: &actions)
    #expect(election.lease(at: now).isChanging == (guards == .all))
    now = now + .milliseconds(200)
    hear(&election, version: 2, echo: now, at: now)
    #expect(!election.lease(at: now).isChanging)
  }

  /// Whom the second process asks for what the first one had: those that it is told of.
  @Test func anEarlierClaimIsAskedOfItsOwnWitnesses() {
    var (election, _) = start(.all)
    let address = IPAddress.v4(IPv4Address(rawValue: 0xC633_6401))
    let chosen = ["node-3", "node-5", "node-7"].map { MemberID(name: $0) }
    var actions: [Election.Action] = []
    election.handle(
      .recorded(
        Record(claims: [
          ClaimRow(
            address: address,
            claim: Claim(
              owner: MemberID(name: "node-0"), incarnation: 1, epoch: Epoch(quorum: 4)))
        ])), now: boot, actions: &actions)
    election.handle(
      .packet(
        .witnesses(
          WitnessNotice(
            subject: MemberID(name: "node-0"), incarnation: 1, version: 3, current: chosen,
            former: [])), from: chosen[0], incarnation: 1, receivedAt: boot),
      now: boot, actions: &actions)
    var asked: [MemberID] = []
    for step in 0..<5 {
      let now = boot + .milliseconds(Int64(100 * step))
      if step == 0 {
        election.handle(
          .address(address, .fit, [Candidate(MemberID(name: "node-0"))]), now: now,
          actions: &actions)
      } else {
        election.handle(.deadlineReached, now: now, actions: &actions)
      }
      for case .send(.rows(let message), let member) in actions where message.kind == .take {
        asked.append(member)
        #expect(message.subjectIncarnation == 1 && message.version == 3)
      }
    }
    #expect(Set(asked) == Set(chosen))
  }
}
