public import NIOCore

/// What this speaker knows about a member; for `bellman status members`.
public struct MemberView: Hashable, Sendable {
  /// What a member is doing, as far as this speaker knows.
  public enum State: String, Hashable, Sendable, CaseIterable, Codable {
    /// This node.
    case own
    /// It is heard, or nobody says otherwise.
    case alive
    /// It is no partner of this node, so this node does not hear it; nobody says that it is silent.
    case presumedAlive
    /// It is silent for longer than usual.
    case late
    /// Its process is silent while its host answers: it is stalled.
    case stalled
    /// It has said that it will be back.
    case restarting
    /// A majority of its witnesses hears it no more.
    case dead
    /// It is being drained.
    case draining
    /// Its node is gone, but claims still name it.
    case removed
  }

  public var name: String
  public var state: State
  /// The life of its process; 0 when it was never heard of.
  public var incarnation: UInt64
  /// How long ago this node heard it; nil for this node, and for a member that it never heard.
  public var heardAgo: TimeAmount?
  /// Whether it witnesses for this node, and for how long its acknowledgement still counts.
  public var isWitness: Bool
  public var leaseMargin: TimeAmount?
  /// The names of its witnesses.
  public var witnesses: [String]
  /// The names of those that suspect it.
  public var suspectedBy: [String]
  /// How many addresses it has.
  public var addresses: Int
}

/// This node's right to answer; for `bellman status members`.
public struct LeaseView: Hashable, Sendable {
  /// Whether enough witnesses acknowledge.
  public var isHeld: Bool
  /// For how long it lasts without another acknowledgement; negative since it ended.
  public var margin: TimeAmount
  /// How many witnesses there are, how many acknowledge, and how many must.
  public var witnesses: Int
  public var acknowledging: Int
  public var needed: Int
  /// Whether a change of witnesses is under way, so that two sets must agree.
  public var isChanging: Bool
  /// Whether this process promises and confirms leases, which it does not do at first.
  public var isSettled: Bool
}

extension Election {
  /// All members by name.
  public func members(at time: NIODeadline) -> [MemberView] {
    peers.indices.compactMap { peer -> MemberView? in
      guard peer == 0 || peers[peer].isMember || !peers[peer].owned.isEmpty else { return nil }
      var sets = peers[peer].witnesses
      if sets.version == 0 { sets.current = WitnessSet.neighbours(of: peers[peer].id, on: ring) }
      return MemberView(
        name: peers[peer].name, state: state(of: peer, at: time),
        incarnation: peers[peer].incarnation,
        heardAgo: peer > 0 && peers[peer].isHeard ? time - peers[peer].lastHeard : nil,
        isWitness: witnesses.contains(peer),
        leaseMargin: witnesses.contains(peer) ? peers[peer].leaseUntil - time : nil,
        witnesses: names(of: sets.current),
        suspectedBy: peers[peer].hints.filter { $0.until > time }.map { peers[$0.peer].name }
          .sorted(), addresses: peers[peer].owned.count)
    }.sorted { $0.name < $1.name }
  }

  /// The names of the other living members that are being drained, in order.
  public func drainingMembers(at time: NIODeadline) -> [String] {
    peers.indices.dropFirst()
      .filter { peers[$0].isDraining && state(of: $0, at: time) == .draining }
      .map { peers[$0].name }.sorted()
  }

  /// The other members that a majority of their witnesses holds dead, in the order of their names.
  public func deadMembers(at time: NIODeadline) -> [(id: MemberID, name: String)] {
    peers.indices.dropFirst()
      .filter {
        peers[$0].isMember && time < peers[$0].deadUntil && state(of: $0, at: time) == .dead
      }
      .map { (peers[$0].id, peers[$0].name) }.sorted { $0.name < $1.name }
  }

  /// The other members that a majority holds dead, and that had not said before that they would leave.
  public func lostMembers(at time: NIODeadline) -> Set<MemberID> {
    Set(
      peers.indices.dropFirst()
        .filter { !peers[$0].isDraining && state(of: $0, at: time) == .dead }
        .map { peers[$0].id })
  }

  /// This node's lease.
  public func lease(at time: NIODeadline) -> LeaseView {
    LeaseView(
      isHeld: time < leaseUntil, margin: leaseUntil - time, witnesses: witnesses.count,
      acknowledging: witnesses.count { peers[$0].leaseUntil > time },
      needed: witnesses.isEmpty ? 0 : WitnessSet.acknowledgementsNeeded(of: witnesses.count),
      isChanging: !formerWitnesses.isEmpty, isSettled: isSettled)
  }

  private func names(of members: [MemberID]) -> [String] {
    members.map { member in indices[member].map { peers[$0].name } ?? member.description }.sorted()
  }

  private func state(of peer: Int, at time: NIODeadline) -> MemberView.State {
    let known = peers[peer]
    if peer == 0 { return isDraining ? .draining : .own }
    if !known.isMember { return .removed }
    if time < known.deadUntil, !isHeardOnWire(peer) { return .dead }
    if time < known.holdUntil, time - known.lastHeard > timers.silence { return .restarting }
    if known.isDraining { return .draining }
    guard partners.contains(peer) else { return .presumedAlive }
    let silence = time - known.lastHeard
    if silence < timers.heartbeatInterval.scaled(300) { return .alive }
    if silence >= timers.silence, known.hostAnswered > known.lastHeard { return .stalled }
    return .late
  }
}
