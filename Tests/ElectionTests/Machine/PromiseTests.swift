import Addresses
import NIOCore
import Testing

@testable import Election

/// What a witness promises to an heir while the owner before is alive.
@Suite struct PromiseTests {
  private static let address = IPAddress.v4(IPv4Address(rawValue: 0xC633_6401))
  private static let former = MemberID(name: "node-1")
  private static let owner = MemberID(name: "node-2")
  private static let heir = MemberID(name: "node-3")

  /// A witness among four nodes that has settled, and what it sends.
  private struct Witness {
    var election: Election
    var now = NIODeadline.uptimeNanoseconds(5_000_000)
    var actions: [Election.Action] = []

    init() {
      election = Election(
        configuration: Configuration(node: "node-0", incarnation: 3, policy: .strict), seed: 1,
        now: now)
      handle(.members((0..<4).map { "node-\($0)" }))
      handle(.recorded(Record()))
    }

    mutating func handle(_ event: Election.Event) {
      election.handle(event, now: now, actions: &actions)
    }

    mutating func take(_ message: Message, from sender: MemberID, life: UInt64 = 5) {
      handle(.packet(message, from: sender, incarnation: life, receivedAt: now))
    }

    /// Lets time pass in which the owner before beats and says that it holds what the digest says.
    mutating func hear(_ sender: MemberID, holding digest: UInt64, milliseconds: Int) {
      for _ in 0..<(milliseconds / 50) {
        let echo = now.uptimeNanoseconds
        now = now + .milliseconds(50)
        handle(.deadlineReached)
        take(
          .heartbeat(
            Heartbeat(
              sentAt: echo, echo: echo, silence: 500, flags: .isSettled, fence: 0,
              fenceApplied: 100, witnessVersion: 1, witnessVersionKnown: 1,
              held: digest == 0 ? 0 : 1, digest: digest)), from: sender)
      }
    }

    mutating func learn(_ claim: Claim, from sender: MemberID) {
      take(
        .rows(RowsMessage(kind: .claims, rows: [Row(address: address, claim: claim)])),
        from: sender)
    }

    /// What the witness answers to an heir that asks for the address at an epoch.
    mutating func answer(
      at epoch: UInt64, of base: MemberID, incarnation: UInt64, version: UInt32,
      to heir: (id: MemberID, life: UInt64) = (heir, 5)
    ) -> Verdict? {
      let claim = Claim(
        owner: heir.id, incarnation: heir.life, epoch: Epoch(quorum: epoch, wire: 1))
      take(
        .rows(
          RowsMessage(
            kind: .take, subject: base, subjectIncarnation: incarnation, version: version,
            rows: [Row(address: address, claim: claim)])), from: heir.id, life: heir.life)
      for case .send(.rows(let message), to: heir.id) in actions
      where message.kind == .grant || message.kind == .deny {
        return message.rows.first?.verdict
      }
      return nil
    }
  }

  /// A claim that was never recorded was given up again. Its heirs need the promises of the owner
  /// before as well, which is alive: it must have said that it does not hold the address.
  @Test(arguments: [
    (holds: false, after: 500, verdict: Verdict.none),
    (holds: false, after: 50, verdict: .notSilent),
    (holds: true, after: 500, verdict: .notSilent),
  ])
  func anOwnerThatIsHeardMustHaveLeft(_ row: (holds: Bool, after: Int, verdict: Verdict)) {
    var witness = Witness()
    let before = Claim(owner: Self.former, incarnation: 5, epoch: Epoch(quorum: 1))
    let digest = before.digest(addressHash: RendezvousHash.hash(Self.address))
    witness.learn(before, from: Self.former)
    witness.hear(Self.former, holding: digest, milliseconds: 2000)
    witness.learn(
      Claim(
        owner: Self.owner, incarnation: 5, epoch: Epoch(quorum: 2), isVacant: true,
        isProvisional: true, via: Self.former), from: Self.owner)
    witness.hear(Self.former, holding: row.holds ? digest : 0, milliseconds: row.after)
    #expect(witness.answer(at: 3, of: Self.former, incarnation: 0, version: 0) == row.verdict)
  }

  /// The witnesses that a former life chose say nothing about a claim of a later one.
  @Test(arguments: [
    (incarnation: 5 as UInt64, version: 2 as UInt32, verdict: Verdict.none),
    (incarnation: 5, version: 1, verdict: .otherWitnesses),
    (incarnation: 6, version: 0, verdict: .unsettled),
    (incarnation: 6, version: 1, verdict: .none),
  ])
  func onlyTheLifeThatClaimsIsWitnessed(
    _ row: (incarnation: UInt64, version: UInt32, verdict: Verdict)
  ) {
    var witness = Witness()
    witness.take(
      .witnesses(
        WitnessNotice(
          subject: Self.former, incarnation: 5, version: 2,
          current: [MemberID(name: "node-0"), Self.owner, Self.heir], former: [])),
      from: Self.former)
    // Nothing of the former owner is heard from here on, and no heartbeat was before.
    witness.hear(Self.owner, holding: 0, milliseconds: 3500)
    #expect(
      witness.answer(
        at: 1, of: Self.former, incarnation: row.incarnation, version: row.version)
        == row.verdict)
  }

  /// A later life that claims again what an earlier one had needs the witnesses of that one, whatever
  /// it has chosen itself; it is told who they are.
  @Test(arguments: [
    (incarnation: 5 as UInt64, version: 0 as UInt32, verdict: Verdict.otherWitnesses),
    (incarnation: 5, version: 1, verdict: .otherWitnesses),
    (incarnation: 5, version: 2, verdict: .none),
    (incarnation: 6, version: 1, verdict: .none),
  ])
  func aLaterLifeNeedsTheWitnessesOfTheLifeThatClaimed(
    _ row: (incarnation: UInt64, version: UInt32, verdict: Verdict)
  ) {
    var witness = Witness()
    let witnesses = [MemberID(name: "node-0"), Self.owner, Self.heir]
    let former = WitnessNotice(
      subject: Self.former, incarnation: 5, version: 2, current: witnesses, former: [])
    witness.take(.witnesses(former), from: Self.former)
    let present = WitnessNotice(
      subject: Self.former, incarnation: 6, version: 1, current: [witnesses[0]], former: [])
    witness.take(.witnesses(present), from: Self.former, life: 6)
    witness.hear(Self.owner, holding: 0, milliseconds: 2000)
    #expect(
      witness.answer(
        at: 1, of: Self.former, incarnation: row.incarnation, version: row.version,
        to: (Self.former, 6)) == row.verdict)
    let isTold = witness.actions.contains {
      if case .send(.witnesses(former), Self.former) = $0 { true } else { false }
    }
    #expect(isTold == (row.verdict == .otherWitnesses))
  }
}
