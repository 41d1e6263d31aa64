public import Addresses

/// Somebody who is not a speaker uses one of our addresses on a segment, or wants to.
public struct ConflictStatus: Codable, Hashable, Sendable {
  /// The MAC address of the other.
  public let mac: MACAddress
  /// The interface of this node on which it was seen.
  public let interface: String
  /// How often it answered for the address or announced it.
  public let claims: UInt64
  /// How often it asked whether it may have the address, which our answer forbids.
  public let probes: UInt64
  /// How often this node announced the address against it.
  public let defences: UInt64
  /// Whether this node gave way to it, and does not answer for now.
  public let yielded: Bool
  /// When it was seen first.
  public let firstSeen: Timestamp
  /// When it was seen last.
  public let lastSeen: Timestamp

  /// A conflict with these values.
  public init(
    mac: MACAddress, interface: String, claims: UInt64, probes: UInt64 = 0, defences: UInt64 = 0,
    yielded: Bool = false, firstSeen: Timestamp, lastSeen: Timestamp
  ) {
    self.mac = mac
    self.interface = interface
    self.claims = claims
    self.probes = probes
    self.defences = defences
    self.yielded = yielded
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
  }
}

extension ConflictStatus: Comparable {
  /// By interface, then by MAC address.
  public static func < (left: Self, right: Self) -> Bool {
    (left.interface, left.mac.rawValue) < (right.interface, right.mac.rawValue)
  }
}
