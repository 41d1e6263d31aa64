import Addresses
import NIOCore

/// The path attributes of a received UPDATE. They are validated; values are made only on demand, so
/// that a neighbour's table costs no allocation.
public struct AttributeBlock: Sendable {
  /// One attribute as it stands in the block.
  struct Attribute {
    let flags: AttributeFlags
    let type: UInt8
    let value: ByteBuffer
    /// Flags, number, length and value, for the data of a NOTIFICATION.
    let encoded: ByteBuffer
  }

  /// Goes through a block and stops at its end, or at the first attribute that exceeds it.
  struct Walker {
    private var rest: ByteBuffer

    init(_ bytes: ByteBuffer) { rest = bytes }

    /// Whether all of the block was read.
    var isAtEnd: Bool { rest.readableBytes == 0 }

    /// The number of the attribute that comes next, 0 when it is cut off.
    var nextType: UInt8 { rest.getInteger(at: rest.readerIndex + 1) ?? 0 }

    mutating func next() -> Attribute? {
      let start = rest
      guard let rawFlags = rest.readInteger(as: UInt8.self),
        let type = rest.readInteger(as: UInt8.self)
      else { return restore(start) }
      let flags = AttributeFlags(rawValue: rawFlags)
      let length =
        flags.contains(.extendedLength)
        ? rest.readInteger(as: UInt16.self).map(Int.init)
        : rest.readInteger(as: UInt8.self).map(Int.init)
      guard let length, let value = rest.readSlice(length: length),
        let encoded = start.getSlice(
          at: start.readerIndex, length: rest.readerIndex - start.readerIndex)
      else { return restore(start) }
      return Attribute(flags: flags, type: type, value: value, encoded: encoded)
    }

    private mutating func restore(_ start: ByteBuffer) -> Attribute? {
      rest = start
      return nil
    }
  }

  let bytes: ByteBuffer
  let context: UpdateContext

  /// The values; nil when a mandatory attribute is missing or malformed. Of repeated attributes the
  /// first counts, and those that RFC 7606 discards are left out.
  public var pathAttributes: PathAttributes? {
    var origin: Origin?
    var asPath: ASPath?
    var result = PathAttributes(asPath: .empty)
    var seen = SIMD4<UInt64>()
    var walker = Walker(bytes)
    while let attribute = walker.next() {
      guard seen.insert(attribute.type), let type = AttributeType(rawValue: attribute.type)
      else { continue }
      var value = attribute.value
      switch type {
      case .origin:
        origin = value.readInteger(as: UInt8.self).flatMap(Origin.init)
      case .asPath:
        asPath = ASPath(decoding: value, fourOctetAS: context.fourOctetAS)
      case .nextHop:
        result.nextHop = value.readInteger().map { IPv4Address(rawValue: $0) }
      case .multiExitDiscriminator:
        result.multiExitDiscriminator = value.readInteger()
      case .localPreference where context.isInternal:
        result.localPreference = value.readInteger()
      case .communities:
        while let community = value.readInteger(as: UInt32.self) {
          result.communities.append(Community(rawValue: community))
        }
      case .extendedCommunities:
        while let community = value.readInteger(as: UInt64.self) {
          result.extendedCommunities.append(ExtendedCommunity(rawValue: community))
        }
      case .as4Path where !context.fourOctetAS:
        result.as4Path = ASPath(decoding: value, fourOctetAS: true)
      case .largeCommunities:
        while let (administrator, data1, data2) = value.readMultipleIntegers(
          as: (UInt32, UInt32, UInt32).self)
        {
          result.largeCommunities.append(LargeCommunity(administrator, data1, data2))
        }
      case .onlyToCustomer:
        result.onlyToCustomer = value.readInteger()
      default:
        continue
      }
    }
    guard let origin, let asPath else { return nil }
    result.origin = origin
    result.asPath = asPath
    return result
  }
}

extension SIMD4<UInt64> {
  /// Uses the vector as a set of octets; returns whether `octet` is new.
  mutating func insert(_ octet: UInt8) -> Bool {
    let bit: UInt64 = 1 << UInt64(octet & 63)
    let word = Int(octet >> 6)
    guard self[word] & bit == 0 else { return false }
    self[word] |= bit
    return true
  }

  /// Whether `octet` was inserted.
  func contains(_ octet: UInt8) -> Bool { self[Int(octet >> 6)] >> UInt64(octet & 63) & 1 == 1 }
}
