/// What a node does that has lost its quorum of witnesses.
public enum IsolationPolicy: String, Hashable, Sendable, CaseIterable, Codable {
  /// It goes on while its segment is alive and yields to any higher claim. An address without an
  /// owner is taken when the segment is silent about it, also without a quorum.
  case wire
  /// It falls silent when its lease ends. Never two owners; none without a quorum.
  case strict
  /// As `wire`, but silent while the default gateway does not answer and a neighbour does.
  case gateway
}

/// What one election machine needs to know at its start.
public struct Configuration: Sendable {
  /// The name of this speaker's node.
  public var node: String
  /// The life of this process: larger than that of every earlier process of the node, for example
  /// the time of its start in microseconds since 1970.
  public var incarnation: UInt64
  /// What a node without quorum does; the same on all nodes.
  public var policy: IsolationPolicy
  /// The times. Nodes may differ: a witness waits as long as the member that it watches asks for, and
  /// for `quarantine` where it does not know that yet.
  public var timers: Timers
  /// The most addresses that are remembered; claims to more are counted and dropped.
  public var addressLimit: Int
  /// Which guards of the protocol are in force. The simulator removes them one by one, to prove
  /// that it would find the fault that each prevents.
  package var guards: Guards = .all

  /// A configuration with these values.
  public init(
    node: String, incarnation: UInt64, policy: IsolationPolicy = .wire, timers: Timers = Timers(),
    addressLimit: Int = 65_536
  ) {
    self.node = node
    self.incarnation = incarnation
    self.policy = policy
    self.timers = timers
    self.addressLimit = addressLimit
  }
}

/// The guards of the protocol, each against one way in which it would break.
package struct Guards: OptionSet, Sendable, Hashable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A witness promises only after its own silence.
  package static let silence = Guards(rawValue: 1 << 0)
  /// Acknowledgements do not count before the owner knows what the witness promised away.
  package static let fence = Guards(rawValue: 1 << 1)
  /// A witness gives one epoch of an address to one heir, and one heir at a time.
  package static let singlePromise = Guards(rawValue: 1 << 2)
  /// A restarted witness neither promises nor confirms leases until it knows what it forgot.
  package static let settling = Guards(rawValue: 1 << 3)
  /// A new owner under `strict` stops unless a quorum has recorded its claim in time.
  package static let confirmation = Guards(rawValue: 1 << 4)
  /// What others say about this node gives it no right to answer.
  package static let hearsay = Guards(rawValue: 1 << 5)
  /// An owner that is heard on the segment is not dead.
  package static let wireEvidence = Guards(rawValue: 1 << 6)
  /// Evidence from the segment counts only when it is newer than the last heartbeat.
  package static let freshEvidence = Guards(rawValue: 1 << 7)
  /// Owners send beacons on the segment.
  package static let beacons = Guards(rawValue: 1 << 8)
  /// Of two heirs that block each other the worse ranked gives way.
  package static let yielding = Guards(rawValue: 1 << 9)
  /// A process whose host answers is stalled, not dead.
  package static let hostEvidence = Guards(rawValue: 1 << 10)
  /// A process that ran late does not judge others and does not answer without a lease.
  package static let lateness = Guards(rawValue: 1 << 11)
  /// A new set of witnesses counts together with the old one until the old one knows.
  package static let jointSets = Guards(rawValue: 1 << 12)
  /// A claim that prevails ends the answers of the former owner at once.
  package static let order = Guards(rawValue: 1 << 13)
  /// A commitment to hand over is taken only from a hand-over that this node agreed to just now.
  package static let freshCommit = Guards(rawValue: 1 << 14)
  /// Tables are compared, so that lost claims are learnt in the end.
  package static let comparison = Guards(rawValue: 1 << 15)
  /// The reply path checks the lease on each answer.
  package static let lease = Guards(rawValue: 1 << 16)
  /// What a heartbeat acknowledges to an earlier process of the node is ignored.
  package static let thisLife = Guards(rawValue: 1 << 17)
  /// A cluster that starts shares out new addresses when its members have been heard of.
  package static let gathering = Guards(rawValue: 1 << 18)
  /// A witness acknowledges only after its table and the member's claims were the same once.
  package static let agreement = Guards(rawValue: 1 << 19)

  package static let all = Guards(rawValue: (1 << 20) - 1)
}
