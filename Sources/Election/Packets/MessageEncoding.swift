import Addresses
import NIOCore

/// Writing messages. All numbers are in network order.
extension Message {
  /// The first byte of each message.
  enum Code: UInt8 {
    case heartbeat = 1
    case witnesses = 2
    case suspicion = 3
    case rows = 4
    case digests = 5
    case leave = 6
  }

  /// The most bytes that a message has.
  static let limit = 1400

  /// Appends the message. Lists longer than their limits are cut, so that a packet is never too
  /// long for an Ethernet frame.
  func encode(into buffer: inout ByteBuffer) {
    switch self {
    case .heartbeat(let heartbeat):
      buffer.writeInteger(Code.heartbeat.rawValue)
      buffer.writeMultipleIntegers(
        heartbeat.flags.rawValue, heartbeat.silence, heartbeat.sentAt, heartbeat.echo,
        heartbeat.fence, heartbeat.fenceApplied, heartbeat.witnessVersion,
        heartbeat.witnessVersionKnown, heartbeat.held, heartbeat.digest)
    case .witnesses(let notice):
      buffer.writeInteger(Code.witnesses.rawValue)
      buffer.writeMultipleIntegers(
        notice.subject.rawValue, notice.incarnation, notice.version)
      for list in [notice.current, notice.former] {
        buffer.writeInteger(UInt8(clamping: min(list.count, WitnessSet.limit)))
        for member in list.prefix(WitnessSet.limit) { buffer.writeInteger(member.rawValue) }
      }
    case .suspicion(let suspicion):
      buffer.writeInteger(Code.suspicion.rawValue)
      buffer.writeMultipleIntegers(
        suspicion.subject.rawValue, suspicion.incarnation, suspicion.silentFor,
        suspicion.holdsFor, suspicion.witnesses)
    case .rows(let message):
      buffer.writeInteger(Code.rows.rawValue)
      buffer.writeMultipleIntegers(
        message.kind.rawValue, message.subject.rawValue, message.subjectIncarnation,
        message.version, message.number,
        UInt8(clamping: min(message.rows.count, RowsMessage.limit)))
      for row in message.rows.prefix(RowsMessage.limit) { row.encode(into: &buffer) }
    case .digests(let digests):
      buffer.writeInteger(Code.digests.rawValue)
      let count = min(digests.values.count, Digests.buckets)
      buffer.writeMultipleIntegers(UInt8(digests.wantsReply ? 1 : 0), UInt8(clamping: count))
      for value in digests.values.prefix(Digests.buckets) { buffer.writeInteger(value) }
    case .leave(let leave):
      buffer.writeInteger(Code.leave.rawValue)
      buffer.writeMultipleIntegers(leave.reason.rawValue, leave.hold)
    }
  }
}

extension Row {
  /// What the lower half of a row's second octet says.
  struct Bits: OptionSet {
    let rawValue: UInt8
    static let isIPv6 = Bits(rawValue: 1)
    static let isVacant = Bits(rawValue: 2)
    static let isProvisional = Bits(rawValue: 4)
    static let known: Bits = [.isIPv6, .isVacant, .isProvisional]
  }

  func encode(into buffer: inout ByteBuffer) {
    var bits: Bits = []
    if case .v6 = address { bits.insert(.isIPv6) }
    if claim.isVacant { bits.insert(.isVacant) }
    if claim.isProvisional { bits.insert(.isProvisional) }
    // Two numbers to an octet: 22 rows must fit into a packet.
    buffer.writeMultipleIntegers(
      grounds.choice.rawValue << 4 | verdict.rawValue, grounds.cause.code << 4 | bits.rawValue)
    switch address {
    case .v4(let address): buffer.writeInteger(address.rawValue)
    case .v6(let address): buffer.writeMultipleIntegers(address.high, address.low)
    }
    buffer.writeMultipleIntegers(
      claim.owner.rawValue, claim.incarnation, claim.epoch.quorum, claim.epoch.wire)
    if claim.isProvisional {
      buffer.writeMultipleIntegers(claim.via.rawValue, claim.viaIncarnation)
    }
  }
}
