public import Addresses
public import NIOCore

/// A node that may announce an address, with the first two criteria of its rank.
public struct Candidate: Hashable, Sendable {
  /// The node.
  public var member: MemberID
  /// The place of its fitness class; lower is better.
  public var fitness: UInt8
  /// The weight of `preferredNodeSelectors`; higher is better.
  public var weight: Int32

  /// The candidate with these values.
  public init(_ member: MemberID, fitness: UInt8 = 0, weight: Int32 = 0) {
    self.member = member
    self.fitness = fitness
    self.weight = weight
  }
}

/// Whether this node may announce an address.
public enum Standing: Hashable, Sendable {
  /// It may, and takes part in the election.
  case fit
  /// It may no longer; if it is the owner it hands the address over, and stops in any case when
  /// this time has passed. `nil` waits for an heir as long as it takes.
  case leaving(within: TimeAmount?)
  /// It must not: the service or the node is gone, the interface is down. It stops at once.
  case unfit
}

extension Election {
  /// Something that the machine is told.
  public enum Event: Sendable {
    /// A packet of the peer plane, opened and checked. `receivedAt` is the time at which the kernel
    /// received it, which is before `now` when this process was late.
    case packet(Message, from: MemberID, incarnation: UInt64, receivedAt: NIODeadline)
    /// A frame of a speaker on the segment, opened and checked.
    case frame(Message, from: MemberID, incarnation: UInt64, receivedAt: NIODeadline)
    /// `nextDeadline` has come.
    case deadlineReached
    /// The nodes of the cluster by name, this one included; replaces the former list.
    case members([String])
    /// An address, whether this node is fit for it, and all fit nodes (this one included when it is
    /// fit). Equal arrays should share storage: then 5,000 addresses cost no more than one.
    case address(IPAddress, Standing, [Candidate])
    /// No service has the address any more: who owns it stops at once.
    case addressRemoved(IPAddress)
    /// What an earlier process of this node has kept, or news of what was recorded elsewhere.
    case recorded(Record)
    /// The host of a member has answered a probe (`Action.probeHost`).
    case hostAnswered(MemberID)
    /// The port of a member's peer plane is closed: its process is gone.
    case portClosed(MemberID)
    /// Something of another station was heard on the segment.
    case segmentHeard
    /// The default gateway answers, or no longer; to be said when it changes. Under `gateway` a node
    /// without a lease is silent once this was false for three seconds.
    case gateway(isAnswering: Bool)
    /// This node is to be drained, or no longer.
    case drain(Bool)
    /// The process ends and is back within `hold`: nothing is to move meanwhile.
    case restart(hold: TimeAmount)
    /// Until a time the load may be evened out by planned hand-overs, one each `interval`, when a
    /// node has more than `rebalancingThreshold` percent of the mean of those that may have the same
    /// address. Of these only the node with the most addresses gives one away, so all nodes are to be
    /// told, and the budget is that of all of them together. A time that has passed ends it.
    case rebalance(until: NIODeadline, interval: TimeAmount)
    /// Whether the API says that a node is ready; for the status only.
    case readiness(MemberID, isReady: Bool)
    /// Whether the API can be reached; for the status only.
    case sourceReachable(Bool)
  }
}
