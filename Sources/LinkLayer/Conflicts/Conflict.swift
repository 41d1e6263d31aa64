public import Addresses
public import NIOCore

/// Somebody who is not a speaker uses, or wants to use, an address of ours.
public struct Conflict: Hashable, Sendable {
  /// The address.
  public let address: IPAddress
  /// The MAC address of the other.
  public let mac: MACAddress
  /// When it was seen first.
  public let firstSeen: NIODeadline
  /// When it was seen last.
  public internal(set) var lastSeen: NIODeadline
  /// How often it said that it has the address.
  public internal(set) var claims: UInt64 = 0
  /// How often it asked whether it may have the address, which our answer forbids.
  public internal(set) var probes: UInt64 = 0
  /// How often we defended the address against it.
  public internal(set) var defences: UInt64 = 0
  /// Whether we gave way to it, and do not answer for now.
  public internal(set) var isYieldedTo = false

  init(address: IPAddress, mac: MACAddress, now: NIODeadline) {
    self.address = address
    self.mac = mac
    firstSeen = now
    lastSeen = now
  }
}

/// What to do when somebody else uses an address of ours (RFC 5227 §2.4).
public enum ConflictPolicy: String, Hashable, Sendable, CaseIterable {
  /// Go on, and announce the address again, at most once in `defendInterval`.
  case defend
  /// Stop answering until the other is silent and does not answer probes.
  case yield
}

/// What a ``ConflictDetector`` counted.
public struct ConflictCounters: Hashable, Sendable {
  /// Claims of others who are not speakers.
  public internal(set) var claims: UInt64 = 0
  /// Probes of others who are not speakers.
  public internal(set) var probes: UInt64 = 0
  /// Claims and probes of other speakers, which are no conflicts.
  public internal(set) var ofPeers: UInt64 = 0
  /// Announcements in defence of an address.
  public internal(set) var defences: UInt64 = 0
  /// How often we gave way.
  public internal(set) var yields: UInt64 = 0
  /// Claims and probes that found no room, because too many others are remembered already.
  public internal(set) var unrecorded: UInt64 = 0

  /// Counters at zero.
  public init() {}
}
