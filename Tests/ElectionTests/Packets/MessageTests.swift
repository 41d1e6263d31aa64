import Addresses
import NIOCore
import TestSupport
import Testing

@testable import Election

@Suite struct MessageTests {
  /// Random messages of every kind, as long as they may be.
  static func messages(_ seed: Int) -> [Message] {
    var random = SeededGenerator(seed)
    func member() -> MemberID { MemberID(rawValue: random.next()) }
    func members() -> [MemberID] { (0..<Int(random.next() % 7)).map { _ in member() } }
    func row() -> Row {
      let isProvisional = random.next() % 2 == 0
      return Row(
        address: random.next() % 2 == 0
          ? .v4(IPv4Address(rawValue: UInt32.random(in: .min ... .max, using: &random)))
          : .v6(IPv6Address(high: random.next(), low: random.next())),
        claim: Claim(
          owner: member(), incarnation: random.next(),
          epoch: Epoch(
            quorum: random.next() >> 16, wire: UInt32.random(in: .min ... .max, using: &random)),
          isVacant: random.next() % 2 == 0, isProvisional: isProvisional,
          via: isProvisional ? member() : .none,
          viaIncarnation: isProvisional ? random.next() : 0),
        verdict: Verdict.allCases.randomElement(using: &random) ?? .none,
        grounds: Grounds(
          Election.Cause.allCases.randomElement(using: &random) ?? .learnt,
          Grounds.Choice.allCases.randomElement(using: &random) ?? .untold))
    }
    let number = { UInt32.random(in: .min ... .max, using: &random) }
    var messages: [Message] = [
      .heartbeat(
        Heartbeat(
          sentAt: random.next(), echo: random.next(), silence: 500,
          flags: [.isSettled, .wantsReply],
          fence: number(), fenceApplied: number(), witnessVersion: number(),
          witnessVersionKnown: number(), held: number(), digest: random.next())),
      .witnesses(
        WitnessNotice(
          subject: member(), incarnation: random.next(), version: 1 + number() / 2,
          current: members(), former: members())),
      .suspicion(
        Suspicion(
          subject: member(), incarnation: random.next(), silentFor: number(), holdsFor: number(),
          witnesses: 6)),
      .digests(Digests(wantsReply: true, values: [random.next()])),
      .digests(
        Digests(wantsReply: false, values: (0..<Digests.buckets).map { _ in random.next() })),
      .leave(Leave(reason: .restart, hold: number())),
    ]
    for kind in RowsMessage.Kind.allCases {
      let count =
        kind == .claims ? RowsMessage.limit : Int(random.next() % UInt64(RowsMessage.limit + 1))
      messages.append(
        .rows(
          RowsMessage(
            kind: kind, subject: member(), subjectIncarnation: random.next(), version: number(),
            number: number(), rows: (0..<count).map { _ in row() })))
    }
    return messages
  }

  @Test(arguments: 0..<20) func messagesComeBackAsTheyWere(_ seed: Int) throws {
    for message in Self.messages(seed) {
      var buffer = ByteBuffer()
      message.encode(into: &buffer)
      #expect(buffer.readableBytes <= Message.limit)
      #expect(try Message(decoding: &buffer) == message)
    }
  }

  @Test func cutMessagesAreRefusedAtEveryLength() {
    for message in Self.messages(1) {
      var whole = ByteBuffer()
      message.encode(into: &whole)
      for length in 0..<whole.readableBytes {
        var cut = whole.getSlice(at: whole.readerIndex, length: length) ?? ByteBuffer()
        #expect(throws: MalformedMessage.self) { try Message(decoding: &cut) }
      }
      whole.writeInteger(UInt8(0))
      #expect(throws: MalformedMessage.self) { try Message(decoding: &whole) }
    }
  }

  /// Random and damaged bytes are refused or read, and what is read can be written again.
  @Test(arguments: 0..<8) func hostileBytesDoNoHarm(_ seed: Int) {
    var random = SeededGenerator(seed)
    let genuine = Self.messages(seed)
    for round in 0..<2000 {
      var buffer = ByteBuffer()
      if round % 2 == 0 {
        for _ in 0..<Int(random.next() % 200) {
          buffer.writeInteger(UInt8(truncatingIfNeeded: random.next()))
        }
        buffer.setInteger(UInt8(random.next() % 8), at: 0)
      } else {
        genuine[Int(random.next() % UInt64(genuine.count))].encode(into: &buffer)
        for _ in 0...random.next() % 4 {
          let place = Int(random.next() % UInt64(buffer.readableBytes))
          buffer.setInteger(UInt8(truncatingIfNeeded: random.next()), at: place)
        }
      }
      guard let message = try? Message(decoding: &buffer) else { continue }
      var again = ByteBuffer()
      message.encode(into: &again)
      #expect((try? Message(decoding: &again)) == message)
    }
  }

  @Test func anEpochNearTheEndOfNumbersIsRefused() {
    var message = RowsMessage(kind: .claims)
    message.rows = [
      Row(
        address: .v4(IPv4Address(rawValue: 0xC000_0201)),
        claim: Claim(
          owner: MemberID(name: "node-1"), incarnation: 1,
          epoch: Epoch(quorum: Epoch.maximumQuorum + 1)))
    ]
    var buffer = ByteBuffer()
    Message.rows(message).encode(into: &buffer)
    let error = #expect(throws: MalformedMessage.self) { try Message(decoding: &buffer) }
    #expect(error?.description == "the epoch 281474976710657 is above 281474976710656")
  }
}
