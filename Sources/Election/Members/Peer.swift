import NIOCore

/// All that this speaker knows about one other member.
struct Peer: Sendable {
  let id: MemberID
  var name: String
  /// Whether the node exists; one that is gone is remembered while claims name it.
  var isMember = true
  /// Since when it is no member; nil while it is one.
  var goneSince: NIODeadline?

  // MARK: Its life

  /// The latest life that was heard of; 0 for none.
  var incarnation: UInt64 = 0
  /// When it was last heard, or when this speaker began to wait for it.
  var lastHeard: NIODeadline
  /// When it was last heard, whatever this speaker waits for since; long ago if it never was.
  var lastHeartbeat = NIODeadline.uptimeNanoseconds(0)
  /// When this life was first heard of, and whether it was ever heard.
  var knownSince: NIODeadline
  var isHeard = false
  /// Whether it promises and confirms leases, as far as it said so to this speaker.
  var isSettled = false
  var isDraining = false

  // MARK: As my witness

  /// Until when its acknowledgements let me answer.
  var leaseUntil = NIODeadline.uptimeNanoseconds(0)
  /// Which version of my sets it knows.
  var knowsVersion: UInt32 = 0
  /// The entries of its fence against me that I have applied, and that exist.
  var fenceApplied: UInt32 = 0
  var fenceAnnounced: UInt32 = 0

  // MARK: As the member that I witness for

  /// Its sets, as it said itself, or computed from the ring while it has not.
  var witnesses = WitnessSet()
  /// The last sets of its lives before, the latest first.
  var earlierWitnesses: [WitnessSet] = []
  /// Of how many lives before the latest the sets are remembered, and of how many that claims name.
  static let earlierLives = 3
  static let namedLives = 16
  /// The latest heartbeat of it, to be echoed.
  var echo: UInt64 = 0
  /// Until when its silence is no silence: what it asked for since it was last heard.
  var patienceUntil: NIODeadline
  /// What I promised away or learnt against it, that it may not know, by number.
  var fence: [(number: UInt32, slot: Int, verdict: Verdict)] = []
  var fenceLast: UInt32 = 0
  var fenceAcknowledged: UInt32 = 0
  /// Whether its claims were once the same as in my table since it became my partner in this life of
  /// it and of mine. Before, it may hold what was taken from it, and my fence does not tell.
  var agrees = false
  /// The latest heartbeat of mine that it had heard when it last said that its claims were the same.
  var agreedAt = NIODeadline.uptimeNanoseconds(0)
  /// When its claims last differed from my table, and when I asked for them.
  var differsSince: NIODeadline?
  var askedForClaims = NIODeadline.uptimeNanoseconds(0)

  // MARK: Whether it is alive

  /// When its host last answered and was last asked.
  var hostAnswered = NIODeadline.uptimeNanoseconds(0)
  var hostProbed = NIODeadline.uptimeNanoseconds(0)
  var isPortClosed = false
  /// Until when nothing of it is to move: it said that it would be back.
  var holdUntil = NIODeadline.uptimeNanoseconds(0)
  /// Since when I say that it is silent; when I say so next.
  var hintingSince: NIODeadline?
  var nextHint = NIODeadline.uptimeNanoseconds(0)
  /// The witnesses that hold it dead, and until when.
  var hints: [(peer: Int, until: NIODeadline)] = []
  /// Until when a majority holds it dead.
  var deadUntil = NIODeadline.uptimeNanoseconds(0)
  /// Since when it is silent, as the witnesses say.
  var silentSince = NIODeadline.uptimeNanoseconds(0)
  /// When the segment last carried a frame of it.
  var wireHeard = NIODeadline.uptimeNanoseconds(0)
  /// What the API says; for the status.
  var isReady: Bool?

  // MARK: Its claims

  /// The slots of the addresses whose claims name it and are not vacant.
  var owned: [Int] = []
  /// How many free addresses it is expected to take, as far as this speaker has ranked them.
  var planned = 0
  /// The digest of these claims in its present life.
  var digest: UInt64 = 0

  init(id: MemberID, name: String, now: NIODeadline, patience: TimeAmount) {
    self.id = id
    self.name = name
    lastHeard = now
    knownSince = now
    patienceUntil = now + patience
  }
}
