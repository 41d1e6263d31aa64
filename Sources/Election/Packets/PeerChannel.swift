public import NIOCore

/// Turns messages into packets and back, and keeps out what is forged, replayed or misdirected.
///
/// A packet names the lives of its sender and of its receiver. One that does not know the life of
/// this process is answered with a greeting and otherwise ignored, so that nothing that was
/// recorded before a restart has any effect after it; within a life numbers keep replays out.
/// Nobody but the named members is remembered, and nobody else is answered.
public struct PeerChannel: Sendable {
  /// Why a packet was dropped.
  public enum Refusal: String, Error, Hashable, Sendable, CaseIterable {
    /// No packet of this protocol, of another version, cut or too long.
    case malformed
    /// No key opens it.
    case forged
    /// It was received before, or is older than the last 64.
    case replayed
    /// It is of a former life of its sender.
    case outdated
    /// Its sender is no member, or this node itself.
    case stranger
    /// It is for another node.
    case misdirected
    /// It does not know this life of the receiver yet.
    case unacquainted
  }

  /// What became of a packet.
  public enum Reception: Sendable {
    /// It is genuine and new; to be passed to `Election`.
    case message(Message, from: MemberID, incarnation: UInt64)
    /// It only told which life its sender is in.
    case greeting(from: MemberID)
    /// It is dropped; where there is a reply, it is to be sent back to the member.
    case refused(Refusal, reply: ByteBuffer?, to: MemberID)
  }

  /// The longest packet, in bytes.
  public static let longest = 1472
  private static let magic: UInt16 = 0xBE11
  private static let version: UInt8 = 1

  private enum Form: UInt8 {
    /// Says which life the sender is in; has no message.
    case greeting = 0
    case packet = 1
    case frame = 2
  }

  private struct Sender: Sendable {
    var incarnation: UInt64 = 0
    /// The latest life in a frame.
    var frameLife: UInt64 = 0
    var packets = ReplayWindow()
    var frames = ReplayWindow()
    var greetedAt: NIODeadline?
  }

  /// How many packets were dropped, by reason.
  public private(set) var refusals: [Refusal: Int] = [:]

  private let id: MemberID
  private let incarnation: UInt64
  private var keys: PeerKeys
  private var number: UInt64 = 0
  private var senders: [MemberID: Sender] = [:]

  /// The channel of one process.
  public init(node: String, incarnation: UInt64, keys: PeerKeys) {
    id = MemberID(name: node)
    self.incarnation = incarnation
    self.keys = keys
  }

  /// Changes the keys; what is on its way under a key that is gone is lost.
  public mutating func use(_ keys: PeerKeys) { self.keys = keys }

  /// Says who may send; others are forgotten.
  public mutating func setMembers(_ members: [MemberID]) {
    var known: [MemberID: Sender] = [:]
    for member in members where member != id { known[member] = senders[member] ?? Sender() }
    senders = known
  }

  // MARK: Sending

  /// The packet for a member.
  public mutating func packet(_ message: Message, to member: MemberID) -> ByteBuffer {
    seal(.packet, message, to: member, inLife: senders[member]?.incarnation ?? 0)
  }

  /// The frame for all on the segment.
  public mutating func frame(_ message: Message) -> ByteBuffer {
    seal(.frame, message, to: .none, inLife: 0)
  }

  private mutating func seal(
    _ form: Form, _ message: Message?, to member: MemberID, inLife life: UInt64
  ) -> ByteBuffer {
    number += 1
    var buffer = ByteBuffer()
    buffer.reserveCapacity(160)
    buffer.writeMultipleIntegers(
      Self.magic, Self.version, form.rawValue, id.rawValue, incarnation, number, member.rawValue,
      life)
    message?.encode(into: &buffer)
    keys.seal(&buffer)
    return buffer
  }

  // MARK: Receiving

  /// Opens what was received, by unicast or on the segment.
  public mutating func open(_ buffer: ByteBuffer, now: NIODeadline) -> Reception {
    var buffer = buffer
    var reply: (member: MemberID, life: UInt64)?
    do throws(Refusal) {
      return try open(&buffer, now: now, reply: &reply)
    } catch {
      refusals[error, default: 0] += 1
      let greeting = reply.map { seal(.greeting, nil, to: $0.member, inLife: $0.life) }
      return .refused(error, reply: greeting, to: reply?.member ?? .none)
    }
  }

  private mutating func open(
    _ buffer: inout ByteBuffer, now: NIODeadline, reply: inout (member: MemberID, life: UInt64)?
  ) throws(Refusal) -> Reception {
    guard buffer.readableBytes <= Self.longest else { throw .malformed }
    // The cheap checks come first: a stranger costs no hash.
    guard
      let (magic, version, code, name) = buffer.peekMultipleIntegers(
        as: (UInt16, UInt8, UInt8, UInt64).self),
      magic == Self.magic, version == Self.version, let form = Form(rawValue: code)
    else { throw .malformed }
    let sender = MemberID(rawValue: name)
    guard var state = senders[sender] else { throw .stranger }
    guard keys.open(&buffer) else { throw .forged }
    guard
      let (_, _, _, _, life, number, receiver, known) = buffer.readMultipleIntegers(
        as: (UInt16, UInt8, UInt8, UInt64, UInt64, UInt64, UInt64, UInt64).self)
    else { throw .malformed }
    if form == .frame {
      // A frame cannot know the life of its receivers, so it may be older than this process. It
      // is taken unless a later life of its sender is known: what it says has an epoch.
      guard life >= max(state.incarnation, state.frameLife), life > 0 else { throw .outdated }
      if life > state.frameLife {
        state.frameLife = life
        state.frames = ReplayWindow()
      }
      guard state.frames.accept(number) else { throw .replayed }
      senders[sender] = state
      return .message(try Self.message(in: &buffer), from: sender, incarnation: life)
    }
    guard receiver == id.rawValue else { throw .misdirected }
    guard known == incarnation else {
      // At most ten greetings a second to one member, whoever may replay what it once said. The
      // greeting names the life that the packet claims; nothing is believed yet.
      if state.greetedAt.map({ now - $0 >= .milliseconds(100) }) ?? true {
        senders[sender]?.greetedAt = now
        reply = (sender, life)
      }
      throw .unacquainted
    }
    guard life >= state.incarnation, life > 0 else { throw .outdated }
    if life > state.incarnation {
      state.incarnation = life
      state.packets = ReplayWindow()
    }
    guard state.packets.accept(number) else { throw .replayed }
    senders[sender] = state
    if form == .greeting { return .greeting(from: sender) }
    return .message(try Self.message(in: &buffer), from: sender, incarnation: life)
  }

  private static func message(in buffer: inout ByteBuffer) throws(Refusal) -> Message {
    do throws(MalformedMessage) {
      return try Message(decoding: &buffer)
    } catch {
      throw .malformed
    }
  }
}
