import Addresses
import Assignment
import Election
import LinuxIO
import NIOCore
import Status

/// What the election knows at one moment, as documents show it.
struct PlaneView {
  let node: String
  let status: PeerPlaneStatus
  let keyProblem: String?
  /// What the source is not believed in; nil when it is.
  let hold: DisagreementStatus?
  /// When the API was last known to be well, where the objects were read from disk.
  let objectsAsOf: Timestamp?
  /// How many segments of open connections were sent on to former owners; nil without a relay.
  var relayedSegments: UInt64?
  /// How many addresses each living member owns.
  let loads: [String: Int]
  private let addresses: [IPAddress: AddressView]
  private let states: [String: MemberView.State]

  init(
    node: String, status: PeerPlaneStatus, keyProblem: String?, hold: DisagreementStatus?,
    objectsAsOf: Timestamp? = nil
  ) {
    self.hold = hold
    self.objectsAsOf = objectsAsOf
    self.node = node
    self.status = status
    self.keyProblem = keyProblem
    addresses = Dictionary(status.addresses.map { ($0.address, $0) }) { first, _ in first }
    states = Dictionary(status.members.map { ($0.name, $0.state) }) { first, _ in first }
    var loads: [String: Int] = [:]
    for member in status.members {
      switch member.state {
      case .own, .alive, .presumedAlive, .late, .stalled: loads[member.name] = member.addresses
      case .restarting, .dead, .draining, .removed: break
      }
    }
    self.loads = loads
  }

  /// The election without its addresses.
  var document: ElectionStatus {
    ElectionStatus(
      policy: status.policy.rawValue, profile: profile,
      timers: Timers.byName.mapValues { Self.milliseconds(status.timers[keyPath: $0]) },
      port: status.port,
      keys: PeerKeyStatus(
        fingerprints: status.keyFingerprints, since: wallTime(status.keysSince),
        problem: keyProblem),
      lease: lease, members: status.members.map(member), packets: packets,
      lateness: LatenessStatus(
        count: UInt64(status.counters.late),
        longestMilliseconds: Self.milliseconds(status.lateness.longest),
        longestAt: status.lateness.at.map(wallTime), priority: "\(status.priority)"),
      disagreements: disagreements,
      counters: counters)
  }

  /// What a hold says of the source, it says better than the election, which counts nodes only.
  private var disagreements: [DisagreementStatus] {
    let found = status.disagreements.filter { hold == nil || $0.reason != .sourceSuspect }
      .map { DisagreementStatus($0, policy: status.policy, objectsAsOf: objectsAsOf) }
    return (found + [hold].compactMap(\.self)).sorted {
      ($0.reason, $0.node ?? "") < ($1.reason, $1.node ?? "")
    }
  }

  /// What the election says of an address; nil when it was not told of it.
  func claim(of summary: AddressSummary, lastMove: ElectionTable.Move?) -> ClaimStatus? {
    // Of an address that is not for layer 2, the election has nothing to say.
    guard let view = addresses[summary.address], view.epoch != nil || view.obstacle != .unfit
    else { return nil }
    let isOwner = view.owner == node
    var lastMove = lastMove
    // The reason may be told later than the claim.
    if lastMove?.cause == .learnt, lastMove?.to == view.owner {
      lastMove?.cause = view.grounds.cause
    }
    return ClaimStatus(
      epoch: view.epoch?.quorum, wireEpoch: view.epoch?.wire ?? 0, since: wallTime(view.since),
      lastMove: lastMove.map { MoveStatus($0) }, activity: view.activity.rawValue,
      leaseMarginMilliseconds: isOwner ? margin(status.lease.margin) : nil,
      obstacle: view.obstacle.map { obstacle($0, summary) })
  }

  /// Why the owner of an address is its owner; nil where nobody is.
  func placement(of report: AddressReport) -> Placement? {
    let address = report.summary.address
    guard let owner = report.summary.owner, let view = addresses[address] else { return nil }
    return Placement(
      of: address, owner: owner, grounds: view.grounds, nodes: report.nodes, loads: loads,
      absences: absences)
  }

  /// What the election knows that may be behind an announcement.
  var circumstances: [Circumstance] {
    var found: [Circumstance] = []
    for disagreement in disagreements {
      let sentence =
        disagreement.sentence.hasSuffix(".")
        ? String(disagreement.sentence.dropLast()) : disagreement.sentence
      switch disagreement.reason {
      case PlaneDisagreement.Reason.noQuorum.rawValue:
        let unheard = unheardMembers
        found.append(
          Circumstance(
            .noQuorum, node: disagreement.node,
            sentence: sentence + (unheard.isEmpty ? "" : "; it does not hear \(unheard)")))
      case PlaneDisagreement.Reason.sourceSuspect.rawValue:
        found.append(Circumstance(.sourceSuspect, sentence: sentence))
      default: break
      }
    }
    for member in status.members {
      let silence = member.heardAgo.map { ", not heard for \(Self.seconds($0))" } ?? ""
      switch member.state {
      case .dead:
        found.append(
          Circumstance(
            .memberDead, node: member.name,
            sentence: "the other speakers hold Node \(member.name) dead\(silence)"))
      case .stalled:
        found.append(
          Circumstance(
            .memberStalled, node: member.name,
            sentence: "the speaker of Node \(member.name) is stalled: its host answers\(silence)"))
      case .own, .alive, .presumedAlive, .late, .restarting, .draining, .removed: break
      }
    }
    return found
  }

  /// How many witnesses this node has.
  var witnessCount: Int { status.lease.witnesses }

  /// The witnesses of this node that it has never heard.
  var unheardWitnesses: [String] {
    status.members.filter { $0.isWitness && $0.heardAgo == nil && $0.name != node }.map(\.name)
  }

  private var unheardMembers: String {
    status.members.filter { $0.state == .dead || $0.state == .stalled || $0.state == .late }
      .map(\.name).sorted().joined(separator: ", ")
  }

  /// Why none of these nodes takes an address; nil when one of them could.
  func obstacleToHandOver(to others: [String]) -> String? {
    if !status.lease.isHeld {
      return "this node has no quorum of its witnesses, which a hand-over needs"
    }
    var reasons: [String] = []
    for other in others {
      switch states[other] {
      case .alive, .presumedAlive, .late, .own: return nil
      case .none: reasons.append("\(other) is no member")
      case .some(let state): reasons.append("\(other) is \(MemberStatus.State(state).rawValue)")
      }
    }
    return "none of the nodes that may announce it can take it: " + reasons.joined(separator: ", ")
  }

  /// Why a node announces nothing, whatever its objects allow it: another one that is dead, or drained.
  func absence(of name: String) -> (reason: String, sentence: String)? {
    guard name != node else { return nil }
    switch states[name] {
    case .dead:
      return (
        Circumstance.Reason.memberDead.rawValue,
        "the other speakers hold Node \(name) dead"
      )
    case .draining:
      return (Reason.nodeDraining.rawValue, "Node \(name) is being drained by 'bellman drain'")
    case .own, .alive, .presumedAlive, .late, .stalled, .restarting, .removed, .none: return nil
    }
  }

  /// Why members take no address now, in words.
  private var absences: [String: String] {
    var absences: [String: String] = [:]
    for member in status.members {
      switch member.state {
      case .own, .alive, .presumedAlive, .late: break
      case .draining: absences[member.name] = "is being drained"
      case .restarting: absences[member.name] = "is restarting"
      case .stalled: absences[member.name] = "is silent, though its host answers"
      case .dead: absences[member.name] = "is held dead by its witnesses"
      case .removed: absences[member.name] = "is gone"
      }
    }
    return absences
  }

  /// Whether each member is alive, as far as this node knows.
  var livingMembers: [String: Bool] {
    var members: [String: Bool] = [:]
    for member in status.members {
      switch member.state {
      case .own, .alive, .presumedAlive, .late, .draining: members[member.name] = true
      case .stalled, .restarting, .dead: members[member.name] = false
      // Its Node is gone, and claims alone still name it.
      case .removed: break
      }
    }
    return members
  }

  /// The loads that the load of this node is compared with. Where most nodes may have none of its
  /// addresses, theirs say nothing about its share.
  var comparableLoads: [String: Int] {
    (loads[node] ?? 0) > 0 ? status.rebalancingLoads : loads
  }

  // MARK: Parts

  private var counters: [String: UInt64] {
    var counters = status.counters.byName
    counters["relayedSegments"] = relayedSegments
    return counters
  }

  private var profile: String {
    Profile.allCases.first { Timers($0) == status.timers }?.rawValue ?? "custom"
  }

  private var lease: LeaseStatus {
    LeaseStatus(
      isHeld: status.lease.isHeld, marginMilliseconds: margin(status.lease.margin),
      witnesses: status.lease.witnesses, acknowledging: status.lease.acknowledging,
      needed: status.lease.needed, isChanging: status.lease.isChanging,
      isSettled: status.lease.isSettled)
  }

  private var packets: PeerPacketCounters {
    let traffic = status.traffic
    var dropped: [String: UInt64] = [:]
    for refusal in PeerChannel.Refusal.allCases {
      dropped[refusal.rawValue] = UInt64(status.refusals[refusal] ?? 0)
    }
    dropped["overflow"] = status.framesLost
    return PeerPacketCounters(
      sent: traffic.packetsSent, octetsSent: traffic.octetsSent, received: traffic.packetsReceived,
      octetsReceived: traffic.octetsReceived, sendFailures: traffic.sendFailures, dropped: dropped)
  }

  private func member(_ view: MemberView) -> MemberStatus {
    let isDrained = view.name == node && view.state == .draining
    return MemberStatus(
      name: view.name, state: isDrained ? .draining : MemberStatus.State(view.state),
      incarnation: view.incarnation, silenceMilliseconds: view.heardAgo.map(Self.milliseconds),
      isWitness: view.isWitness, leaseMarginMilliseconds: view.leaseMargin.flatMap(margin),
      witnesses: view.witnesses, suspectedBy: view.suspectedBy, addresses: view.addresses)
  }

  private func obstacle(
    _ obstacle: AddressView.Obstacle, _ summary: AddressSummary
  ) -> ObstacleStatus {
    switch obstacle {
    case .unfit, .draining:
      // The assignment knows better why.
      if summary.layer2.verdict == .unfit {
        return ObstacleStatus(
          reason: summary.layer2.reason.rawValue, sentence: summary.layer2.sentence)
      }
    case .notOwner, .settling, .barred, .noQuorum, .promisedAway, .contending: break
    }
    return ObstacleStatus(
      reason: obstacle.rawValue,
      sentence: obstacle.sentence(owner: summary.owner, lease: status.lease, policy: status.policy))
  }

  /// A margin in milliseconds; nil for one that never began.
  private func margin(_ time: TimeAmount) -> Int64? {
    let isKnown = status.time + time > .uptimeNanoseconds(0)
    return isKnown ? Self.milliseconds(time) : nil
  }

  private func wallTime(_ time: NIODeadline) -> Timestamp {
    let (seconds, nanoseconds) = (status.wallClock.nanoseconds + (time - status.time).nanoseconds)
      .quotientAndRemainder(dividingBy: 1_000_000_000)
    return Timestamp(
      secondsSince1970: status.wallClock.seconds + seconds - (nanoseconds < 0 ? 1 : 0))
  }

  private static func milliseconds(_ time: TimeAmount) -> Int64 { time.nanoseconds / 1_000_000 }

  private static func seconds(_ time: TimeAmount) -> String {
    "\(time.nanoseconds / 1_000_000_000) s"
  }
}

extension MemberStatus.State {
  /// A state of the election as the status names it.
  init(_ state: MemberView.State) {
    switch state {
    case .own: self = .own
    case .alive: self = .alive
    case .presumedAlive: self = .unknown
    case .late: self = .suspected
    case .stalled: self = .stalled
    case .restarting: self = .restarting
    case .dead: self = .dead
    case .draining: self = .draining
    case .removed: self = .removed
    }
  }
}

extension Counters {
  /// The counters by name.
  fileprivate var byName: [String: UInt64] {
    [
      "late": late, "promises": promises, "refusals": refusals, "takenByQuorum": takenByQuorum,
      "takenOnWire": takenOnWire, "takenByHandOver": takenByHandOver, "yielded": yielded,
      "reasserted": reasserted, "unconfirmed": unconfirmed, "droppedAddresses": droppedAddresses,
      "droppedMembers": droppedMembers, "outdated": outdated, "strangers": strangers,
    ].mapValues { UInt64($0) }
  }
}
