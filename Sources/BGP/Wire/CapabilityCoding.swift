import NIOCore

extension Capability {
  /// Appends code, length and value.
  func write(into buffer: inout ByteBuffer) {
    buffer.writeInteger(code)
    let start = buffer.writerIndex
    buffer.writeInteger(UInt8(0))
    writeValue(into: &buffer)
    // What exceeds a length of one octet was cut off where the value was made.
    buffer.setInteger(UInt8(truncatingIfNeeded: buffer.writerIndex - start - 1), at: start)
  }

  private func writeValue(into buffer: inout ByteBuffer) {
    switch self {
    case .multiprotocol(let family):
      buffer.writeInteger(family.addressFamily)
      buffer.writeInteger(UInt8(0))
      buffer.writeInteger(family.subsequentAddressFamily)
    case .routeRefresh, .extendedMessage, .enhancedRouteRefresh:
      break
    case .extendedNextHop(let pairs):
      for pair in pairs.prefix(42) {
        buffer.writeInteger(pair.family.addressFamily)
        buffer.writeInteger(UInt16(pair.family.subsequentAddressFamily))
        buffer.writeInteger(pair.nextHopFamily)
      }
    case .role(let role):
      buffer.writeInteger(role.rawValue)
    case .gracefulRestart(let value):
      let flags: UInt16 = (value.isRestarting ? 0x8000 : 0) | (value.notification ? 0x4000 : 0)
      buffer.writeInteger(flags | value.restartTime)
      for family in value.families.prefix(63) {
        buffer.writeFamily(family.family)
        buffer.writeInteger(UInt8(family.forwardingPreserved ? 0x80 : 0))
      }
    case .fourOctetAS(let number):
      buffer.writeInteger(number)
    case .longLivedGracefulRestart(let times):
      for time in times.prefix(36) {
        buffer.writeFamily(time.family)
        buffer.writeInteger((time.forwardingPreserved ? 0x8000_0000 : 0) | time.seconds)
      }
    case .hostname(let name, let domain):
      for text in [name, domain] {
        let octets = utf8Prefix(of: text, 64)
        buffer.writeInteger(UInt8(truncatingIfNeeded: octets.count))
        buffer.writeBytes(octets)
      }
    case .unknown(_, let value):
      buffer.writeBytes(value.prefix(255))
    }
  }

  /// Reads code, length and value.
  ///
  /// - Throws: 2/0 when a length is wrong.
  static func read(from buffer: inout ByteBuffer) throws(MessageError) -> Capability {
    guard let code = buffer.readInteger(as: UInt8.self),
      let length = buffer.readInteger(as: UInt8.self),
      let value = buffer.readSlice(length: Int(length))
    else {
      throw MessageError(.openUnspecific, detail: "a capability exceeds its parameter")
    }
    guard hasGoodLength(code: code, Int(length)) else {
      throw MessageError(
        .openUnspecific, detail: "capability \(code) cannot have \(length) octets")
    }
    return decode(code: code, value)
      ?? .unknown(code: code, value: Array(value.readableBytesView))
  }

  private static func hasGoodLength(code: UInt8, _ length: Int) -> Bool {
    switch code {
    case 1, 65: length == 4
    case 2, 6, 70: length == 0
    case 5: length % 6 == 0
    case 9: length == 1
    case 64: length >= 2 && length % 4 == 2
    case 71: length % 7 == 0
    default: true
    }
  }

  /// The capability of these octets, whose number is good; nil when we have no name for it.
  private static func decode(code: UInt8, _ value: ByteBuffer) -> Capability? {
    var value = value
    switch code {
    case 1:
      return value.readMultipleIntegers(as: (UInt16, UInt8, UInt8).self).map {
        .multiprotocol(RouteFamily(addressFamily: $0.0, subsequentAddressFamily: $0.2))
      }
    case 2: return .routeRefresh
    case 5: return .extendedNextHop(readExtendedNextHops(from: &value))
    case 6: return .extendedMessage
    case 9: return value.readInteger(as: UInt8.self).flatMap(Role.init).map(Capability.role)
    case 64: return readGracefulRestart(from: &value).map(Capability.gracefulRestart)
    case 65: return value.readInteger(as: UInt32.self).map(Capability.fourOctetAS)
    case 70: return .enhancedRouteRefresh
    case 71: return .longLivedGracefulRestart(readStaleTimes(from: &value))
    case 73:
      guard let name = readText(from: &value), let domain = readText(from: &value),
        value.readableBytes == 0
      else { return nil }
      return .hostname(name, domain: domain)
    default: return nil
    }
  }

  private static func readExtendedNextHops(from value: inout ByteBuffer) -> [ExtendedNextHop] {
    var pairs: [ExtendedNextHop] = []
    while let (family, subsequent, nextHop) = value.readMultipleIntegers(
      as: (UInt16, UInt16, UInt16).self)
    {
      // One octet wide everywhere else; a higher number is no family at all.
      guard let subsequent = UInt8(exactly: subsequent) else { continue }
      pairs.append(
        ExtendedNextHop(
          RouteFamily(addressFamily: family, subsequentAddressFamily: subsequent),
          nextHopFamily: nextHop))
    }
    return pairs
  }

  private static func readGracefulRestart(
    from value: inout ByteBuffer
  ) -> GracefulRestartCapability? {
    guard let head = value.readInteger(as: UInt16.self) else { return nil }
    var families: [GracefulRestartCapability.Family] = []
    while let (family, subsequent, flags) = value.readMultipleIntegers(
      as: (UInt16, UInt8, UInt8).self)
    {
      families.append(
        .init(
          RouteFamily(addressFamily: family, subsequentAddressFamily: subsequent),
          forwardingPreserved: flags & 0x80 != 0))
    }
    return GracefulRestartCapability(
      isRestarting: head & 0x8000 != 0, notification: head & 0x4000 != 0,
      restartTime: head & 0xFFF, families: families)
  }

  private static func readStaleTimes(from value: inout ByteBuffer) -> [LongLivedStaleTime] {
    var times: [LongLivedStaleTime] = []
    while let (family, subsequent, rest) = value.readMultipleIntegers(
      as: (UInt16, UInt8, UInt32).self)
    {
      times.append(
        LongLivedStaleTime(
          RouteFamily(addressFamily: family, subsequentAddressFamily: subsequent),
          forwardingPreserved: rest & 0x8000_0000 != 0, seconds: rest & 0xFF_FFFF))
    }
    return times
  }

  private static func readText(from value: inout ByteBuffer) -> String? {
    guard let length = value.readInteger(as: UInt8.self),
      let octets = value.readBytes(length: Int(length))
    else { return nil }
    return String(validating: octets, as: UTF8.self)
  }
}
