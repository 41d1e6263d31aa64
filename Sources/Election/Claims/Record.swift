import NIOCore

/// What the process of a node keeps for the next one.
public struct Record: Hashable, Sendable {
  /// All claims that were known, by address.
  public var claims: [ClaimRow]
  /// The witnesses of the processes that made these claims, as far as they were known: they decide
  /// who may have the addresses next.
  public var witnesses: [WitnessNotice]

  /// The record with these parts.
  public init(claims: [ClaimRow] = [], witnesses: [WitnessNotice] = []) {
    self.claims = claims
    self.witnesses = witnesses
  }
}

extension Election {
  /// What to keep on disk for the next process.
  public var record: Record {
    let claims = slots.compactMap { slot in
      slot.claim.map { ClaimRow(address: slot.address, claim: $0) }
    }.sorted { $0.address < $1.address }
    let named = namedLives()
    var witnesses: [WitnessNotice] = []
    for peer in peers {
      for sets in [peer.witnesses] + peer.earlierWitnesses
      where sets.version > 0 && named.contains(Life(member: peer.id, number: sets.incarnation)) {
        witnesses.append(WitnessNotice(subject: peer.id, sets))
      }
    }
    witnesses.sort {
      ($0.subject, $0.incarnation, $0.version) < ($1.subject, $1.incarnation, $1.version)
    }
    return Record(claims: claims, witnesses: witnesses)
  }

  mutating func takeRecorded(_ record: Record) {
    isRecorded = true
    for row in record.claims {
      learn(Row(address: row.address, claim: row.claim), from: 0, onWire: true)
    }
    for notice in record.witnesses where peer(for: notice.subject) != nil {
      receiveWitnesses(notice)
    }
  }

  /// A process of a member.
  struct Life: Hashable {
    var member: MemberID
    var number: UInt64
  }

  /// The lives whose witnesses decide about addresses.
  func namedLives() -> Set<Life> {
    var lives: Set<Life> = []
    for slot in slots {
      guard let claim = slot.claim else { continue }
      lives.insert(Life(member: claim.owner, number: claim.incarnation))
      if claim.isProvisional {
        lives.insert(Life(member: claim.via, number: claim.viaIncarnation))
      }
    }
    return lives
  }
}
