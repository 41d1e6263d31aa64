import Addresses
import NIOCore
import TestSupport
import Testing

@testable import Election

/// The form of the inputs is that of `Fuzzing/Sources/FuzzElection`.
@Suite("Seeds of the fuzz target") struct FuzzCorpusTests {
  private static let messages: [(name: String, message: Message)] = [
    (
      "heartbeat",
      .heartbeat(
        Heartbeat(
          sentAt: 1, echo: 2, silence: 500, flags: [.isSettled, .wantsReply], fence: 0,
          fenceApplied: 0, witnessVersion: 1, witnessVersionKnown: 1, held: 2, digest: 3))
    ),
    (
      "witnesses",
      .witnesses(
        WitnessNotice(
          subject: node(1), incarnation: 1, version: 2, current: [node(2), node(3)],
          former: [node(2)]))
    ),
    (
      "suspicion",
      .suspicion(
        Suspicion(subject: node(1), incarnation: 1, silentFor: 600, holdsFor: 10, witnesses: 2))
    ),
    ("digest", .digests(Digests(wantsReply: true, values: [7]))),
    ("leave", .leave(Leave(reason: .restart, hold: 3000))),
  ]

  private static func node(_ number: Int) -> MemberID { MemberID(name: "node-\(number)") }

  private static func rows(_ kind: RowsMessage.Kind) -> Message {
    var message = RowsMessage(kind: kind)
    message.subject = node(2)
    message.subjectIncarnation = 1
    message.version = 1
    message.rows = (0..<3).map {
      Row(
        address: .v4(IPv4Address(192, 0, 2, 128 + UInt8($0))),
        claim: Claim(owner: node(2), incarnation: 1, epoch: Epoch(quorum: 5)), verdict: .none)
    }
    return .rows(message)
  }

  @Test func theSeedsAreInTheCorpus() throws {
    var seeds: [String: [UInt8]] = [:]
    // Four seconds in which all that is sent arrives: addresses have owners.
    let settle: [UInt8] = [4, 200]
    let stories: [(String, [UInt8])] = [
      ("settled", []), ("restart", [45] + settle), ("alone", [8, 100] + settle),
      ("suspended", [12, 20] + settle), ("drained", [49, 0] + settle + [49, 1] + settle),
      ("leaves", [40, 0, 0b10_0111] + settle), ("unfit", [41, 1, 0b01_0111] + settle),
      ("removed", [40, 2, 0] + settle), ("restarted", [49, 2, 15, 160, 45] + settle),
      ("rebalanced", [48, 3, 20, 100, 49, 3, 20, 100, 50, 3, 20, 100] + settle),
      ("recorded", [52, 2, 0, 1, 1, 3, 0, 0, 0, 0, 1, 2, 1, 9, 0, 0, 0, 1] + settle),
      ("changed", [0, 110, 28, 60, 7, 16, 28, 45, 0xFF, 16] + settle),
      ("repeated", [0, 110, 24, 16, 16, 24, 16, 16] + settle),
      ("closed", [49, 8, 4, 50] + settle),
    ]
    for (name, story) in stories {
      for (policy, bits) in [("wire", UInt8(0)), ("strict", 1), ("gateway", 2), ("signed", 4)] {
        seeds["\(name)-\(policy)"] = [bits] + settle + story
      }
    }
    let kinds = RowsMessage.Kind.allCases.map { ("rows-\($0)", Self.rows($0)) }
    for (name, message) in Self.messages + kinds {
      var octets = ByteBuffer()
      message.encode(into: &octets)
      let body = Array(octets.readableBytesView)
      for form in [UInt8(1), 2] {
        seeds["\(name)-\(form)"] =
          [0] + settle + [32, 0, form, 0, 1, UInt8(clamping: body.count)] + body + [0, 100]
      }
    }
    try FuzzCorpus("FuzzElection").expect(seeds)
  }
}
