public import Addresses
public import Election
public import NIOCore

/// What the peer plane tells the control loop.
public enum PeerPlaneOutput: Sendable {
  /// Answer for the address from now on, while the lease holds, and announce it; also for one that is
  /// answered for already, to announce it again.
  case answer(IPAddress)
  /// Answer for the address no more; go on forwarding for this time.
  case silence(IPAddress, forwardFor: TimeAmount)
  /// The claim to an address has changed: what this node had to do with it, and why the owner has it.
  case claimed(IPAddress, owner: MemberID, isVacant: Bool, Election.Cause, Grounds)
  /// The witnesses of a member have changed, and with them what is to be kept for the next process.
  case witnessesChanged
  /// An address was handed over: so long after the first question to an heir, this node is silent.
  case handedOver(IPAddress, after: TimeAmount)
  /// Send this to all speakers on the segment.
  case frame(ByteBuffer)
  /// The interface of another speaker on the segment.
  case speaker(MACAddress)
  /// This is the interface of another member on the segment of an interface of ours.
  case heard(MemberID, from: MACAddress, on: String)
  /// These other members are dead, and no others; who had said that it would leave is not dead.
  case lost(Set<MemberID>)
  /// These other nodes are being drained, and no others; by name.
  case draining([String])
  /// The speakers of these other nodes are held dead by their witnesses, and no others; by name. The
  /// hosts of `hosts`, which are among them, do not answer either.
  case dead(speakers: [String], hosts: [String])
  /// The lease of this node has ended, or is held again; not said of the first one of the process.
  case lease(LeaseView)
}

/// What was carried since the start.
public struct PeerPlaneTraffic: Hashable, Sendable {
  /// Packets that the kernel took.
  public internal(set) var packetsSent: UInt64 = 0
  /// Their octets of UDP payload.
  public internal(set) var octetsSent: UInt64 = 0
  /// Packets that came in, whatever became of them.
  public internal(set) var packetsReceived: UInt64 = 0
  /// Their octets of UDP payload.
  public internal(set) var octetsReceived: UInt64 = 0
  /// Packets that the kernel did not take.
  public internal(set) var sendFailures: UInt64 = 0
}

/// How far behind its time the thread of the peer plane ever was.
public struct PeerPlaneLateness: Hashable, Sendable {
  /// The longest delay of a timer since the start.
  public internal(set) var longest = TimeAmount.zero
  /// When that was, on the clock of ``PeerPlaneStatus/time``; nil before any timer.
  public internal(set) var at: NIODeadline?
}

/// What the peer plane counted, and what it knows. Its times are of the clock that counts suspend;
/// compare them with ``time`` only.
public struct PeerPlaneStatus: Sendable {
  /// When this was so.
  public let time: NIODeadline
  /// The same moment on the wall clock.
  public let wallClock: (seconds: Int64, nanoseconds: Int64)
  /// The UDP port.
  public let port: UInt16
  /// What a node does that has lost its quorum.
  public let policy: IsolationPolicy
  /// The times of the election.
  public let timers: Timers
  /// Short names of the keys, the one that seals first; empty where packets are not sealed.
  public let keyFingerprints: [String]
  /// Since when these keys are in use.
  public let keysSince: NIODeadline
  /// What was carried.
  public let traffic: PeerPlaneTraffic
  /// What the machine counted.
  public let counters: Counters
  /// Packets that were dropped, by reason.
  public let refusals: [PeerChannel.Refusal: Int]
  /// Frames of the segment that were dropped unread, because too many waited.
  public let framesLost: UInt64
  /// How late the thread ever was.
  public let lateness: PeerPlaneLateness
  /// How far the thread goes before others.
  public let priority: ThreadPriority
  /// All members by name.
  public let members: [MemberView]
  /// This node's right to answer.
  public let lease: LeaseView
  /// All known addresses in order; empty where they were not asked for.
  public let addresses: [AddressView]
  /// The loads, by name, that `bellman rebalance` compares with that of this node.
  public let rebalancingLoads: [String: Int]
  /// What peers, API and segment disagree about.
  public let disagreements: [PlaneDisagreement]
}
