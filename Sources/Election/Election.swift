public import Addresses
public import NIOCore

/// Decides which addresses this node owns on its layer-2 segment: the pure machine of one speaker.
///
/// It is fed packets, frames and what the cluster says, with the time at which that is, and
/// answers with what to send, what to answer for, and until when (`answersUntil`). Ownership is a
/// claim with an epoch that a quorum of the former owner's witnesses promised, or that the former
/// owner handed over; the right to answer is a lease that a node's own witnesses renew with every
/// heartbeat. Both quorums share a witness, so the old lease has ended when a new claim is granted.
///
/// Times come from a clock that counts suspend (`CLOCK_BOOTTIME`).
public struct Election: Sendable {
  /// What the machine was started with.
  public let configuration: Configuration
  /// The identifier of this node.
  public let id: MemberID
  /// What was counted since the start.
  public internal(set) var counters = Counters()
  /// When the machine next needs `deadlineReached`.
  public private(set) var nextDeadline: NIODeadline
  /// Until when the addresses of `Action.answer` may be answered. The reply path checks it on
  /// every answer; it is read again after each call of `handle`.
  public private(set) var answersUntil = NIODeadline.uptimeNanoseconds(0)

  /// All known members; the first is this node.
  var peers: [Peer]
  var indices: [MemberID: Int]
  /// The members of the cluster, sorted.
  var ring: [MemberID] = []
  /// The peers that this node exchanges heartbeats with.
  var partners: [Int] = []
  /// This node's witnesses as places in `peers`, and those it had before while they must agree.
  var witnesses: [Int] = []
  var formerWitnesses: [Int] = []
  /// The witnesses that follow when the present change is complete.
  var wantedWitnesses: [MemberID]?
  var formerSince = NIODeadline.uptimeNanoseconds(0)

  /// The places in `peers` that are free again, and above which number the fence against a member that
  /// comes into one begins.
  var blankPeers: [Int] = []
  var forgottenFences: UInt32 = 0

  var slots: [Slot] = []
  var slotIndices: [IPAddress: Int] = [:]
  /// The places in `slots` that are free again.
  var blankSlots: [Int] = []
  /// The addresses that no service had at a time, in the order of that; some have one again.
  var unconfigured: [(slot: Int, address: IPAddress, since: NIODeadline)] = []
  /// The slots with a deadline.
  var active: [Int] = []
  /// The slots in which this node asks witnesses, and whom it asked.
  var electorates: [Int: Electorate] = [:]
  /// The promises that may still expire.
  var openPromises: [Int] = []
  /// The digests of the parts of the table.
  var buckets = [UInt64](repeating: 0, count: Digests.buckets)
  /// The slots that were handed over and are still answered.
  var draining: [Int] = []
  /// What may be answered again as soon as there is a lease.
  var silenced: Set<Int> = []
  /// Which of my addresses which witnesses have promised away.
  var flags: [(slot: Int, peer: Int)] = []

  var now: NIODeadline
  let bootedAt: NIODeadline
  var isRecorded = false
  var wasSettled = false
  /// Whether addresses that nobody ever had wait for the members that start as well; until when
  /// they did.
  var isGathering: Bool
  var gatheredAt = NIODeadline.uptimeNanoseconds(0)
  var gatheringCursor = 0
  var isDraining = false
  /// Until when this process neither judges others nor answers without a lease: it ran late.
  var graceUntil = NIODeadline.uptimeNanoseconds(0)
  var leaseUntil = NIODeadline.uptimeNanoseconds(0)
  /// Since when there is no lease.
  var unleasedSince: NIODeadline?
  /// Until when this node answers without a lease, because the segment is alive.
  var wireUntil = NIODeadline.uptimeNanoseconds(0)
  var segmentHeardAt = NIODeadline.uptimeNanoseconds(0)
  /// Since when the default gateway does not answer.
  var gatewaySilentSince: NIODeadline?
  var isSourceReachable = true
  var rebalanceUntil = NIODeadline.uptimeNanoseconds(0)
  var rebalanceInterval = TimeAmount.seconds(1)
  var isRebalancing = false

  var nextHeartbeat: NIODeadline
  var nextWatch: NIODeadline
  var nextActive = NIODeadline.distantFuture
  var nextBeacon = NIODeadline.distantFuture
  var nextComparison: NIODeadline
  var nextRebalance = NIODeadline.distantFuture
  var beaconCursor = 0
  /// How many owners there are on the segment, as far as this node hears, and when they are counted
  /// again.
  var announcers = 0
  var nextCount = NIODeadline.uptimeNanoseconds(0)
  /// Before then no beacon is sent out of turn.
  var nextEarlyBeacon = NIODeadline.uptimeNanoseconds(0)

  var output: [Action] = []
  var batches: [Batch] = []
  var random: SplitMix64

  var timers: Timers { configuration.timers }
  var guards: Guards { configuration.guards }
  var policy: IsolationPolicy { configuration.policy }

  /// The machine of one speaker. It knows no members and no addresses yet.
  ///
  /// - Parameters:
  ///   - configuration: Its timers must have been validated.
  ///   - seed: Where its random numbers begin; it should differ between nodes.
  ///   - now: The time at the start.
  public init(configuration: Configuration, seed: UInt64, now: NIODeadline) {
    self.configuration = configuration
    id = MemberID(name: configuration.node)
    self.now = now
    bootedAt = now
    let timers = configuration.timers
    var me = Peer(id: id, name: configuration.node, now: now, patience: timers.silence)
    me.incarnation = configuration.incarnation
    peers = [me]
    indices = [id: 0]
    isGathering = configuration.guards.contains(.gathering)
    random = SplitMix64(seed: seed)
    nextDeadline = now
    nextHeartbeat = now
    nextWatch = now + timers.silence.scaled(50)
    nextComparison = now + timers.heartbeatInterval
  }

  private var dueTime: NIODeadline {
    var next = min(nextHeartbeat, nextWatch)
    next = min(next, nextActive)
    next = min(next, nextBeacon)
    next = min(next, nextComparison)
    next = min(next, nextRebalance)
    return wasSettled ? next : min(next, settledAt)
  }

  /// Whether this node would answer for an address at a time.
  public func answers(for address: IPAddress, at time: NIODeadline) -> Bool {
    guard let slot = slotIndices[address], slots[slot].phase.answers else { return false }
    if policy == .strict, slots[slot].isFenced { return false }
    return time < answersUntil || !guards.contains(.lease)
  }

  /// Takes in an event and says what follows from it.
  ///
  /// - Parameter actions: Emptied first; its storage is used again, so that the many calls in which
  ///   little happens need no memory.
  public mutating func handle(_ event: Event, now: NIODeadline, actions: inout [Action]) {
    swap(&actions, &output)
    output.removeAll(keepingCapacity: true)
    self.now = max(self.now, now)
    noteLateness()
    take(event)
    if self.now >= dueTime { runTimers() }
    flushBatches()
    nextDeadline = dueTime
    answersUntil = policy == .strict ? strictEnd(leaseUntil) : max(leaseUntil, wireUntil)
    swap(&actions, &output)
  }

  /// Under `strict` the lease, and no longer than the shortest hand-over that is going on: who is
  /// suspended in the middle of one must be silent when it wakes up.
  private mutating func strictEnd(_ lease: NIODeadline) -> NIODeadline {
    draining.removeAll { slots[$0].phase != .draining }
    return draining.reduce(lease) { min($0, slots[$1].startedAt + timers.handOverOverlap) }
  }

  private mutating func take(_ event: Event) {
    switch event {
    case .packet(let message, let sender, let incarnation, let receivedAt):
      receive(message, from: sender, incarnation: incarnation, at: min(receivedAt, now))
    case .frame(let message, let sender, let incarnation, let receivedAt):
      receiveFrame(message, from: sender, incarnation: incarnation, at: min(receivedAt, now))
    case .deadlineReached: break
    case .members(let names): setMembers(names)
    case .address(let address, let standing, let candidates):
      setAddress(address, standing, candidates)
    case .addressRemoved(let address): removeAddress(address)
    case .recorded(let record): takeRecorded(record)
    case .hostAnswered(let member):
      if let peer = indices[member] { peers[peer].hostAnswered = self.now }
    case .portClosed(let member): closePort(of: member)
    case .segmentHeard: segmentHeardAt = self.now
    case .gateway(let isAnswering):
      gatewaySilentSince = isAnswering ? nil : gatewaySilentSince ?? self.now
    case .drain(let isDraining): setDraining(isDraining)
    case .restart(let hold): announceRestart(hold)
    case .rebalance(let until, let interval):
      rebalanceUntil = until
      rebalanceInterval = interval
      isRebalancing = false
      nextRebalance = self.now
    case .readiness(let member, let isReady):
      if let peer = indices[member] { peers[peer].isReady = isReady }
    case .sourceReachable(let isReachable): isSourceReachable = isReachable
    }
  }

  private mutating func runTimers() {
    if !wasSettled, now >= settledAt {
      wasSettled = true
      contestAll()
    }
    if now >= nextHeartbeat {
      beat()
      // A jitter of 5 % keeps nodes from beating in step.
      let interval = timers.heartbeatInterval
      nextHeartbeat =
        now + interval
        - .nanoseconds(Int64(random.next() % UInt64(max(1, interval.nanoseconds / 20))))
    }
    if now >= nextWatch { watch() }
    if now >= nextActive { runActive() }
    if now >= nextBeacon { sendBeacon() }
    if now >= nextComparison { compareTables() }
    if now >= nextRebalance { rebalance() }
  }

  /// A process that was stopped or starved does not know what happened meanwhile.
  private mutating func noteLateness() {
    guard guards.contains(.lateness), now > nextDeadline + .milliseconds(100) else { return }
    counters.late += 1
    graceUntil = now + timers.heartbeatInterval.scaled(150)
    for slot in active where slots[slot].phase == .claiming || slots[slot].phase == .probing {
      abandonAttempt(slot)
      slots[slot].phase = .candidate
      slots[slot].since = now
      schedule(slot, now + timers.heartbeatInterval)
    }
  }

  /// When this process promises and confirms leases: after it must have learnt what an earlier
  /// process of this node knew.
  var settledAt: NIODeadline {
    if !guards.contains(.settling) { return bootedAt }
    return bootedAt + (isRecorded ? timers.settling : timers.quarantine)
  }

  var isSettled: Bool { now >= settledAt }

  var isLeased: Bool { now < leaseUntil }
}

/// What the machine counts; for metrics.
public struct Counters: Hashable, Sendable {
  /// How often this process ran more than 100 ms late.
  public var late = 0
  /// Promises given and refused as a witness.
  public var promises = 0
  public var refusals = 0
  /// Addresses taken with promises, taken on the wire, taken by hand-over.
  public var takenByQuorum = 0
  public var takenOnWire = 0
  public var takenByHandOver = 0
  /// Addresses given up because another claim prevailed.
  public var yielded = 0
  /// Claims on the wire that were overruled by the leased owner.
  public var reasserted = 0
  /// Claims not confirmed in time.
  public var unconfirmed = 0
  /// Claims dropped because `addressLimit` was reached, and members because there are too many.
  public var droppedAddresses = 0
  public var droppedMembers = 0
  /// Messages of a former life of their sender, and of senders that are no members.
  public var outdated = 0
  public var strangers = 0
  /// Rankings made: the measure of the work of a failover.
  public var rankings = 0
}

/// A small random generator (SplitMix64); the machine is passed its seed.
struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
