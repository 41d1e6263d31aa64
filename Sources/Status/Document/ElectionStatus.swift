/// The election of owners as this node sees it: who takes part, and its own right to answer.
public struct ElectionStatus: Codable, Hashable, Sendable {
  /// What a node does that has lost its quorum: `wire`, `strict` or `gateway`.
  public let policy: String
  /// The set of timers: `fast`, `default`, `calm`, or `custom` where any of them was changed.
  public let profile: String
  /// The timers in milliseconds, by name.
  public let timers: [String: Int64]
  /// The UDP port on which speakers hear each other.
  public let port: UInt16
  /// What keeps strangers out.
  public let keys: PeerKeyStatus
  /// The right of this node to answer.
  public let lease: LeaseStatus
  /// All members, this node included, by name.
  public let members: [MemberStatus]
  /// What was carried since the start.
  public let packets: PeerPacketCounters
  /// Whether this speaker itself runs in time.
  public let lateness: LatenessStatus
  /// What peers, API and segment disagree about now: by reason, then by node.
  public let disagreements: [DisagreementStatus]
  /// What the election counted since the start, by name.
  public let counters: [String: UInt64]

  /// An election with these values; the lists are sorted here.
  public init(
    policy: String, profile: String, timers: [String: Int64], port: UInt16, keys: PeerKeyStatus,
    lease: LeaseStatus, members: [MemberStatus], packets: PeerPacketCounters,
    lateness: LatenessStatus, disagreements: [DisagreementStatus] = [],
    counters: [String: UInt64] = [:]
  ) {
    self.policy = policy
    self.profile = profile
    self.timers = timers
    self.port = port
    self.keys = keys
    self.lease = lease
    self.members = members.sorted { $0.name < $1.name }
    self.packets = packets
    self.lateness = lateness
    self.disagreements = disagreements.sorted {
      ($0.reason, $0.node ?? "") < ($1.reason, $1.node ?? "")
    }
    self.counters = counters
  }
}

/// The right of a node to answer: it lasts while its witnesses acknowledge.
public struct LeaseStatus: Codable, Hashable, Sendable {
  /// Whether enough witnesses acknowledge.
  public let isHeld: Bool
  /// For how many milliseconds it lasts without another acknowledgement; negative since it ended, nil
  /// where there never was one.
  public let marginMilliseconds: Int64?
  /// How many witnesses there are.
  public let witnesses: Int
  /// How many of them acknowledge.
  public let acknowledging: Int
  /// How many must.
  public let needed: Int
  /// Whether the witnesses are being changed, so that the old and the new ones must agree.
  public let isChanging: Bool
  /// Whether this process acknowledges for others; at first it does not, since it may have forgotten
  /// what an earlier one promised.
  public let isSettled: Bool

  /// A lease with these values.
  public init(
    isHeld: Bool, marginMilliseconds: Int64?, witnesses: Int, acknowledging: Int, needed: Int,
    isChanging: Bool = false, isSettled: Bool = true
  ) {
    self.isHeld = isHeld
    self.marginMilliseconds = marginMilliseconds
    self.witnesses = witnesses
    self.acknowledging = acknowledging
    self.needed = needed
    self.isChanging = isChanging
    self.isSettled = isSettled
  }
}

/// The keys that seal what speakers say to each other.
public struct PeerKeyStatus: Codable, Hashable, Sendable {
  /// Whether packets are sealed and checked; false with `--insecure-peers`.
  public let isSecure: Bool
  /// A short name for each key, to be compared between nodes; the one that seals comes first.
  public let fingerprints: [String]
  /// Since when these keys are in use.
  public let since: Timestamp
  /// Why the file of the keys is not followed, or could not be read again; nil when all is well.
  public let problem: String?

  /// Keys with these names, none for packets that are not sealed.
  public init(fingerprints: [String], since: Timestamp, problem: String? = nil) {
    isSecure = !fingerprints.isEmpty
    self.fingerprints = fingerprints
    self.since = since
    self.problem = problem
  }
}

/// Packets between speakers since the start.
public struct PeerPacketCounters: Codable, Hashable, Sendable {
  /// Packets that were sent, and their octets.
  public let sent: UInt64
  public let octetsSent: UInt64
  /// Packets that came in, whatever became of them, and their octets.
  public let received: UInt64
  public let octetsReceived: UInt64
  /// Packets that the kernel did not take.
  public let sendFailures: UInt64
  /// Packets that were dropped, by reason: `malformed` (cut, too long, or of another protocol),
  /// `forged` (no key opens it), `replayed`, `outdated` (of an earlier process of its sender),
  /// `stranger` (its sender is no Node), `misdirected`, `unacquainted` (of a sender that does not know
  /// this process yet, which is usual after a start), `overflow` (a frame of the segment that came while
  /// too many were waiting).
  public let dropped: [String: UInt64]

  /// Counters with these values.
  public init(
    sent: UInt64, octetsSent: UInt64, received: UInt64, octetsReceived: UInt64,
    sendFailures: UInt64 = 0, dropped: [String: UInt64] = [:]
  ) {
    self.sent = sent
    self.octetsSent = octetsSent
    self.received = received
    self.octetsReceived = octetsReceived
    self.sendFailures = sendFailures
    self.dropped = dropped
  }
}

/// Whether a speaker runs in time: who is late takes others for dead, or is taken for dead.
public struct LatenessStatus: Codable, Hashable, Sendable {
  /// How often it ran more than 100 ms late since the start.
  public let count: UInt64
  /// The longest delay in milliseconds since the start, and when that was.
  public let longestMilliseconds: Int64
  public let longestAt: Timestamp?
  /// How far its thread goes before others: `realTime`, `high` or `normal`.
  public let priority: String

  /// A lateness with these values.
  public init(count: UInt64, longestMilliseconds: Int64, longestAt: Timestamp?, priority: String) {
    self.count = count
    self.longestMilliseconds = longestMilliseconds
    self.longestAt = longestAt
    self.priority = priority
  }
}

/// A contradiction between what peers, API and segment say.
public struct DisagreementStatus: Codable, Hashable, Sendable {
  /// The name of the contradiction.
  public let reason: String
  /// The node that it is about; nil for the whole cluster.
  public let node: String?
  /// The contradiction in a sentence for people.
  public let sentence: String
  /// What the speaker does about it, in a sentence for people.
  public let action: String

  /// A contradiction with these values.
  public init(reason: String, node: String?, sentence: String, action: String) {
    self.reason = reason
    self.node = node
    self.sentence = sentence
    self.action = action
  }
}
