import Addresses
import NIOCore

/// What this node is doing about an address.
enum Phase: UInt8, Sendable {
  /// Nothing: it is not fit, or another node has it.
  case idle
  /// The address is free and this node waits for its turn.
  case candidate
  /// It asks witnesses for promises.
  case claiming
  /// It asks the segment.
  case probing
  /// It answers, as far as its lease allows.
  case announcing
  /// It answers and hands over.
  case preparing
  /// It has handed over and answers until the heir does.
  case draining

  var answers: Bool { self == .announcing || self == .preparing || self == .draining }
  var holds: Bool { self == .announcing || self == .preparing }
}

/// A promise that this node gave as a witness.
struct Promise: Sendable {
  var epoch: UInt64
  var heir: MemberID
  var incarnation: UInt64
  var at: NIODeadline
  /// The members whose fences have an entry about it: the owners in whose place the heir is to come.
  var fenced: [Int]
  /// The owner that asked for it, for an heir of its choice; nil where the heir asked.
  var registrar: Int?
}

/// All about one address.
struct Slot: Sendable {
  let address: IPAddress
  let hash: UInt64

  // MARK: Table

  var claim: Claim?
  /// The owner in the list of peers; `Election.own` for this node, -1 for nobody.
  var owner = -1
  /// The place in the owner's list.
  var place = 0
  /// When the claim was learnt.
  var learntAt: NIODeadline
  var cause = Election.Cause.learnt
  var grounds = Grounds.untold

  // MARK: This node's part

  /// Whether a service has the address.
  var isConfigured = false
  /// Whether it stands for no address: what it held was forgotten.
  var isBlank = false
  var standing = Standing.unfit
  var candidates: [Candidate] = []
  var phase = Phase.idle
  /// When something is next to be done; only in the list of active slots.
  var deadline = NIODeadline.distantFuture
  var isActive = false
  /// When this node began to be a candidate, and its place in the ranking then.
  var since = NIODeadline.uptimeNanoseconds(0)
  var rank = 0
  /// Why it is this node's turn, or that of the heir.
  var choice = Grounds.Choice.untold
  /// Who is expected to take the free address; -1 for nobody.
  var plan = -1
  /// When the owner must stop because it is leaving; under `leaving` only.
  var leaveBy: NIODeadline?
  /// Not before this time may it try again after a lost attempt.
  var retryAt = NIODeadline.uptimeNanoseconds(0)

  // MARK: Attempt and confirmation

  var startedAt = NIODeadline.uptimeNanoseconds(0)
  var attemptEpoch: UInt64 = 0
  /// The epoch of the claim that is to be replaced.
  var replacedEpoch: UInt64 = 0
  var isConfirmed = true
  /// When the new owner must be confirmed.
  var confirmBy = NIODeadline.distantFuture
  /// How often the claim was said, how often the segment was probed.
  var step = 0
  /// Whether the witnesses that flag the address leave no quorum.
  var isFenced = false

  // MARK: Hand-over

  var heir = -1
  var heirIncarnation: UInt64 = 0
  var tries = 0
  /// When this node said that it was ready for a hand-over, and to whom.
  var readyAt: NIODeadline?
  var readyFor = MemberID.none

  // MARK: Witness

  var promise: Promise?
  /// The highest epoch that this node promised to anybody or learnt of.
  var promisedEpoch: UInt64 = 0

  // MARK: Conflicts

  var flips = 0
  /// Until when the address is not taken on the wire.
  var barredUntil = NIODeadline.uptimeNanoseconds(0)
  var flipsSince = NIODeadline.uptimeNanoseconds(0)

  init(address: IPAddress, hash: UInt64, now: NIODeadline) {
    self.address = address
    self.hash = hash
    learntAt = now
  }
}
