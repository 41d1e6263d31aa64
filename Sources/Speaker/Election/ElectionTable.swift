import Addresses
import Assignment
import Election
import LinuxIO
import NIOCore
import Resources
import Status

/// The election of owners as the control loop sees it: what it has said of each address, and what it
/// has to be told.
///
/// An instance belongs to the event loop of the control state.
final class ElectionTable {
  /// What the control loop has to do about what the election said.
  struct News {
    /// For the assignment.
    var ownerships: [IPAddress: Ownership] = [:]
    /// Addresses that are to be announced once more.
    var repeated: [IPAddress] = []
    /// How long the hand-overs took that have ended.
    var handOvers: [TimeAmount] = []
    /// Frames for the segment.
    var frames: [ByteBuffer] = []
    /// Interfaces of other speakers on the segments.
    var speakers: Set<MACAddress> = []
    /// Addresses that have another owner, and why.
    var moves: [IPAddress: Move] = [:]
    /// The other nodes of which it has become known that they are drained, or no longer are.
    var draining: [String: Bool] = [:]
    /// The other nodes of which it has become known that they are dead, or in which way, or that they
    /// are heard again.
    var deaths: [(node: String, death: PeerDeath?)] = []
    /// The lease of this node, as often as it has ended or is held again.
    var leases: [LeaseView] = []
  }

  /// A change of the owner of an address.
  struct Move {
    let at: Timestamp
    let from: String?
    var to: String?
    var cause: Election.Cause

    var causeName: String { cause.rawValue }
  }

  private let plane: PeerPlane
  private let node: String
  private var membership: Membership
  private var names: [MemberID: String] = [:]
  private var ownerships: [IPAddress: Ownership] = [:]
  /// Addresses that no other node may have.
  private var heirless: Set<IPAddress> = []
  /// Whom the claims name; of a member that is not known yet the name comes later.
  private var owners: [IPAddress: MemberID] = [:]
  private var converted: (from: [FitNode], to: [Candidate]) = ([], [])
  /// What the election was last asked to decide about each address.
  private var questions: [IPAddress: (eligibility: Eligibility, candidates: [FitNode])] = [:]
  private var pending: [Election.Event] = []
  /// When and why each address moved last.
  private var lastMoves: [IPAddress: Move] = [:]
  /// Which nodes were last said to be drained.
  private var draining: Set<String> = []
  /// Which nodes were last said to be dead.
  private var deaths: [String: PeerDeath] = [:]
  /// Whether each node is ready, as the election was told.
  private var readiness: [String: Bool] = [:]

  /// The table of the speaker on `node`; other members are those of `speakerNodes`.
  init(node: String, speakerNodes: SpeakerNodes, plane: PeerPlane) {
    self.node = node
    self.plane = plane
    membership = Membership(node: node, speakerNodes: speakerNodes)
  }

  /// Whether this node still answers for an address that another node may have.
  var isHandingOver: Bool {
    ownerships.contains { $0.value.answersHere && !heirless.contains($0.key) }
  }

  // MARK: To the election

  /// Takes in what changed of the nodes; those with a speaker are the members. Claims that were heard of
  /// before their nodes have names now.
  func update(upserted: [Node], removed: [String]) -> News {
    var news = News()
    guard !upserted.isEmpty || !removed.isEmpty else { return news }
    let before = membership.members
    let change = membership.update(upserted: upserted, removed: removed, now: .now())
    for name in change.left { readiness[name] = nil }
    converted = ([], [])
    defer {
      tellReadiness(of: change.members)
      if change.hasTurned { askAgain() }
    }
    let after = membership.members
    guard before != after else { return news }
    names = Dictionary(after.map { (MemberID(name: $0.name), $0.name) }) { first, _ in first }
    plane.setMembers(after)
    for (address, owner) in owners {
      let answersHere = ownerships[address]?.answersHere ?? false
      set(address, Ownership(owner: name(of: owner), answersHere: answersHere), &news)
    }
    return news
  }

  /// Tells whether the API holds nodes ready, after the members are known.
  private func tellReadiness(of changed: [Node]) {
    var events: [Election.Event] = []
    for node in changed where readiness[node.name] != (node.ready == .yes) {
      readiness[node.name] = node.ready == .yes
      events.append(.readiness(MemberID(name: node.name), isReady: node.ready == .yes))
    }
    plane.tell(events)
  }

  private static let unknown = "a node that is gone"

  private func name(of member: MemberID) -> String { names[member] ?? Self.unknown }

  /// The node that has an address, as the election says; nil for nobody.
  func owner(of address: IPAddress) -> String? { ownerships[address]?.owner }

  /// Whether the selector of nodes with a speaker is for this node too.
  var selectsOwnNode: Bool { membership.selectsOwnNode }

  /// Those of these members that are known for so long that they should have been heard.
  func overdue(_ names: [String]) -> [String] {
    let now = NIODeadline.now()
    return names.filter { membership.isOverdue($0, now: now) }
  }

  /// Others can be candidates now.
  private func askAgain() {
    for (address, question) in questions {
      elect(address, question.eligibility, question.candidates)
    }
    flush()
  }

  /// This node may have an address, or may not, and these nodes may.
  func elect(
    _ address: IPAddress, _ eligibility: Eligibility, _ candidates: [FitNode]
  ) {
    questions[address] = (eligibility, candidates)
    // Many addresses in a row have one list of candidates, and share what it is converted to.
    if converted.from != candidates {
      converted = (
        candidates,
        candidates.filter { !membership.speakerless.contains($0.node) }.map {
          Candidate(MemberID(name: $0.node), fitness: $0.fitness, weight: $0.weight)
        }
      )
    }
    if converted.to.contains(where: { $0.member != MemberID(name: node) }) {
      heirless.remove(address)
    } else {
      heirless.insert(address)
    }
    let standing: Standing =
      switch eligibility {
      case .fit: .fit
      case .leaving(let milliseconds):
        .leaving(within: milliseconds.map { .milliseconds(Int64($0)) })
      case .unfit: .unfit
      }
    pending.append(.address(address, standing, converted.to))
  }

  /// No service has the address any more.
  func forget(_ address: IPAddress) {
    pending.append(.addressRemoved(address))
    questions[address] = nil
    heirless.remove(address)
    ownerships[address] = nil
    owners[address] = nil
    lastMoves[address] = nil
  }

  /// Tells the election what was collected.
  func flush() {
    plane.tell(pending)
    pending = []
  }

  /// Something of another station was heard on the segment.
  func noteSegmentHeard() { plane.tell([.segmentHeard]) }

  /// The default gateway answers, or no longer.
  func noteGateway(isAnswering: Bool) { plane.tell([.gateway(isAnswering: isAnswering)]) }

  /// The API can be reached, or no longer.
  func noteSource(isReachable: Bool) { plane.tell([.sourceReachable(isReachable)]) }

  /// Hands everything over and takes nothing, or takes part again.
  func drain(_ isDraining: Bool) { plane.tell([.drain(isDraining)]) }

  /// This process ends and another one is there within `hold`: nothing is to move meanwhile.
  func announceRestart(hold: TimeAmount) { plane.tell([.restart(hold: hold)]) }

  // MARK: From the election

  /// Takes in what the election said.
  func take(_ outputs: [PeerPlaneOutput]) -> News {
    var news = News()
    for output in outputs {
      switch output {
      case .answer(let address):
        if ownerships[address]?.answersHere ?? false { news.repeated.append(address) }
        set(address, Ownership(owner: node, answersHere: true), &news)
      case .silence(let address, _):
        let owner = ownerships[address]?.owner
        set(address, Ownership(owner: owner == node ? nil : owner, answersHere: false), &news)
      case .claimed(let address, let owner, let isVacant, _, let grounds):
        owners[address] = isVacant ? nil : owner
        let name = isVacant ? nil : name(of: owner)
        let former = ownerships[address]?.owner
        if name != former {
          let move = Move(at: .now, from: former, to: name, cause: grounds.cause)
          lastMoves[address] = move
          // What stood in the file is no news, and whom it names is not known before the nodes are.
          if !names.isEmpty { news.moves[address] = move }
        }
        let answersHere = ownerships[address]?.answersHere ?? false
        set(address, Ownership(owner: name, answersHere: answersHere), &news)
      case .witnessesChanged: break
      case .handedOver(_, let time):
        news.handOvers.append(time)
      case .frame(let frame):
        news.frames.append(frame)
      case .speaker(let mac):
        news.speakers.insert(mac)
      case .heard, .lost: break  // For the relay.
      case .draining(let names):
        for name in draining.symmetricDifference(names) {
          news.draining[name] = names.contains(name)
        }
        draining = Set(names)
      case .dead(let speakers, let hosts):
        var found: [String: PeerDeath] = [:]
        for name in speakers { found[name] = hosts.contains(name) ? .host : .speaker }
        for name in Set(found.keys).union(deaths.keys).sorted() where found[name] != deaths[name] {
          news.deaths.append((name, found[name]))
        }
        deaths = found
      case .lease(let lease): news.leases.append(lease)
      }
    }
    return news
  }

  /// When and why an address moved last.
  func lastMove(of address: IPAddress) -> Move? {
    guard var move = lastMoves[address] else { return nil }
    // A claim may be heard of, or read from the file, before the Node that it names.
    if move.to == Self.unknown, let owner = owners[address] { move.to = name(of: owner) }
    return move
  }

  private func set(_ address: IPAddress, _ ownership: Ownership, _ news: inout News) {
    guard ownerships[address] != ownership else { return }
    ownerships[address] = ownership
    news.ownerships[address] = ownership
  }

  /// What the plane knows; fails when it has ended.
  func status(
    on eventLoop: any EventLoop, includesAddresses: Bool
  ) -> EventLoopFuture<PeerPlaneStatus> {
    plane.status(on: eventLoop, includesAddresses: includesAddresses)
  }

  /// Gives away what this node has above its share, one address each `interval`, for `duration`.
  func rebalance(for duration: TimeAmount, interval: TimeAmount) {
    plane.rebalance(for: duration, interval: interval)
  }
}
