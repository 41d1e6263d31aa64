import Addresses
public import NIOCore

extension UpdateMessage {
  /// The message in the body of a frame. Faults that RFC 7606 lets a session survive are in
  /// ``fault``.
  ///
  /// - Throws: 3/1, 3/2, 3/9 or 3/10, each of which ends the session.
  public init(body: ByteBuffer, context: UpdateContext) throws(MessageError) {
    var rest = body
    guard let withdrawnLength = rest.readInteger(as: UInt16.self),
      let withdrawnBytes = rest.readSlice(length: Int(withdrawnLength)),
      let attributesLength = rest.readInteger(as: UInt16.self),
      let block = rest.readSlice(length: Int(attributesLength))
    else {
      throw MessageError(
        .malformedAttributeList, detail: "withdrawn routes or attributes exceed the UPDATE")
    }
    guard let withdrawn = NLRI(validating: withdrawnBytes, family: .ipv4) else {
      throw MessageError(.invalidNetworkField, detail: "malformed prefix in withdrawn routes")
    }
    // The prefixes begin where the length says, wherever the walk through the attributes ends.
    guard let announced = NLRI(validating: rest, family: .ipv4) else {
      throw MessageError(.invalidNetworkField, detail: "malformed prefix in announced routes")
    }
    var validator = AttributeValidator(context: context)
    try validator.validate(block)
    validator.requireMandatory(
      hasPrefixes: announced.count > 0, hasReach: validator.reach != nil)
    self.init(
      withdrawn: withdrawn, announced: announced, reach: validator.reach,
      unreach: validator.unreach, attributes: AttributeBlock(bytes: block, context: context),
      fault: validator.faults.strongest, discardedAttributeCount: validator.faults.discardCount)
  }
}

/// Checks the attributes of one UPDATE by RFC 7606 §3 and §7.
private struct AttributeValidator {
  let context: UpdateContext
  private(set) var faults = AttributeFaults()
  private(set) var reach: UpdateMessage.Reach?
  private(set) var unreach: UpdateMessage.Unreach?
  private var seen = SIMD4<UInt64>()

  init(context: UpdateContext) { self.context = context }

  mutating func validate(_ block: ByteBuffer) throws(MessageError) {
    var walker = AttributeBlock.Walker(block)
    while let attribute = walker.next() {
      let type = AttributeType(rawValue: attribute.type)
      guard seen.insert(attribute.type) else {
        if type == .multiprotocolReach || type == .multiprotocolUnreach {
          throw MessageError(
            .malformedAttributeList, detail: "attribute \(attribute.type) is present twice")
        }
        faults.add(attribute.type, .duplicate, .discardAttribute)
        continue
      }
      guard let type else {
        if !attribute.flags.contains(.optional) {
          throw MessageError(
            .unrecognizedWellKnownAttribute, data: Array(attribute.encoded.readableBytesView),
            detail: "well-known attribute \(attribute.type) is unknown")
        }
        continue
      }
      if attribute.flags.intersection([.optional, .transitive]) != type.flags {
        faults.add(attribute.type, .flags, .treatAsWithdraw)
      }
      switch type {
      case .multiprotocolReach: reach = try Self.reach(attribute)
      case .multiprotocolUnreach: unreach = try Self.unreach(attribute)
      default: validate(attribute.value, of: type)
      }
    }
    if !walker.isAtEnd { faults.add(walker.nextType, .overrun, .treatAsWithdraw) }
  }

  mutating func requireMandatory(hasPrefixes: Bool, hasReach: Bool) {
    guard hasPrefixes || hasReach else { return }
    for type in [AttributeType.origin, .asPath] + (hasPrefixes ? [.nextHop] : [])
    where !seen.contains(type.rawValue) {
      faults.add(type.rawValue, .missing, .treatAsWithdraw)
    }
  }

  private mutating func validate(_ value: ByteBuffer, of type: AttributeType) {
    let length = value.readableBytes
    switch type {
    case .origin:
      check(type, length == 1)
      if length == 1, value.getInteger(at: value.readerIndex, as: UInt8.self) ?? 3 > 2 {
        faults.add(type.rawValue, .value, .treatAsWithdraw)
      }
    case .asPath:
      if !ASPath.isWellFormed(value, fourOctetAS: context.fourOctetAS) {
        faults.add(type.rawValue, .value, .treatAsWithdraw)
      }
    case .nextHop, .multiExitDiscriminator, .onlyToCustomer:
      check(type, length == 4)
    case .communities:
      check(type, length > 0 && length % 4 == 0)
    case .extendedCommunities:
      check(type, length > 0 && length % 8 == 0)
    case .largeCommunities:
      check(type, length > 0 && length % 12 == 0)
    case .localPreference, .originatorID:
      checkInternal(type, length == 4)
    case .clusterList:
      checkInternal(type, length > 0 && length % 4 == 0)
    case .atomicAggregate:
      check(type, length == 0, .discardAttribute)
    case .aggregator:
      check(type, length == (context.fourOctetAS ? 8 : 6), .discardAttribute)
    case .as4Path:
      checkTwoOctet(type, ASPath.isWellFormed(value, fourOctetAS: true))
    case .as4Aggregator:
      checkTwoOctet(type, length == 8)
    case .multiprotocolReach, .multiprotocolUnreach:
      break
    }
  }

  private mutating func check(
    _ type: AttributeType, _ isGood: Bool, _ handling: FaultHandling = .treatAsWithdraw
  ) {
    if !isGood { faults.add(type.rawValue, .length, handling) }
  }

  /// Attributes that mean something only within an autonomous system (RFC 7606 §7.5, §7.9, §7.10).
  private mutating func checkInternal(_ type: AttributeType, _ isGood: Bool) {
    if context.isInternal {
      check(type, isGood)
    } else {
      faults.add(type.rawValue, .unexpected, .discardAttribute)
    }
  }

  /// Attributes that only a speaker with two-octet numbers sends (RFC 6793 §4.1, §6).
  private mutating func checkTwoOctet(_ type: AttributeType, _ isGood: Bool) {
    if context.fourOctetAS {
      faults.add(type.rawValue, .unexpected, .discardAttribute)
    } else if !isGood {
      faults.add(type.rawValue, .value, .discardAttribute)
    }
  }

  private static func reach(
    _ attribute: AttributeBlock.Attribute
  ) throws(MessageError) -> UpdateMessage.Reach {
    var value = attribute.value
    guard let family = readFamily(&value),
      let nextHopLength = value.readInteger(as: UInt8.self),
      var nextHop = value.readSlice(length: Int(nextHopLength)),
      value.readInteger(as: UInt8.self) != nil
    else { throw unparsable(attribute) }
    guard let unicast = family.unicast else {
      return UpdateMessage.Reach(
        family: family, nextHop: nil, linkLocalNextHop: nil, prefixes: .empty(.ipv6))
    }
    let address: IPAddress
    var linkLocal: IPv6Address?
    switch (unicast, nextHopLength) {
    case (.ipv4, 4):
      guard let number = nextHop.readInteger(as: UInt32.self) else {
        throw unparsable(attribute)
      }
      address = .v4(IPv4Address(rawValue: number))
    case (.ipv4, 16), (.ipv4, 32), (.ipv6, 16), (.ipv6, 32):
      guard let (high, low) = nextHop.readMultipleIntegers(as: (UInt64, UInt64).self) else {
        throw unparsable(attribute)
      }
      address = .v6(IPv6Address(high: high, low: low))
      linkLocal = nextHop.readMultipleIntegers(as: (UInt64, UInt64).self).map {
        IPv6Address(high: $0.0, low: $0.1)
      }
    default:
      throw unparsable(attribute)
    }
    guard let prefixes = NLRI(validating: value, family: unicast) else {
      throw unparsable(attribute)
    }
    return UpdateMessage.Reach(
      family: family, nextHop: address, linkLocalNextHop: linkLocal, prefixes: prefixes)
  }

  private static func unreach(
    _ attribute: AttributeBlock.Attribute
  ) throws(MessageError) -> UpdateMessage.Unreach {
    var value = attribute.value
    guard let family = readFamily(&value) else { throw unparsable(attribute) }
    let isEmpty = value.readableBytes == 0
    guard let unicast = family.unicast else {
      return UpdateMessage.Unreach(family: family, prefixes: .empty(.ipv6), isEmpty: isEmpty)
    }
    guard let prefixes = NLRI(validating: value, family: unicast) else {
      throw unparsable(attribute)
    }
    return UpdateMessage.Unreach(family: family, prefixes: prefixes, isEmpty: isEmpty)
  }

  private static func readFamily(_ value: inout ByteBuffer) -> RouteFamily? {
    guard let family = value.readInteger(as: UInt16.self),
      let subsequent = value.readInteger(as: UInt8.self)
    else { return nil }
    return RouteFamily(addressFamily: family, subsequentAddressFamily: subsequent)
  }

  private static func unparsable(_ attribute: AttributeBlock.Attribute) -> MessageError {
    MessageError(
      .optionalAttributeError, data: Array(attribute.encoded.readableBytesView),
      detail: "multiprotocol attribute \(attribute.type) is malformed")
  }
}
