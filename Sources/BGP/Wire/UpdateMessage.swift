public import Addresses
import NIOCore

/// What the meaning of an UPDATE depends on, apart from its bytes.
public struct UpdateContext: Hashable, Sendable {
  /// Whether it comes from our own autonomous system.
  public let isInternal: Bool
  /// Whether AS numbers take four octets in this session (RFC 6793).
  public let fourOctetAS: Bool

  /// The context of a session.
  public init(isInternal: Bool, fourOctetAS: Bool) {
    self.isInternal = isInternal
    self.fourOctetAS = fourOctetAS
  }
}

/// A received UPDATE, validated by RFC 7606. Its prefixes and attributes are views of the bytes.
public struct UpdateMessage: Sendable {
  /// The value of MP_REACH_NLRI (RFC 4760 §3).
  public struct Reach: Sendable {
    /// Whose routes these are.
    public let family: RouteFamily
    /// The next hop, the global one where a link-local one follows; nil for a family that we do
    /// not know.
    public let nextHop: IPAddress?
    /// The link-local next hop that follows the global one (RFC 2545 §3).
    public let linkLocalNextHop: IPv6Address?
    /// The prefixes; empty for a family that we do not know.
    public let prefixes: NLRI
  }

  /// The value of MP_UNREACH_NLRI (RFC 4760 §4).
  public struct Unreach: Sendable {
    /// Whose routes these are.
    public let family: RouteFamily
    /// The prefixes; empty for a family that we do not know.
    public let prefixes: NLRI
    /// Whether the attribute names no prefix at all.
    let isEmpty: Bool
  }

  /// IPv4 prefixes in the field for withdrawn routes.
  public let withdrawn: NLRI
  /// IPv4 prefixes in the last field.
  public let announced: NLRI
  /// Announcements of the multiprotocol extension.
  public let reach: Reach?
  /// Withdrawals of the multiprotocol extension.
  public let unreach: Unreach?
  /// The path attributes.
  public let attributes: AttributeBlock
  /// The strongest fault that the session survives, the first of several.
  public let fault: AttributeFault?
  /// How many faults cost an attribute only.
  public let discardedAttributeCount: Int

  /// Whether the announced routes must be taken as withdrawn (RFC 7606 §2).
  public var isTreatedAsWithdraw: Bool { fault?.handling == .treatAsWithdraw }

  /// How many prefixes are announced, by either way.
  public var announcedCount: Int { announced.count + (reach?.prefixes.count ?? 0) }

  /// How many prefixes are withdrawn, by either way.
  public var withdrawnCount: Int { withdrawn.count + (unreach?.prefixes.count ?? 0) }

  /// The family whose initial table ends with this message (RFC 4724 §2), nil for any other.
  public var endOfRIB: RouteFamily? {
    guard withdrawn.count == 0, announced.count == 0, reach == nil else { return nil }
    if let unreach {
      // Four octets of header at most, and three of family: nothing else is in the block.
      return unreach.isEmpty && attributes.bytes.readableBytes <= 7 ? unreach.family : nil
    }
    return attributes.bytes.readableBytes == 0 ? RouteFamily(unicast: .ipv4) : nil
  }
}
