/// The claim to an address by layer 2, and this node's part in it.
public struct ClaimStatus: Codable, Hashable, Sendable {
  /// What the claim counts by: a quorum or a hand-over granted the claim of the higher one. Nil when
  /// nobody ever claimed the address.
  public let epoch: UInt64?
  /// How often the claim was renewed on the segment without a quorum since; 0 but after a partition.
  public let wireEpoch: UInt32
  /// Since when this node knows the claim.
  public let since: Timestamp
  /// The last change of the owner; nil when there was none since the start of the speaker.
  public let lastMove: MoveStatus?
  /// What this node does about the address: `idle`, `candidate`, `claiming`, `probing`, `answering`,
  /// `muted` or `handingOver`.
  public let activity: String
  /// For how many milliseconds this node may answer without another acknowledgement of its witnesses,
  /// negative since it may not; nil when it is not the owner.
  public let leaseMarginMilliseconds: Int64?
  /// Why this node does not answer; nil when it does.
  public let obstacle: ObstacleStatus?

  /// A claim with these values.
  public init(
    epoch: UInt64?, wireEpoch: UInt32 = 0, since: Timestamp, lastMove: MoveStatus? = nil,
    activity: String, leaseMarginMilliseconds: Int64? = nil, obstacle: ObstacleStatus? = nil
  ) {
    self.epoch = epoch
    self.wireEpoch = wireEpoch
    self.since = since
    self.lastMove = lastMove
    self.activity = activity
    self.leaseMarginMilliseconds = leaseMarginMilliseconds
    self.obstacle = obstacle
  }

  /// The epoch as people read it: `14`, or `14+2` with two claims on the segment.
  var epochText: String {
    guard let epoch else { return "" }
    return wireEpoch == 0 ? "\(epoch)" : "\(epoch)+\(wireEpoch)"
  }
}

/// A change of the owner of an address.
public struct MoveStatus: Codable, Hashable, Sendable {
  /// When this node heard of it.
  public let at: Timestamp
  /// The owner before; nil for nobody.
  public let from: String?
  /// The owner after it; nil for nobody.
  public let to: String?
  /// The name of the cause, such as `ownerSilent` or `handedOver`.
  public let cause: String
  /// The cause in a sentence for people.
  public let sentence: String

  /// A change with these values.
  public init(at: Timestamp, from: String?, to: String?, cause: String, sentence: String) {
    self.at = at
    self.from = from
    self.to = to
    self.cause = cause
    self.sentence = sentence
  }
}

/// Why a node does not answer for an address.
public struct ObstacleStatus: Codable, Hashable, Sendable {
  /// The name of the reason, such as `noQuorum` or `barred`.
  public let reason: String
  /// The reason in a sentence for people.
  public let sentence: String

  /// An obstacle with these values.
  public init(reason: String, sentence: String) {
    self.reason = reason
    self.sentence = sentence
  }
}
