/// What this node knows about a member of the election.
public struct MemberStatus: Codable, Hashable, Sendable {
  /// What a member is, as far as this node knows.
  public enum State: String, Codable, Hashable, Sendable, CaseIterable {
    /// This node.
    case own = "self"
    /// It is heard.
    case alive
    /// It is silent for longer than usual.
    case suspected
    /// Its speaker is silent while its host answers: it is stalled, its node forwards on.
    case stalled
    /// Its speaker has said that it will be back in a moment.
    case restarting
    /// It hands over what it has, and takes nothing.
    case draining
    /// Most of its witnesses hear it no more.
    case dead
    /// This node does not listen to it, and nobody says that it is silent.
    case unknown
    /// Its Node is gone, and claims still name it.
    case removed
  }

  /// The name of its Node.
  public let name: String
  /// What it is.
  public let state: State
  /// The life of its process: microseconds since 1970 at its start; 0 when it was never heard of.
  public let incarnation: UInt64
  /// When its process started; nil when it was never heard of.
  public let startedAt: Timestamp?
  /// For how many milliseconds it was not heard; nil for this node, and for one that it never heard.
  public let silenceMilliseconds: Int64?
  /// Whether it witnesses for this node.
  public let isWitness: Bool
  /// For how many milliseconds its acknowledgement counts for the lease of this node; nil when it is
  /// no witness, or has never acknowledged, negative since it ran out.
  public let leaseMarginMilliseconds: Int64?
  /// The names of its witnesses, sorted.
  public let witnesses: [String]
  /// The names of those that say that it is silent, sorted.
  public let suspectedBy: [String]
  /// How many addresses it owns.
  public let addresses: Int

  /// A member with these values; the lists are sorted here.
  public init(
    name: String, state: State, incarnation: UInt64 = 0, silenceMilliseconds: Int64? = nil,
    isWitness: Bool = false, leaseMarginMilliseconds: Int64? = nil, witnesses: [String] = [],
    suspectedBy: [String] = [], addresses: Int = 0
  ) {
    self.name = name
    self.state = state
    self.incarnation = incarnation
    startedAt =
      incarnation == 0
      ? nil : Timestamp(secondsSince1970: Int64(clamping: incarnation / 1_000_000))
    self.silenceMilliseconds = silenceMilliseconds
    self.isWitness = isWitness
    self.leaseMarginMilliseconds = leaseMarginMilliseconds
    self.witnesses = witnesses.sorted()
    self.suspectedBy = suspectedBy.sorted()
    self.addresses = addresses
  }
}
