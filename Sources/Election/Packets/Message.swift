public import Addresses

/// What speakers say to each other.
public enum Message: Hashable, Sendable {
  /// A sign of life and an acknowledgement in one.
  case heartbeat(Heartbeat)
  /// Which peers witness for a member.
  case witnesses(WitnessNotice)
  /// A witness hears a member no more, or again.
  case suspicion(Suspicion)
  /// Claims, in one of many roles.
  case rows(RowsMessage)
  /// A comparison of claims.
  case digests(Digests)
  /// The sender's process is about to end, or its node is being drained.
  case leave(Leave)
}

/// A sign of life and an acknowledgement in one: witnesses watch each other, so that one packet
/// serves both directions. Trivial, because there are many.
public struct Heartbeat: Hashable, Sendable {
  /// What a heartbeat asks or tells besides its numbers.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The receiver is to answer at once, because the sender's lease is short.
    public static let wantsReply = Flags(rawValue: 1)
    /// The sender's acknowledgements count: it has not just started, and what it knows of the
    /// receiver's claims is what the receiver says of them.
    public static let isSettled = Flags(rawValue: 2)
    /// The sender is being drained and takes no addresses.
    public static let isDraining = Flags(rawValue: 4)

    static let known: Flags = [.wantsReply, .isSettled, .isDraining]
  }

  /// The sender's clock in nanoseconds; meaningful to the sender only, which gets it back.
  public var sentAt: UInt64
  /// The latest `sentAt` that the sender has from the receiver in its present life; 0 for none.
  public var echo: UInt64
  /// For how many milliseconds of silence the sender wants its addresses kept.
  public var silence: UInt16
  public var flags: Flags
  /// The number of the last entry of the sender's fence against the receiver.
  public var fence: UInt32
  /// The number of the last entry of the receiver's fence that the sender has applied.
  public var fenceApplied: UInt32
  /// The version of the sender's set of witnesses.
  public var witnessVersion: UInt32
  /// The version of the receiver's set of witnesses that the sender knows.
  public var witnessVersionKnown: UInt32
  /// How many addresses the sender holds.
  public var held: UInt32
  /// The digest of what the sender holds.
  public var digest: UInt64

  package init(
    sentAt: UInt64, echo: UInt64, silence: UInt16, flags: Flags, fence: UInt32,
    fenceApplied: UInt32, witnessVersion: UInt32, witnessVersionKnown: UInt32, held: UInt32,
    digest: UInt64
  ) {
    self.sentAt = sentAt
    self.echo = echo
    self.silence = silence
    self.flags = flags
    self.fence = fence
    self.fenceApplied = fenceApplied
    self.witnessVersion = witnessVersion
    self.witnessVersionKnown = witnessVersionKnown
    self.held = held
    self.digest = digest
  }
}

/// Who witnesses for a member: the present set and, until that is known well enough, the former.
public struct WitnessNotice: Hashable, Sendable {
  /// The member that the sets belong to.
  public var subject: MemberID
  /// The life of the member that chose the sets.
  public var incarnation: UInt64
  /// Counts the changes in this life; from 1.
  public var version: UInt32
  /// The witnesses; at most `WitnessSet.limit` in each.
  public var current: [MemberID]
  public var former: [MemberID]

  /// The notice with these parts.
  public init(
    subject: MemberID, incarnation: UInt64, version: UInt32, current: [MemberID],
    former: [MemberID]
  ) {
    self.subject = subject
    self.incarnation = incarnation
    self.version = version
    self.current = current
    self.former = former
  }

  init(subject: MemberID, _ sets: WitnessSet) {
    self.init(
      subject: subject, incarnation: sets.incarnation, version: sets.version,
      current: sets.current, former: sets.former)
  }
}

/// A hint from a witness: it has waited long enough to promise a member's addresses away.
public struct Suspicion: Hashable, Sendable {
  public var subject: MemberID
  public var incarnation: UInt64
  /// For how many milliseconds the sender has heard nothing.
  public var silentFor: UInt32
  /// For how many milliseconds the hint holds; 0 takes it back.
  public var holdsFor: UInt32
  /// How many witnesses the subject has, as far as the sender knows; a majority must suspect it.
  public var witnesses: UInt8
}

/// Why a witness does not promise; or what an entry of a fence says.
public enum Verdict: UInt8, Hashable, Sendable, CaseIterable {
  case none = 0
  /// The witness cannot judge: it has just started and may have forgotten its promises, or does not
  /// know whom the present life of the base chose.
  case unsettled = 1
  /// The owner is not silent for long enough.
  case notSilent = 2
  /// Another heir has the promise; it is the owner named in the row.
  case promised = 3
  /// The claim in the row prevails.
  case superseded = 4
  /// The epoch was promised before; the row holds the last one that was.
  case epochUsed = 5
  /// The base chose other witnesses since; they follow in a message of their own.
  case otherWitnesses = 6
  /// The sender cannot take the address now.
  case unfit = 7
  /// In a fence: a promise has ended without a claim.
  case released = 8
}

/// One address in a message of rows.
public struct Row: Hashable, Sendable {
  public var address: IPAddress
  public var claim: Claim
  public var verdict: Verdict
  /// Why the owner has the address, as far as the sender knows.
  public var grounds: Grounds

  public init(
    address: IPAddress, claim: Claim, verdict: Verdict = .none, grounds: Grounds = Grounds(.learnt)
  ) {
    self.address = address
    self.claim = claim
    self.verdict = verdict
    self.grounds = grounds
  }
}

/// Claims in one of many roles; they travel in one form, at most `RowsMessage.limit` to a packet.
public struct RowsMessage: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// An heir asks for promises; the rows hold the claims that it would make.
    case take = 1
    case grant = 2
    case deny = 3
    /// An heir gives promises back.
    case release = 4
    /// These are the claims that the sender knows.
    case claims = 5
    /// As `claims`; the receiver is to confirm that it has recorded them.
    case claimsToConfirm = 6
    case confirmed = 7
    /// What a witness promised away or learnt against the receiver; see `number` and `version`.
    case fence = 8
    /// Hand-over: the owner asks whether the receiver can take the addresses.
    case prepare = 9
    /// Hand-over: the heir can.
    case ready = 10
    /// Hand-over: the owner asks its witnesses to promise the addresses to the owner in the rows.
    case register = 11
    case registered = 12
    /// Hand-over: the addresses are the receiver's.
    case commit = 13
    /// Hand-over: the heir answers.
    case announced = 14
    /// On the segment: the sender answers for these addresses.
    case beacon = 15
    /// On the segment: does anybody answer for these addresses?
    case probe = 16
    /// The receiver is to send what it holds.
    case wanted = 17
  }

  /// The most rows in one packet.
  public static let limit = 22

  public var kind: Kind
  /// Questions to witnesses and their answers: the former owner, or nobody.
  public var subject: MemberID = .none
  /// The life of the subject that made the claim, whose witnesses are asked.
  public var subjectIncarnation: UInt64 = 0
  /// Questions to witnesses: the version of the subject's witnesses that is asked. A fence: the
  /// number of the last entry that the receiver must have applied before.
  public var version: UInt32 = 0
  /// A fence: the number of the last entry that is covered when this message was applied.
  public var number: UInt32 = 0
  public var rows: [Row] = []
}

/// A comparison of the tables of two speakers.
public struct Digests: Hashable, Sendable {
  /// The number of parts that a table is compared in.
  public static let buckets = 64

  /// Whether the receiver is to answer with what it has.
  public var wantsReply: Bool
  /// One number for the whole table, or one for each of its parts.
  public var values: [UInt64]
}

/// Why a speaker stops to speak.
public struct Leave: Hashable, Sendable {
  public enum Reason: UInt8, Hashable, Sendable, CaseIterable {
    /// The node goes; its addresses have been handed over.
    case drain = 1
    /// The process comes back within the time; nothing is to move meanwhile.
    case restart = 2
  }

  public var reason: Reason
  /// For how many milliseconds nothing is to move; at most `Leave.longestHold`.
  public var hold: UInt32

  /// The longest hold that is honoured, in milliseconds.
  public static let longestHold: UInt32 = 30_000
}
