import Addresses
import NIOCore

/// Why bytes are no message.
public struct MalformedMessage: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, and where.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// Reading messages: every length and every number is checked before it is believed.
extension Message {
  /// Reads the message that is the whole of `buffer`.
  ///
  /// - Throws: `MalformedMessage` for a message that is cut, too long, or has an unknown code.
  init(decoding buffer: inout ByteBuffer) throws(MalformedMessage) {
    let code: UInt8 = try buffer.number("the code")
    switch Code(rawValue: code) {
    case .heartbeat: self = .heartbeat(try Heartbeat(decoding: &buffer))
    case .witnesses: self = .witnesses(try WitnessNotice(decoding: &buffer))
    case .suspicion: self = .suspicion(try Suspicion(decoding: &buffer))
    case .rows: self = .rows(try RowsMessage(decoding: &buffer))
    case .digests: self = .digests(try Digests(decoding: &buffer))
    case .leave: self = .leave(try Leave(decoding: &buffer))
    case nil: throw MalformedMessage("the code \(code) is unknown")
    }
    guard buffer.readableBytes == 0 else {
      throw MalformedMessage("\(buffer.readableBytes) bytes follow the message")
    }
  }
}

extension ByteBuffer {
  fileprivate mutating func number<T: FixedWidthInteger>(
    _ name: String
  ) throws(MalformedMessage) -> T {
    guard let value = readInteger(as: T.self) else {
      throw MalformedMessage("the message ends before \(name)")
    }
    return value
  }

  fileprivate mutating func member(_ name: String) throws(MalformedMessage) -> MemberID {
    MemberID(rawValue: try number(name))
  }

  fileprivate mutating func count(
    _ name: String, limit: Int
  ) throws(MalformedMessage) -> Int {
    let count: UInt8 = try number("the number of \(name)")
    guard count <= limit else {
      throw MalformedMessage("\(count) \(name) are more than \(limit)")
    }
    return Int(count)
  }
}

extension Heartbeat {
  fileprivate init(decoding buffer: inout ByteBuffer) throws(MalformedMessage) {
    let flags = Flags(rawValue: try buffer.number("the flags"))
    guard Flags.known.isSuperset(of: flags) else {
      throw MalformedMessage("the heartbeat has unknown flags \(flags.rawValue)")
    }
    let silence: UInt16 = try buffer.number("the silence")
    self.init(
      sentAt: try buffer.number("the time"), echo: try buffer.number("the echo"),
      silence: silence, flags: flags, fence: try buffer.number("the fence"),
      fenceApplied: try buffer.number("the applied fence"),
      witnessVersion: try buffer.number("the version of the witnesses"),
      witnessVersionKnown: try buffer.number("the known version"),
      held: try buffer.number("the number of addresses"),
      digest: try buffer.number("the digest"))
  }
}

extension WitnessNotice {
  fileprivate init(decoding buffer: inout ByteBuffer) throws(MalformedMessage) {
    self.init(
      subject: try buffer.member("the subject"),
      incarnation: try buffer.number("the incarnation"),
      version: try buffer.number("the version"),
      current: try Self.members(in: &buffer), former: try Self.members(in: &buffer))
    guard version > 0, Set(current).count == current.count, Set(former).count == former.count
    else { throw MalformedMessage("the witnesses have no version or name a member twice") }
  }

  private static func members(
    in buffer: inout ByteBuffer
  ) throws(MalformedMessage) -> [MemberID] {
    var members: [MemberID] = []
    for _ in 0..<(try buffer.count("witnesses", limit: WitnessSet.limit)) {
      members.append(try buffer.member("a witness"))
    }
    return members
  }
}

extension Suspicion {
  fileprivate init(decoding buffer: inout ByteBuffer) throws(MalformedMessage) {
    self.init(
      subject: try buffer.member("the subject"),
      incarnation: try buffer.number("the incarnation"),
      silentFor: try buffer.number("the silence"), holdsFor: try buffer.number("the time"),
      witnesses: try buffer.number("the number of witnesses"))
  }
}

extension RowsMessage {
  fileprivate init(decoding buffer: inout ByteBuffer) throws(MalformedMessage) {
    let code: UInt8 = try buffer.number("the kind")
    guard let kind = Kind(rawValue: code) else {
      throw MalformedMessage("the kind \(code) is unknown")
    }
    self.init(kind: kind)
    subject = try buffer.member("the subject")
    subjectIncarnation = try buffer.number("the incarnation")
    version = try buffer.number("the version")
    number = try buffer.number("the number")
    let count = try buffer.count("rows", limit: Self.limit)
    rows.reserveCapacity(count)
    for _ in 0..<count { rows.append(try Row(decoding: &buffer)) }
  }
}

extension Row {
  fileprivate init(decoding buffer: inout ByteBuffer) throws(MalformedMessage) {
    let first: UInt8 = try buffer.number("a verdict")
    guard let verdict = Verdict(rawValue: first & 0xF) else {
      throw MalformedMessage("the verdict \(first & 0xF) is unknown")
    }
    let second: UInt8 = try buffer.number("the bits of a row")
    let bits = Bits(rawValue: second & 0xF)
    guard Bits.known.isSuperset(of: bits) else {
      throw MalformedMessage("a row has unknown bits \(bits.rawValue)")
    }
    guard let cause = Election.Cause(code: second >> 4),
      let choice = Grounds.Choice(rawValue: first >> 4)
    else {
      throw MalformedMessage("the grounds \(second >> 4), \(first >> 4) of a claim are unknown")
    }
    let address: IPAddress
    if bits.contains(.isIPv6) {
      let high: UInt64 = try buffer.number("an address")
      address = .v6(IPv6Address(high: high, low: try buffer.number("an address")))
    } else {
      address = .v4(IPv4Address(rawValue: try buffer.number("an address")))
    }
    let owner = try buffer.member("an owner")
    let incarnation: UInt64 = try buffer.number("an incarnation")
    let quorum: UInt64 = try buffer.number("an epoch")
    guard quorum <= Epoch.maximumQuorum else {
      throw MalformedMessage("the epoch \(quorum) is above \(Epoch.maximumQuorum)")
    }
    let epoch = Epoch(quorum: quorum, wire: try buffer.number("an epoch"))
    let isProvisional = bits.contains(.isProvisional)
    let via = isProvisional ? try buffer.member("the owner before") : .none
    let viaIncarnation: UInt64 = isProvisional ? try buffer.number("the life before") : 0
    self.init(
      address: address,
      claim: Claim(
        owner: owner, incarnation: incarnation, epoch: epoch, isVacant: bits.contains(.isVacant),
        isProvisional: isProvisional, via: via, viaIncarnation: viaIncarnation),
      verdict: verdict, grounds: Grounds(cause, choice))
  }
}

extension Digests {
  fileprivate init(decoding buffer: inout ByteBuffer) throws(MalformedMessage) {
    let wantsReply: UInt8 = try buffer.number("the wish for a reply")
    let count = try buffer.count("digests", limit: Self.buckets)
    guard wantsReply <= 1, count == 1 || count == Self.buckets else {
      throw MalformedMessage("\(count) digests are neither 1 nor \(Self.buckets)")
    }
    var values: [UInt64] = []
    for _ in 0..<count { values.append(try buffer.number("a digest")) }
    self.init(wantsReply: wantsReply == 1, values: values)
  }
}

extension Leave {
  fileprivate init(decoding buffer: inout ByteBuffer) throws(MalformedMessage) {
    let code: UInt8 = try buffer.number("the reason")
    guard let reason = Reason(rawValue: code) else {
      throw MalformedMessage("the reason \(code) is unknown")
    }
    self.init(reason: reason, hold: try buffer.number("the hold"))
  }
}
