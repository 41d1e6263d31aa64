/// Why a packet is ignored, in the order in which it is judged (RFC 5880 §6.8.6). Every ignored packet
/// has exactly one reason; they are counted by it.
public enum DropReason: UInt8, Error, Hashable, Sendable, CaseIterable {
  /// The TTL or hop limit is below what the path can have: the packet may come from elsewhere
  /// (RFC 5881 §5, RFC 5883 §4).
  case timeToLive
  /// Fewer than 24 octets.
  case truncated
  /// Not version 1.
  case version
  /// The length field is below 24, or below 26 with authentication.
  case lengthTooSmall
  /// The length field exceeds the UDP payload.
  case lengthExceedsPayload
  /// The detect multiplier is 0.
  case detectMultiplier
  /// The multipoint bit is set.
  case multipoint
  /// My Discriminator is 0.
  case myDiscriminator
  /// Poll and Final are both set.
  case pollAndFinal
  /// Your Discriminator is 0 in a state that one cannot reach without knowing it.
  case yourDiscriminator
  /// Your Discriminator names no session of ours.
  case unknownDiscriminator
  /// Your Discriminator is 0, and no session has these addresses and this interface.
  case noSession
  /// Your Discriminator names a session with other addresses, interface or kind of path.
  case otherPath
  /// Your Discriminator is 0 and My Discriminator is not the one that the running session knows: a
  /// forged reset, or a peer that has restarted, which is heard after the detection time.
  case otherPeer
  /// The packet is authenticated, and the session is not.
  case authenticationUnexpected
  /// The session is authenticated, and the packet is not.
  case authenticationMissing
  /// The packet has another type of authentication than the session.
  case authenticationType
  /// The packet is signed with a key of another number.
  case authenticationKeyID
  /// The authentication section has another length than its type has.
  case authenticationLength
  /// The sequence number is outside of the window: the packet is late, or a replay.
  case authenticationSequence
  /// The digest is wrong: another key, or a changed packet.
  case authenticationDigest
  /// An operator disabled the session on our side. What the packet says of the peer is noted.
  case administrativelyDown
}

/// How many packets were ignored, by reason.
public struct DropCounters: Hashable, Sendable {
  private var counts: [UInt64]

  /// Counters at zero.
  public init() { counts = Array(repeating: 0, count: DropReason.allCases.count) }

  /// The packets that were ignored for `reason`.
  public subscript(_ reason: DropReason) -> UInt64 { counts[Int(reason.rawValue)] }

  /// All packets that were ignored.
  public var total: UInt64 { counts.reduce(0, &+) }

  /// Counts one packet. Does not allocate.
  mutating func count(_ reason: DropReason) { counts[Int(reason.rawValue)] &+= 1 }
}
