public import Addresses

/// How recent a claim is. A grant by witnesses and a hand-over raise `quorum`; a claim that only
/// the silence of the segment supports raises `wire`.
public struct Epoch: Hashable, Sendable, Comparable {
  /// Counts the claims that a quorum of witnesses granted or that an owner handed over.
  public var quorum: UInt64
  /// Counts the claims on the wire since the last one of a quorum.
  public var wire: UInt32

  /// The largest `quorum` that is taken from a packet; a larger one is an attack or an error.
  package static let maximumQuorum: UInt64 = 1 << 48

  /// The epoch with these parts.
  public init(quorum: UInt64, wire: UInt32 = 0) {
    self.quorum = quorum
    self.wire = wire
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.quorum == right.quorum ? left.wire < right.wire : left.quorum < right.quorum
  }
}

extension Epoch: CustomStringConvertible {
  /// For example `7`, or `7+1` after one claim on the wire.
  public var description: String { wire == 0 ? "\(quorum)" : "\(quorum)+\(wire)" }
}

/// "`owner` owns the address at `epoch`", or has given it up.
public struct Claim: Hashable, Sendable {
  /// Who claims.
  public var owner: MemberID
  /// The life of the owner's process that claims.
  public var incarnation: UInt64
  /// How recent the claim is.
  public var epoch: Epoch
  /// Whether the owner itself has given the address up, so that anybody fit may have it.
  public var isVacant: Bool
  /// Whether the quorum that granted the claim has not yet confirmed that it recorded it.
  public var isProvisional: Bool
  /// Of a provisional claim the owner of the last claim that is not: its witnesses decide about the
  /// address until they have recorded this claim. `MemberID.none` where there was no such owner.
  public var via: MemberID
  /// The life in which that owner made its claim; 0 for none.
  public var viaIncarnation: UInt64

  /// The claim with these parts.
  public init(
    owner: MemberID, incarnation: UInt64, epoch: Epoch, isVacant: Bool = false,
    isProvisional: Bool = false, via: MemberID = .none, viaIncarnation: UInt64 = 0
  ) {
    self.owner = owner
    self.incarnation = incarnation
    self.epoch = epoch
    self.isVacant = isVacant
    self.isProvisional = isProvisional
    self.via = via
    self.viaIncarnation = viaIncarnation
  }

  /// Whether both are the same but for what has happened to them since.
  func isSameGrant(as other: Claim) -> Bool {
    owner == other.owner && incarnation == other.incarnation && epoch == other.epoch
  }

  /// This claim once it was recorded.
  var settled: Claim {
    var claim = self
    claim.isProvisional = false
    claim.via = .none
    claim.viaIncarnation = 0
    return claim
  }

  /// Whether this claim prevails over another one for the address with this hash: by epoch, then
  /// by rendezvous score of the owner. Of one owner the later life prevails, then the surrender.
  package func prevails(over other: Claim, addressHash: UInt64) -> Bool {
    if epoch != other.epoch { return epoch > other.epoch }
    if owner != other.owner {
      return owner.score(for: addressHash) > other.owner.score(for: addressHash)
    }
    if incarnation != other.incarnation { return incarnation > other.incarnation }
    if isProvisional != other.isProvisional { return other.isProvisional }
    return isVacant && !other.isVacant
  }

  /// A number that differs, as good as certainly, when the claim or its address differs.
  func digest(addressHash: UInt64) -> UInt64 {
    var mixed = addressHash &* 0x9E37_79B9_7F4A_7C15
    mixed = Self.mix(mixed ^ owner.rawValue)
    mixed = Self.mix(mixed ^ incarnation)
    mixed = Self.mix(mixed ^ epoch.quorum ^ UInt64(epoch.wire) << 48)
    if isProvisional { mixed = Self.mix(Self.mix(mixed ^ via.rawValue) ^ viaIncarnation) }
    // Digests are combined by exclusive or, in which two complements would cancel each other.
    return isVacant ? Self.mix(mixed ^ 1) : mixed
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let mixed = value &* 0xBF58_476D_1CE4_E5B9
    return mixed ^ mixed >> 29
  }
}

/// The claim to one address.
public struct ClaimRow: Hashable, Sendable {
  /// The address.
  public var address: IPAddress
  /// Who has it.
  public var claim: Claim

  /// The row with these parts.
  public init(address: IPAddress, claim: Claim) {
    self.address = address
    self.claim = claim
  }
}
