import NIOCore
import Testing

@testable import Election

@Suite struct PeerChannelTests {
  private static let first = Array("the first key of the test".utf8)
  private static let second = Array("the second key of the test".utf8)
  private let now = NIODeadline.uptimeNanoseconds(1_000_000_000)
  private let leave = Message.leave(Leave(reason: .restart, hold: 3000))

  private func channel(
    _ node: String, incarnation: UInt64 = 7, keys: PeerKeys? = nil
  ) throws -> PeerChannel {
    var channel = PeerChannel(
      node: node, incarnation: incarnation, keys: try keys ?? PeerKeys(current: Self.first))
    channel.setMembers(["a", "b"].map(MemberID.init(name:)))
    return channel
  }

  private var a: MemberID { MemberID(name: "a") }
  private var b: MemberID { MemberID(name: "b") }

  private func refusal(_ reception: PeerChannel.Reception) -> PeerChannel.Refusal? {
    if case .refused(let refusal, _, _) = reception { refusal } else { nil }
  }

  private func message(_ reception: PeerChannel.Reception) -> Message? {
    if case .message(let message, _, _) = reception { message } else { nil }
  }

  /// Lets two channels learn each other's life.
  private func acquaint(
    _ one: inout PeerChannel, _ other: inout PeerChannel, after time: TimeAmount = .zero
  ) {
    guard
      case .refused(.unacquainted, let greeting?, _) = other.open(
        one.packet(leave, to: b), now: now + time)
    else {
      Issue.record("the first packet is answered with a greeting")
      return
    }
    guard case .greeting = one.open(greeting, now: now) else {
      Issue.record("the greeting is accepted")
      return
    }
  }

  @Test func aPacketArrivesOnceBothAreAcquainted() throws {
    var one = try channel("a")
    var other = try channel("b", incarnation: 9)
    acquaint(&one, &other)
    guard
      case .message(let received, let sender, let incarnation) = other.open(
        one.packet(leave, to: b), now: now)
    else {
      Issue.record("the packet is accepted")
      return
    }
    #expect(received == leave && sender == a && incarnation == 7)
    #expect(message(one.open(other.packet(leave, to: a), now: now)) == leave)
  }

  @Test func replayedPacketsAreRefused() throws {
    var one = try channel("a")
    var other = try channel("b")
    acquaint(&one, &other)
    let packets = (0..<80).map { _ in one.packet(leave, to: b) }
    // Out of order within the window is fine, twice is not, too old is not.
    #expect(message(other.open(packets[5], now: now)) == leave)
    #expect(message(other.open(packets[3], now: now)) == leave)
    #expect(refusal(other.open(packets[5], now: now)) == .replayed)
    #expect(message(other.open(packets[79], now: now)) == leave)
    #expect(refusal(other.open(packets[4], now: now)) == .replayed)
    #expect(other.refusals[.replayed] == 2)
  }

  @Test func nothingOfBeforeARestartIsBelieved() throws {
    var one = try channel("a")
    var other = try channel("b")
    acquaint(&one, &other)
    let old = one.packet(leave, to: b)
    // The receiver restarts: it answers with a greeting, and only to that.
    var restarted = try channel("b", incarnation: 8)
    #expect(refusal(restarted.open(old, now: now)) == .unacquainted)
    // The sender restarts: its former life is over.
    var sender = try channel("a", incarnation: 12)
    acquaint(&sender, &other, after: .seconds(1))
    #expect(message(other.open(sender.packet(leave, to: b), now: now)) == leave)
    #expect(refusal(other.open(old, now: now)) == .outdated)
  }

  @Test func greetingsAreRare() throws {
    var one = try channel("a")
    var other = try channel("b")
    var replies = 0
    for _ in 0..<50 {
      if case .refused(_, .some, _) = other.open(one.packet(leave, to: b), now: now) {
        replies += 1
      }
    }
    #expect(replies == 1)
  }

  @Test func whatNoKeyOpensIsForged() throws {
    var forger = try channel("a", keys: PeerKeys(current: Self.second))
    var other = try channel("b")
    #expect(refusal(other.open(forger.packet(leave, to: b), now: now)) == .forged)
    var plain = try channel("a", keys: .insecure)
    #expect(refusal(other.open(plain.packet(leave, to: b), now: now)) == .forged)
    // One changed bit anywhere is enough.
    var one = try channel("a")
    acquaint(&one, &other)
    let packet = one.packet(leave, to: b)
    for place in 0..<packet.readableBytes {
      var changed = packet
      let byte: UInt8 = packet.getInteger(at: place) ?? 0
      changed.setInteger(byte ^ 1, at: place)
      #expect(message(other.open(changed, now: now)) == nil)
    }
    #expect(message(other.open(packet, now: now)) == leave)
  }

  @Test func keysAreChangedWithoutLosingAnybody() throws {
    var one = try channel("a")
    var other = try channel("b", keys: PeerKeys(current: Self.first, other: Self.second))
    acquaint(&one, &other)
    one.use(try PeerKeys(current: Self.second, other: Self.first))
    #expect(message(other.open(one.packet(leave, to: b), now: now)) == leave)
    #expect(message(one.open(other.packet(leave, to: a), now: now)) == leave)
    other.use(try PeerKeys(current: Self.second))
    #expect(message(one.open(other.packet(leave, to: a), now: now)) == leave)
  }

  @Test func strangersAndOthersAreRefused() throws {
    var stranger = try channel("c")
    var one = try channel("a")
    var other = try channel("b")
    #expect(refusal(other.open(stranger.packet(leave, to: b), now: now)) == .stranger)
    #expect(
      refusal(other.open(one.packet(leave, to: MemberID(name: "c")), now: now)) == .misdirected)
    #expect(refusal(other.open(other.packet(leave, to: b), now: now)) == .stranger)
    #expect(refusal(other.open(ByteBuffer(string: "hello"), now: now)) == .malformed)
    #expect(
      refusal(other.open(ByteBuffer(repeating: 0xBE, count: 4000), now: now)) == .malformed)
  }

  @Test func framesNeedNoAcquaintance() throws {
    var one = try channel("a")
    var other = try channel("b")
    let frame = one.frame(leave)
    #expect(message(other.open(frame, now: now)) == leave)
    #expect(refusal(other.open(frame, now: now)) == .replayed)
    var restarted = try channel("a", incarnation: 8)
    #expect(message(other.open(restarted.frame(leave), now: now)) == leave)
    #expect(refusal(other.open(one.frame(leave), now: now)) == .outdated)
  }

  @Test func shortKeysAreRefused() {
    let error = #expect(throws: PeerKeyError.self) { try PeerKeys(current: [1, 2, 3]) }
    #expect(
      error?.description == "the key of the peer plane has 3 bytes and needs at least 16;"
        + " make one with: openssl rand -base64 32")
  }
}
