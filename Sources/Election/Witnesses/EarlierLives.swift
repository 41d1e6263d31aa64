import NIOCore

/// Whose witnesses decide about what an earlier process of a member claimed.
///
/// The witnesses of the life that made a claim decide who replaces it: also when that is the member
/// itself, which a later process claims again for or gives up. Heirs and the later life thus need
/// quorums of one and the same sets, which share a witness; that one promises to one of them only,
/// and has recorded its claim, or it was given up, before the promise ends. Whom the later life
/// chose is no matter before: its members may be others, when the list of nodes has changed. That
/// life's claim names the earlier one as the root (`Claim.via`) until it is recorded, so that who
/// hears of it asks the witnesses of both.
extension Election {
  /// The last sets that a life of a member chose; nil where nothing is known of it.
  func sets(of peer: Int, in life: UInt64) -> WitnessSet? {
    if peers[peer].witnesses.version > 0, peers[peer].witnesses.incarnation == life {
      return peers[peer].witnesses
    }
    return peers[peer].earlierWitnesses.first { $0.incarnation == life }
  }

  /// Notes what a life chose that is not the latest.
  mutating func rememberEarlier(_ sets: WitnessSet, of peer: Int) {
    guard sets.version > 0 else { return }
    if let place = peers[peer].earlierWitnesses.firstIndex(where: {
      $0.incarnation == sets.incarnation
    }) {
      guard sets.isNewer(than: peers[peer].earlierWitnesses[place]) else { return }
      peers[peer].earlierWitnesses[place] = sets
    } else {
      peers[peer].earlierWitnesses.append(sets)
      peers[peer].earlierWitnesses.sort { $0.incarnation > $1.incarnation }
      forgetEarlier(of: peer)
    }
    for member in sets.current + sets.former { _ = self.peer(for: member) }
  }

  /// Makes room: of the oldest life that no claim names. A node that starts again and again before it
  /// takes part claims nothing in these lives, and its addresses are those of the one before.
  private mutating func forgetEarlier(of peer: Int) {
    guard peers[peer].earlierWitnesses.count > Peer.earlierLives else { return }
    let named = namedLives()
    let unnamed = peers[peer].earlierWitnesses.lastIndex {
      !named.contains(Life(member: peers[peer].id, number: $0.incarnation))
    }
    if let unnamed {
      peers[peer].earlierWitnesses.remove(at: unnamed)
    } else if peers[peer].earlierWitnesses.count > Peer.namedLives {
      peers[peer].earlierWitnesses.removeLast()
    }
  }

  /// Tells a peer the sets of those lives of a member that claims name, but for its latest.
  mutating func sendEarlierWitnesses(of subject: Int, to peer: Int) {
    guard !peers[subject].earlierWitnesses.isEmpty else { return }
    let named = namedLives()
    for sets in peers[subject].earlierWitnesses
    where named.contains(Life(member: peers[subject].id, number: sets.incarnation)) {
      sendWitnesses(sets, of: subject, to: peer)
    }
  }

  /// Who is asked of a set when this node claims again what an earlier process of it had: those are
  /// left out whose node was removed and that are silent. No heir hears them either.
  func bound(_ members: [MemberID]) -> [MemberID] {
    members.filter { member in
      guard let peer = indices[member] else { return false }
      return peers[peer].isMember || now - peers[peer].lastHeard < Self.removalPatience
    }
  }
}
