public import Addresses

/// "Who has the target?", or "are you still there?" when it is sent to one host (RFC 4861 §4.3).
public struct NeighborSolicitation: Hashable, Sendable {
  /// The address that is asked for; never multicast.
  public var target: IPv6Address
  /// The source link-layer address option. Absent from `::`, and often in unicast probes.
  public var sourceLinkLayerAddress: MACAddress?

  /// A solicitation with these fields.
  public init(target: IPv6Address, sourceLinkLayerAddress: MACAddress? = nil) {
    self.target = target
    self.sourceLinkLayerAddress = sourceLinkLayerAddress
  }
}

/// "The target is at this link-layer address" (RFC 4861 §4.4).
public struct NeighborAdvertisement: Hashable, Sendable {
  /// The bits of the first octet of the flags field.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// R: the sender is a router.
    public static let router = Flags(rawValue: 0x80)
    /// S: this answers a solicitation of the receiver.
    public static let solicited = Flags(rawValue: 0x40)
    /// O: a cached link-layer address that differs is replaced.
    public static let override = Flags(rawValue: 0x20)
  }

  /// The address that is advertised; never multicast.
  public var target: IPv6Address
  /// What kind of advertisement it is.
  public var flags: Flags
  /// The target link-layer address option.
  public var targetLinkLayerAddress: MACAddress?

  /// An advertisement with these fields.
  public init(target: IPv6Address, flags: Flags, targetLinkLayerAddress: MACAddress? = nil) {
    self.target = target
    self.flags = flags
    self.targetLinkLayerAddress = targetLinkLayerAddress
  }
}
